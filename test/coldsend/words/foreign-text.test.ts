import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createForeignText } from '../../../src/coldsend/words/foreign-text.ts';
import { fc } from '../../project/properties.ts';

test('every occurrence of a secret is replaced', () => {
  const clean = createForeignText(['hunter2', 'cs_live_x']);
  assert.equal(clean('no hunter2 for cs_live_x, hunter2!'), 'no ••• for •••, •••!');
});

test('a secret is found as JSON, ASCII JSON, Python and URLs write it', () => {
  const secret = 'p"a\\s\'s wörd\t€';
  const clean = createForeignText([secret]);
  const forms = [
    secret,
    JSON.stringify(secret),
    '"p\\"a\\\\s\'s w\\u00f6rd\\t\\u20ac"',
    "'p\"a\\\\s\\'s wörd\t€'",
    encodeURIComponent(secret),
  ];
  for (const form of forms) assert.match(clean(`login ${form} failed`), /^login ['"]?•••['"]? failed$/);
});

test('a secret that begins with another leaves nothing of itself', () => {
  assert.equal(createForeignText(['abc', 'abcdef'])('abcdef abc'), '••• •••');
});

test('passwords of one and two characters are left: they would black out ordinary words', () => {
  assert.equal(createForeignText(['', 'a', 'ab'])('a cab'), 'a cab');
});

test('what was sent and may be shown stays whole', () => {
  const clean = createForeignText(['acme'], ['jane@acme.com']);
  assert.equal(clean('jane@acme.com'), 'jane@acme.com');
  assert.equal(clean('jane@acme.com exists'), 'jane@•••.com exists');
});

test('control characters become spaces and lone surrogates harmless', () => {
  assert.equal(createForeignText([])('a\0b\nc\u001b[31md\u2028e\u0085f'), 'a b c [31md e f');
  assert.equal(createForeignText([])('a\ud800b'), 'a\ufffdb');
});

test('text is cut to 1,000 characters, after the secrets were found', () => {
  const clean = createForeignText(['hunter2']);
  assert.equal(clean('x'.repeat(1000)), 'x'.repeat(1000));
  assert.equal(clean('x'.repeat(1001)), `${'x'.repeat(999)}…`);
  assert.ok(!clean(`${'x'.repeat(995)}hunter2 and more`).includes('hunt'));
  assert.ok(!clean('hunter2'.repeat(100_000)).includes('h'));
});

const percent = (text: string): string =>
  text.replace(/./gsu, (c) => [...Buffer.from(c)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));
const perUnit = (text: string, write: (code: number) => string): string =>
  [...text].map((c) => write(c.codePointAt(0) ?? 0)).join('');
const perByte = (text: string, write: (byte: number) => string): string => [...Buffer.from(text)].map(write).join('');
const hex = (code: number, digits = 2): string => code.toString(16).padStart(digits, '0');
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const html = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#x27;');

const DRESSES: Record<string, (secret: string) => string> = {
  'as it is': (secret) => secret,
  'as JSON': (secret) => JSON.stringify(secret),
  'HTML-escaped': html,
  'HTML-escaped twice': (secret) => html(html(secret)),
  'as decimal entities': (secret) => perUnit(secret, (code) => `&#${code};`),
  'as hex entities': (secret) => perUnit(secret, (code) => `&#X${hex(code)};`),
  'percent-encoded': encodeURIComponent,
  'percent-encoded throughout': percent,
  'percent-encoded twice': (secret) => percent(percent(secret)),
  'as a form': (secret) => new URLSearchParams({ p: secret }).toString().slice(2),
  'percent-encoded HTML': (secret) => encodeURIComponent(html(secret)),
  'in base64': base64,
  'in base64 for URLs': (secret) => Buffer.from(secret).toString('base64url'),
  'in base64 twice': (secret) => base64(base64(secret)),
  'in base64, percent-encoded': (secret) => encodeURIComponent(base64(secret)),
  'in base64 from its second byte': (secret) => base64(`x${secret}`),
  'in base64 from its third byte': (secret) => base64(`xy${secret}zz`),
  'in base64 as UTF-16': (secret) => Buffer.from(secret, 'utf16le').toString('base64'),
  'as AUTH PLAIN': (secret) => base64(`\0jane@acme.com\0${secret}`),
  'as basic authentication': (secret) => base64(`jane@acme.com:${secret}`),
  'in hex': (secret) => perByte(secret, (byte) => hex(byte)),
  'in hex with blanks': (secret) => perByte(secret, (byte) => `${hex(byte)} `).trim(),
  'in hex with 0x': (secret) => perByte(secret, (byte) => `0x${hex(byte)},`),
  'as \\x': (secret) => perByte(secret, (byte) => `\\x${hex(byte)}`),
  'as \\u': (secret) => secret.replace(/./gs, (unit) => `\\u${hex(unit.charCodeAt(0), 4)}`),
  'as \\u{}': (secret) => perUnit(secret, (code) => `\\u{${hex(code)}}`),
  'in octal': (secret) => perByte(secret, (byte) => `\\${byte.toString(8).padStart(3, '0')}`),
  'as \\u in JSON': (secret) => JSON.stringify(secret.replace(/./gs, (unit) => `\\u${hex(unit.charCodeAt(0), 4)}`)),
  'in upper case': (secret) => secret.toUpperCase(),
  'in lower case': (secret) => secret.toLowerCase(),
  'in NFD': (secret) => secret.normalize('NFD'),
  'in NFKC': (secret) => secret.normalize('NFKC'),
  'between other characters': (secret) => `u=j&p=${secret}&x=1`,
};

/** As people and generators make them: no blank at either end, and not of one or two characters. */
const password = fc
  .string({
    unit: fc.constantFrom(...'abcdefghkmnrstuvwxyzABCDEFGHKMNPQRSTUVWXYZ23456789!#$%&/()=?+*-_.,:;<>|~^öéß€"\'\\ '),
    minLength: 8,
    maxLength: 40,
  })
  .filter((text) => /^[a-z0-9].*[a-z0-9]$/i.test(text) && (text.match(/[a-zA-Z0-9]/g)?.length ?? 0) >= 6);

test('an ordinary word before what is masked stays, also where its letters happen to be base64 of a piece', () => {
  const secret = 'argumyargumaaaa';
  const encoded = Buffer.from(secret, 'utf16le').toString('base64');
  assert.equal(
    createForeignText([secret])(`Login failed ${encoded} – Login failed`),
    'Login failed ••• – Login failed',
  );
});

test('a secret that ends or starts like an escape is masked to its end, also within another encoding', () => {
  for (const secret of ["a'aaaa\\n", 'a&aaaa\\a', '\\nPw&7aaa', '\\tX&aa\\t'])
    assert.equal(createForeignText([secret])(`Got ${encodeURIComponent(html(secret))} – no`), 'Got ••• – no', secret);
});

/** What is left of a text once "•••" is taken out must not have three characters of the secret, whichever way it is read. */
for (const [how, dress] of Object.entries(DRESSES)) {
  test(`a secret ${how} is masked`, () => {
    fc.assert(
      fc.property(password, (secret) => {
        const cleaned = createForeignText([secret], ['jane@acme.com'])(`${SENTENCE} ${dress(secret)} – ${SENTENCE}`);
        assert.ok(cleaned.startsWith(SENTENCE) && cleaned.endsWith(SENTENCE), cleaned);
        const rest = cleaned.slice(SENTENCE.length, -SENTENCE.length);
        assert.match(rest, /•••/);
        assert.doesNotMatch(rest, /[\p{L}\p{N}]{3}/u, `${secret} left ${rest}`);
      }),
      { numRuns: 60 },
    );
  });
}

const SENTENCE = 'Login to the mailbox failed –';

for (const length of [4, 5, 6, 7]) {
  test(`a secret cut off after ${length} characters is masked`, () => {
    const clean = createForeignText(['Vk7-qXw2mPz9', 'hunter2hunter2']);
    for (const secret of ['Vk7-qXw2mPz9', 'hunter2hunter2']) {
      const start = secret.slice(0, length);
      for (const end of ['...', '…', '***', '']) assert.equal(clean(`for ${start}${end}`).includes(start), false);
      assert.equal(clean(`for '${start}' no`), "for '•••' no");
      assert.equal(clean(base64(`\0jane\0${start}`)), '•••');
    }
  });
}

test('pieces of a secret are masked, also where it is split', () => {
  const clean = createForeignText(['Vk7-qXw2mPz9']);
  for (const text of ['-qXw2mPz9', 'xqXw2mPz9', 'Vk7-qX', 'Vk7-qX w2mPz9', 'Vk7-\nqXw2\nmPz9'])
    assert.doesNotMatch(clean(text), /qXw|mPz|Vk7/, text);
});

test('ordinary words stay, also where a password begins like them', () => {
  const secrets = ['Password1!', 'smtp-hunter2', 'welcome2024', 'jane@acme2024', 'cs_live_q8Zk2Lw0', 'Thecats9'];
  const clean = createForeignText(secrets, ['jane@acme.com', 'Jane Doe']);
  for (const text of [
    'Invalid password for jane@acme.com (Jane Doe)',
    'SMTP login failed: 535 5.7.8 Username and Password not accepted.',
    'smtp',
    'The cat sat. Welcome to smtp.acme.com:587 with TLSv1.3',
    'Missing API key scopes: sender_accounts:write. Keys start with cs_live_',
    'ACTIVE',
    '3f0c2f4e-8f2b-4c1d-9b1e-0a1b2c3d4e5f',
  ])
    assert.equal(clean(text), text);
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9]{12,20}$/), fc.lorem({ maxCount: 40 }), (secret, words) => {
      assert.equal(createForeignText([secret])(words), words.trim());
    }),
  );
});

test('a megabyte of anything is cleaned in a moment', () => {
  const clean = createForeignText(['Vk7-qXw2mPz9', 'wörd-qXw2', 'cs_live_abcdefghijklmnop']);
  const start = performance.now();
  for (const unit of ['A', 'Vk7-q', '%25', '&amp;', '\\\\', '\\x41', 'QUFB', '4141 ', 'ö', '<a ', 'ab '])
    clean(unit.repeat(2 ** 20 / unit.length));
  assert.ok(performance.now() - start < 5_000);
});

test('no secret survives anywhere in any text', () => {
  const secret = fc
    .string({ unit: 'binary', minLength: 3, maxLength: 20 })
    .filter((text) => !/[\s•…\ufffd]/.test(text));
  fc.assert(
    fc.property(fc.string(), secret, fc.string(), (before, hidden, after) => {
      assert.ok(!createForeignText([hidden])(before + hidden + after).includes(hidden));
    }),
  );
});
