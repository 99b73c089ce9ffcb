import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createResponseUrlSeal } from '../../../src/storage/sealing/response-url-seal.ts';
import { SEALED_COLUMNS } from '../../../src/storage/sealing/sealed-columns.ts';
import { SealError } from '../../../src/storage/sealing/sealing.ts';
import { testSealer } from '../samples.ts';

const URL = 'https://hooks.slack.com/commands/T1/1/secret';
const { sealResponseUrl, openResponseUrl } = createResponseUrlSeal(testSealer);

test('a response URL opens in its workspace, and nowhere else', () => {
  const sealed = sealResponseUrl('T1', URL);
  assert.equal(openResponseUrl('T1', sealed), URL);
  assert.equal(openResponseUrl('T2', sealed), undefined);
});

test('what was changed, or is no sealed value, is none', () => {
  const sealed = sealResponseUrl('T1', URL);
  for (const other of ['', 'garbage', `${sealed}.`, sealed.slice(0, -1)])
    assert.equal(openResponseUrl('T1', other), undefined);
});

test('nothing that is stored opens as a response URL of a form, nor the other way round', () => {
  const carried = sealResponseUrl('T1', URL);
  for (const { contextOf, table, column } of SEALED_COLUMNS) {
    const place = { ...contextOf({ key: '', teamId: 'T1' }), teamId: 'T1', rowId: '' };
    assert.equal(openResponseUrl('T1', testSealer.seal('x', place)), undefined, `${table}.${column}`);
    assert.throws(() => testSealer.open(carried, place), SealError, `${table}.${column}`);
  }
});

test('a failure that has nothing to do with the value is not taken for one', () => {
  const broken = createResponseUrlSeal({
    ...testSealer,
    open: () => {
      throw new RangeError('out of memory');
    },
  });
  assert.throws(() => broken.openResponseUrl('T1', sealResponseUrl('T1', URL)), RangeError);
});
