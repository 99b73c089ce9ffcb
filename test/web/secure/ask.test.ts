import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ask, askToRead, isOpenQuestion } from '../../../src/web/secure/browser/ask.ts';

const PAGE_OF_PROXY = '<html><title>nginx</title></html>';
const REFUSED = '{"kind":"refused"}';

/** Each request of the page gets this answer. */
function answerWith(context: TestContext, status: number, body: string) {
  const { mock } = context.mock.method(globalThis, 'fetch', async () => new Response(body, { status }));
  return mock;
}

for (const [status, body, problem] of [
  [413, REFUSED, 'tooLarge'],
  [413, PAGE_OF_PROXY, 'tooLarge'],
  [408, '', 'tooSlow'],
  [429, REFUSED, 'tooMany'],
  [429, PAGE_OF_PROXY, 'tooMany'],
  [503, REFUSED, 'busy'],
  [503, '{"kind":"later"}', 'later'],
  [400, REFUSED, 'refused'],
  [403, REFUSED, 'refused'],
  [415, REFUSED, 'refused'],
  [401, PAGE_OF_PROXY, 'refused'],
  [403, PAGE_OF_PROXY, 'refused'],
  [404, 'Not found\n', 'refused'],
  [405, '', 'refused'],
  [403, '{"message":"Forbidden"}', 'refused'],
  [403, 'null', 'refused'],
  // It may have reached the bot.
  [500, 'Something went wrong here\n', 'unclear'],
  [502, PAGE_OF_PROXY, 'unclear'],
  [503, PAGE_OF_PROXY, 'unclear'],
  [503, '{"message":"Service Unavailable"}', 'unclear'],
  [504, '', 'unclear'],
  [200, PAGE_OF_PROXY, 'unclear'],
  [200, '[]', 'unclear'],
  [200, '{"kind":{}}', 'unclear'],
] as const) {
  test(`${status} with ${JSON.stringify(body)} is ${problem}`, async (context) => {
    answerWith(context, status, body);
    assert.equal(await ask('add', {}, 't'), problem);
    assert.equal(await askToRead('t', new Uint8Array(1), { columns: {}, defaults: {} }), problem);
  });
}

test('only without a clear answer, nobody knows what became of what was sent', () => {
  for (const problem of ['offline', 'unclear'] as const) assert.equal(isOpenQuestion(problem, false), true);
  for (const problem of ['tooLarge', 'tooSlow', 'tooMany', 'busy', 'refused', 'later'] as const) {
    assert.deepEqual([isOpenQuestion(problem, false), isOpenQuestion(problem, true)], [false, true], problem);
  }
});

test('what the bot would refuse for its size is not sent', async (context) => {
  const mock = answerWith(context, 200, '{"kind":"gone"}');
  assert.equal(await ask('add', { text: 'ü'.repeat(2 * 1024 * 1024) }), 'tooLarge');
  assert.equal(mock.callCount(), 0);
  assert.deepEqual(await ask('add', { text: 'ü'.repeat(2 * 1024 * 1024 - 10) }), { kind: 'gone' });
  assert.equal(mock.callCount(), 1);
});
