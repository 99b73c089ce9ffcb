import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitLines } from '../../../src/slack/blocks/fit-lines.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const toLine = (index: number) => `line ${index}`;

test('what fits is there completely', () => {
  assert.deepEqual(fitLines([], toLine, { limit: 100 }), []);
  assert.deepEqual(fitLines(numbers(2), toLine, { limit: 40 }), ['line 0\nline 1']);
  assert.deepEqual(fitLines(numbers(2), String, { limit: 100, separator: ', ' }), ['0, 1']);
});

test('what does not fit is counted, whatever the limit is', () => {
  for (let limit = 40; limit < 120; limit += 1) {
    for (const pieces of [1, 2, 3]) {
      const texts = fitLines(numbers(100), toLine, { limit, pieces });
      assert.ok(texts.length === pieces && texts.every((text) => text.length <= limit), `${limit} and ${pieces}`);
      const lines = texts.join('\n').split('\n');
      const [, more] = /^and (\d+) more$/.exec(lines.pop() ?? '') ?? [];
      assert.deepEqual(lines, numbers(lines.length).map(toLine));
      assert.equal(lines.length + Number(more), 100);
    }
  }
});

test('only the lines that may fit are made', () => {
  const made: number[] = [];
  const note = (index: number) => {
    made.push(index);
    return toLine(index);
  };
  assert.match(fitLines(numbers(5_000), note, { limit: 100 }).join(), /and 49\d\d more/);
  assert.ok(made.length < 20, `${made.length} were made`);
});
