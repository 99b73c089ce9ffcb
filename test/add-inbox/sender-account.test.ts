import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type AccountField,
  parseEmailAddress,
  type TypedAccount,
  validateAccount,
  validateWho,
} from '../../src/add-inbox/sender-account.ts';

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
  ['display_name', [undefined, '', ' \t '], /name that people see/],
  ['display_name', [long(256)], /at most 255/],
  ['display_name', ['Jane\nDoe', 'Jane\u0000'], /invisible character/],
  ['inbox_type', [undefined, '', 'GMAIL'], /where this mailbox lives/],
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
      'ä.de',
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
  for (const typed of ['abcd efgh ijkl mnop', ' abcd\u00a0efgh\u00a0ijkl\u00a0mnop ', 'abcdefghijklmnop']) {
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
