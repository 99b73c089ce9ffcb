import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { truncate } from '../../../src/slack/blocks/truncate.ts';

test('what fits stays as it is, what does not ends in …', () => {
  assert.equal(truncate('12345', 5), '12345');
  assert.equal(truncate('123456', 5), '1234…');
  assert.equal(truncate('', 5), '');
});

test('a character of two UTF-16 units is never cut in two', () => {
  assert.equal(truncate('ab😀cd', 4), 'ab…');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, limit) => {
      const cut = truncate(text, limit);
      assert.ok(cut.length <= limit);
      assert.ok(cut.isWellFormed());
      assert.ok(cut === text || (cut.endsWith('…') && text.startsWith(cut.slice(0, -1))));
    }),
  );
});
