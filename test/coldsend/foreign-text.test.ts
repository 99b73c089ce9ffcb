import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createForeignText } from '../../src/coldsend/foreign-text.ts';

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
