import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AccountField,
  parseEmailAddress,
  type SenderAccount,
  type TypedAccount,
  validateAccount,
  validateWho,
  withAsciiDomains,
} from '../../../src/add-inbox/account/sender-account.ts';
import { fc } from '../../project/properties.ts';

const TYPED: TypedAccount = {
  email_address: 'jane@acme.com',
  display_name: 'Jane Doe',
  inbox_type: 'CUSTOM_SMTP',
  smtp_host: 'smtp.acme.com',
  smtp_port: '587',
  smtp_username: 'jane@acme.com',
  smtp_password: 'secret',
  imap_host: 'imap.acme.com',
  imap_port: '993',
  imap_username: 'jane@acme.com',
  imap_password: 'secret',
  daily_limit: '100',
  smtp_use_tls: true,
  imap_use_ssl: true,
};

const TYPED_ACCOUNT: SenderAccount = {
  ...TYPED,
  ...{ email_address: 'jane@acme.com', display_name: 'Jane Doe', inbox_type: 'CUSTOM_SMTP', daily_limit: 100 },
  ...{ smtp_host: 'smtp.acme.com', smtp_port: 587, smtp_username: 'jane@acme.com', smtp_password: 'secret' },
  ...{ imap_host: 'imap.acme.com', imap_port: 993, imap_username: 'jane@acme.com', imap_password: 'secret' },
};

function errorsOf(change: Partial<TypedAccount>) {
  const validated = validateAccount({ ...TYPED, ...change });
  return validated.ok ? {} : validated.errors;
}

function taken(change: Partial<TypedAccount>) {
  const validated = validateAccount({ ...TYPED, ...change });
  assert.ok(validated.ok);
  return validated.value;
}

const long = (length: number, end = '') => 'x'.repeat(length - end.length) + end;

const TAKEN: [AccountField, string, unknown][] = [
  ['email_address', ' jane@acme.com ', 'jane@acme.com'],
  ['email_address', 'a@b.co', 'a@b.co'],
  ['email_address', 'jane+sales@mail.acme.co.uk', 'jane+sales@mail.acme.co.uk'],
  ...['r&d@acme.com', "o'neil@acme.com", 'jane=x@acme.com', 'sales/eu@acme.com', "!#$%&'*+-/=?^_`{|}~.0@acme.com"].map(
    (address): [AccountField, string, unknown] => ['email_address', address, address],
  ),
  ['email_address', 'jane@пример.рф', 'jane@пример.рф'],
  ['email_address', 'jane@xn--e1afmkfd.xn--p1ai', 'jane@xn--e1afmkfd.xn--p1ai'],
  ['email_address', `${long(64)}@acme.com`, `${long(64)}@acme.com`],
  ['email_address', `jane@${'a'.repeat(63)}.com`, `jane@${'a'.repeat(63)}.com`],
  ['smtp_host', 'smtp.müller.de', 'smtp.müller.de'],
  ['imap_host', 'mail.xn--p1ai', 'mail.xn--p1ai'],
  ['display_name', '\ufeffJ\u200Ban\u00ADe\u2060 D\u200Doe\u202E\u3000', 'Jane Doe'],
  ['display_name', 'علی\u200Cرضا 👩\u200D💻 ❤\uFE0F\u200D', 'علی\u200Cرضا 👩\u200D💻 ❤\uFE0F'],
  ['email_address', '\u2068ja\u200Bne@acme.com\u2069', 'jane@acme.com'],
  ['smtp_host', 'smtp.\u00ADacme.com\u200E', 'smtp.acme.com'],
  ['imap_username', '\u00a0jane\u200F', 'jane'],
  ['smtp_port', '\u200E587\u2009', 587],
  ['daily_limit', '3\u20600', 30],
  ['smtp_password', '\u200Bp\u00ADw\u00a0', '\u200Bp\u00ADw\u00a0'],
  ['display_name', ` ${long(255)} `, long(255)],
  ['display_name', '😀'.repeat(255), '😀'.repeat(255)],
  ['smtp_host', ' smtp.acme.com\t', 'smtp.acme.com'],
  ['smtp_host', 'mx-1.mail.acme.com', 'mx-1.mail.acme.com'],
  ['imap_port', '1', 1],
  ['imap_port', ' 65535 ', 65_535],
  ['daily_limit', '1', 1],
  ['daily_limit', '2000', 2000],
  ['smtp_password', ' as typed ', ' as typed '],
  ['smtp_password', 'p', 'p'],
  ['smtp_password', long(500), long(500)],
];

for (const [field, typed, expected] of TAKEN) {
  test(`${field} takes ${JSON.stringify(typed).slice(0, 40)}`, () => {
    assert.equal(taken({ [field]: typed })[field], expected);
  });
}

