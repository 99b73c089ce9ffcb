import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { parse } from 'yaml';
import { refusal, senderAccountAdded } from '../../src/coldsend/contract.ts';
import { ADDED_BODY } from './documented.ts';

const openapi = new URL('../../playground/local-coldsend/coldsend.openapi.yaml', import.meta.url);
const ajv = new Ajv2020({ strict: false });
ajvFormats.default(ajv);
ajv.addSchema(parse(readFileSync(openapi, 'utf8')), 'coldsend');
const isDocumented = ajv.getSchema('coldsend#/components/schemas/SenderAccountAdded');

test('the documented answer is taken, and so is one with more in it', () => {
  for (const body of [
    ADDED_BODY,
    { ...ADDED_BODY, warmup: { on: true } },
    { ...ADDED_BODY, overall_status: 'A new one' },
  ]) {
    assert.equal(isDocumented?.(body), true);
    assert.equal(senderAccountAdded.safeParse(body).success, true);
  }
});

for (const property of Object.keys(ADDED_BODY)) {
  test(`an answer whose ${property} is missing or of another type is not the documented one`, () => {
    const { [property]: _, ...without } = { ...ADDED_BODY } as Record<string, unknown>;
    for (const body of [without, { ...without, [property]: null }, { ...without, [property]: ['x'] }]) {
      assert.equal(isDocumented?.(body), false);
      assert.equal(senderAccountAdded.safeParse(body).success, false);
    }
  });
}

test('formats are checked', () => {
  for (const wrong of [{ inbox_id: '42' }, { daily_limit: 1.5 }, { daily_limit: '100' }, { created_at: 'yesterday' }]) {
    assert.equal(isDocumented?.({ ...ADDED_BODY, ...wrong }), false);
    assert.equal(senderAccountAdded.safeParse({ ...ADDED_BODY, ...wrong }).success, false);
  }
});

test('a time without a zone is taken: FastAPI writes such', () => {
  assert.equal(senderAccountAdded.safeParse({ ...ADDED_BODY, created_at: '2025-06-01T10:00:00.123456' }).success, true);
});

test('what is not as documented in a refusal takes nothing from the rest', () => {
  const parsed = refusal.parse({
    detail: [{ loc: ['body', null, 'smtp_port'], msg: 'too big', type: 7 }, 'x', null, { loc: 'body', msg: 'no list' }],
    required: 'no list',
    granted: ['a', 1],
  });
  assert.deepEqual(parsed, {
    detail: [{ loc: ['body', 'smtp_port'], msg: 'too big' }],
    required: undefined,
    granted: ['a'],
  });
});
