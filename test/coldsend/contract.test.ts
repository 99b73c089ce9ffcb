import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { parse } from 'yaml';
import { errorBody, senderAccountAdded } from '../../src/coldsend/contract.ts';
import { ADDED_BODY } from './world/documented.ts';

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

const NONE_GIVEN: Record<string, unknown> = { daily_limit: 0 };

for (const property of Object.keys(ADDED_BODY).filter((name) => name !== 'success')) {
  test(`a success whose ${property} is missing or unreadable is a success all the same`, () => {
    const { [property]: _, ...without } = { ...ADDED_BODY } as Record<string, unknown>;
    for (const body of [without, { ...without, [property]: null }, { ...without, [property]: ['x'] }]) {
      assert.equal(isDocumented?.(body), false);
      const { [property]: read, ...others } = senderAccountAdded.parse(body) as Record<string, unknown>;
      if (!['message', 'created_at'].includes(property)) assert.equal(read, NONE_GIVEN[property] ?? '');
      for (const [name, value] of Object.entries(others))
        assert.equal(value, Object.entries(ADDED_BODY).find(([each]) => each === name)?.[1]);
    }
  });
}

test('nothing but success: true is one', () => {
  for (const success of [undefined, null, 'true', 1, false, {}]) {
    assert.equal(senderAccountAdded.safeParse({ ...ADDED_BODY, success }).success, false);
  }
});

test('a number in place of a text, and a text in place of the limit, are read; a status is a text', () => {
  const read = senderAccountAdded.parse({ ...ADDED_BODY, inbox_id: 42, daily_limit: '30', overall_status: 7 });
  assert.deepEqual([read.inbox_id, read.daily_limit, read.overall_status], ['42', 30, '']);
});

test('what is not as documented in a errorBody takes nothing from the rest', () => {
  const parsed = errorBody.parse({
    detail: [{ loc: ['body', null, 'smtp_port'], msg: 'too big', type: 7 }, 'x', null, { loc: 'body', msg: 'no list' }],
    required: 'no list',
    granted: ['a', 1],
  });
  assert.deepEqual(parsed, {
    detail: [{ loc: ['body', 'smtp_port'], msg: 'too big' }],
    required: [],
    granted: ['a'],
  });
});