const NOT_TAKEN: [AccountField, (string | undefined)[], RegExp][] = [
  ['email_address', [undefined, '', '  '], /full address/],
  ['email_address', ['jane', 'jane@acme', '@acme.com', 'a@b', 'jane doe@acme.com', 'a@b.com, c@d.com'], /not an email/],
  ['email_address', [`${long(250)}@acme.com`], /too long/],
  ['email_address', [`${long(65)}@acme.com`], /before the @ is too long: at most 64/],
  ['email_address', [`${long(60)}@${'ü.'.repeat(25)}de`], /too long: at most 255/],
  ['email_address', ['"jane doe"@acme.com', '"jane"@acme.com'], /quotes before the @/],
  ['email_address', ['jäne@acme.com', 'джейн@пример.рф'], /Before the @, only a–z/],
  ['email_address', ['.jane@acme.com', 'jane.@acme.com', 'ja..ne@acme.com', 'ja(x)ne@acme.com'], /not an email/],
  ['email_address', ['jane@-acme.com', 'jane@acme-.com', `jane@${'a'.repeat(64)}.com`], /not an email/],
  ['email_address', ['jane@acme.com.', 'jane@acme..com', 'jane@[127.0.0.1]', 'jane@127.0.0.1'], /not an email/],
  ['email_address', ['jane@acme.c', 'jane@a_b.com', 'jane@ä', 'jane@ä.de:25', 'jane@１２７.１'], /not an email/],
  ['display_name', [undefined, '', ' \t ', '\u200B\u2060\u200D\uFEFF\u2800\uFE0F'], /name that people see/],
  ['display_name', [long(256)], /at most 255/],
  ['display_name', ['Jane\nDoe', 'Jane\u0000', 'Jane\u2028Doe'], /invisible character/],
  ['smtp_username', ['\u200B\u00AD'], /SMTP user name/],
  ['inbox_type', [undefined, '', 'GMAIL'], /the provider of this inbox/],
  ['smtp_host', [undefined, ''], /Enter the SMTP server/],
  ['imap_host', [undefined, ''], /Enter the IMAP server/],
  [
    'smtp_host',
    [
      'https://smtp.acme.com',
      'smtp.acme.com:587',
      'smtp acme.com',
      'smtp',
      '-a.com',
      'a..com',
      'a_b.com',
      'a.com/x',
      'ä.de:587',
      'ä.de/x',
      'jane@ä.de',
      'ä',
      'ä_b.de',
      '１２７.0.0.1',
      '1.1.1.１',
    ],
    /name of the server only/,
  ],
  ['smtp_host', [long(256, '.com')], /at most 255/],
  [
    'smtp_port',
    [undefined, '', '0', '65536', '58.7', '-1', '1e3', 'smtp', '0x10', '٣'],
    /whole number from 1 to 65535/,
  ],
  ['imap_port', ['0', '99999999999999999999'], /whole number from 1 to 65535/],
  ['smtp_username', [undefined, '', ' '], /SMTP user name/],
  ['imap_username', [long(256)], /at most 255/],
  ['smtp_password', [undefined, ''], /password/],
  ['imap_password', [long(501)], /at most 500/],
  ['smtp_password', ['p\nw', 'pw\r'], /no line break/],
  ['daily_limit', [undefined, '', '0', '-5', '1.5', 'many', '1e2', '9007199254740993'], /whole number, 1 or more/],
];

for (const [field, typed, message] of NOT_TAKEN) {
  test(`${field} does not take ${JSON.stringify(typed).slice(0, 60)}: ${message}`, () => {
    for (const each of typed) assert.match(errorsOf({ [field]: each })[field] ?? '', message, JSON.stringify(each));
  });
}

test('all mistakes come back at once', () => {
  const errors = errorsOf({ email_address: 'x', smtp_port: '0', imap_host: '', smtp_password: '', daily_limit: 'x' });
  assert.deepEqual(Object.keys(errors).sort(), [
    'daily_limit',
    'email_address',
    'imap_host',
    'smtp_password',
    'smtp_port',
  ]);
});

test('the spaces of a Google app password are not part of it', () => {
  for (const typed of [
    'abcd efgh ijkl mnop',
    ' abcd\u00a0efgh\u00a0ijkl\u00a0mnop ',
    '\ufeffabcd\u2009efgh\u200Bij\u00ADkl\u2060mnop',
  ]) {
    const value = taken({ inbox_type: 'GOOGLE_WORKSPACE', smtp_password: typed, imap_password: typed });
    assert.deepEqual([value.smtp_password, value.imap_password], ['abcdefghijklmnop', 'abcdefghijklmnop']);
  }
});

test('other passwords keep their spaces, with Google and elsewhere', () => {
  assert.equal(
    taken({ inbox_type: 'GOOGLE_WORKSPACE', smtp_password: ' my pass phrase ' }).smtp_password,
    ' my pass phrase ',
  );
  assert.equal(taken({ smtp_password: 'abcd efgh ijkl mnop' }).smtp_password, 'abcd efgh ijkl mnop');
});

