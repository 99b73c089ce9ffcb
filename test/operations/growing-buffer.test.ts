import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGrowingBuffer } from '../../src/operations/growing-buffer.ts';

test('pieces are joined in their order, and what is not whole yet can be looked at', () => {
  const buffer = createGrowingBuffer();
  assert.equal(buffer.bytes().toString(), '');
  for (const piece of ['a', '', 'bc', 'd'.repeat(10)]) buffer.add(Buffer.from(piece));
  assert.equal(buffer.bytes().toString(), `abc${'d'.repeat(10)}`);
  assert.equal(buffer.length, 13);
});

test('pieces of one byte take at most twice their bytes', () => {
  const buffer = createGrowingBuffer();
  for (let count = 1; count <= 10_000; count += 1) {
    buffer.add(Buffer.from('x'));
    assert.ok(buffer.capacity <= 2 * count);
  }
  assert.equal(buffer.bytes().toString(), 'x'.repeat(10_000));
});