test('what is sent names domains in ASCII, and only they differ from what is shown', () => {
  const change = { email_address: 'r&d@Müller.de', smtp_host: 'smtp.müller.de', imap_host: 'Imap.Acme.com' };
  const shown = taken({ ...change, smtp_username: 'r&d@Müller.de', imap_username: 'müller' });
  assert.deepEqual(shown, { ...TYPED_ACCOUNT, ...change, smtp_username: 'r&d@Müller.de', imap_username: 'müller' });
  assert.deepEqual(withAsciiDomains(shown), {
    ...shown,
    email_address: 'r&d@xn--mller-kva.de',
    smtp_host: 'smtp.xn--mller-kva.de',
    smtp_username: 'r&d@xn--mller-kva.de',
  });
  assert.deepEqual(withAsciiDomains(TYPED_ACCOUNT), TYPED_ACCOUNT);
});

const atom = fc.string({ unit: fc.constantFrom(..."abcXYZ019!#$%&'*+-/=?^_`{|}~"), minLength: 1, maxLength: 20 });
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const invisible = fc.constantFrom(...'\u200B\u200C\u200D\u200E\u200F\u202A\u202E\u2060\u2066\u2069\u00AD\uFEFF\u061C');

test('every dot-atom of RFC 5321 before a domain is an address', () => {
  const localPart = fc.array(atom, { minLength: 1, maxLength: 3 }).map((atoms) => atoms.join('.'));
  const domain = fc
    .tuple(fc.array(label, { minLength: 1, maxLength: 3 }), fc.constantFrom('com', 'xn--p1ai', 'рф', 'москва'))
    .map(([labels, top]) => [...labels.filter((each) => !each.startsWith('xn--')), 'acme', top].join('.'));
  fc.assert(
    fc.property(localPart, domain, (before, after) => {
      assert.equal(taken({ email_address: `${before}@${after}` }).email_address, `${before}@${after}`);
      const { email_address } = withAsciiDomains(taken({ email_address: `${before}@${after}` }));
      assert.match(email_address, /^\p{ASCII}+$/u);
      assert.ok(email_address.startsWith(`${before}@`));
    }),
  );
});

test('what can not be seen makes no difference anywhere, but in a password', () => {
  fc.assert(
    fc.property(fc.nat(12), fc.array(invisible, { minLength: 1, maxLength: 3 }), (at, between) => {
      const soil = (text: string) => `${text.slice(0, at)}${between.join('')}${text.slice(at)}`;
      const { inbox_type, smtp_use_tls, imap_use_ssl, smtp_password, imap_password, ...texts } = TYPED;
      const soiled = Object.fromEntries(Object.entries(texts).map(([field, text]) => [field, soil(text ?? '')]));
      assert.deepEqual(taken(soiled), TYPED_ACCOUNT);
      assert.equal(taken({ smtp_password: soil('secret') }).smtp_password, soil('secret'));
    }),
  );
});

test('the first page is checked on its own', () => {
  const mistaken = validateWho({ email_address: 'x', display_name: '', inbox_type: undefined });
  assert.ok(!mistaken.ok);
  assert.deepEqual(Object.keys(mistaken.errors).sort(), ['display_name', 'email_address', 'inbox_type']);
  assert.ok(validateWho({ email_address: 'a@b.co', display_name: 'A', inbox_type: 'OUTLOOK_365' }).ok);
});

test('whatever is typed is either taken within the bounds of the API or refused with a sentence', () => {
  const typed = fc.option(
    fc.oneof(fc.string({ unit: 'binary', maxLength: 600 }), fc.constantFrom('587', 'a.b', 'a@b.co')),
    {
      nil: undefined,
    },
  );
  fc.assert(
    fc.property(fc.record(Object.fromEntries(Object.keys(TYPED).map((field) => [field, typed]))), (garbage) => {
      const validated = validateAccount({ ...TYPED, ...garbage, smtp_use_tls: true, imap_use_ssl: false });
      if (validated.ok) {
        const { value } = validated;
        for (const text of [value.email_address, value.display_name, value.smtp_host, value.smtp_username]) {
          assert.ok(text.length > 0 && [...text].length <= 255 && text === text.trim());
        }
        assert.ok(Number.isInteger(value.smtp_port) && value.smtp_port >= 1 && value.smtp_port <= 65_535);
      } else for (const sentence of Object.values(validated.errors)) assert.match(sentence, /^[A-Z].*[.)]$/s);
    }),
    { numRuns: 300 },
  );
});

test('an address is recognized in what follows the command', () => {
  assert.equal(parseEmailAddress(' jane@acme.com '), 'jane@acme.com');
  for (const none of ['', 'help', 'jane@', 'jane@acme.com bob@acme.com', `${long(300)}@a.co`]) {
    assert.equal(parseEmailAddress(none), undefined);
  }
});
