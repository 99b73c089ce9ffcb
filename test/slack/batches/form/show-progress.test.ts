import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createShowProgress } from '../../../../src/slack/batches/form/show-progress.ts';
import { SlackRefusedError, SlackUnavailableError } from '../../../../src/slack/web-api/slack-api.ts';

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

function setUp(answer: () => Promise<unknown> = async () => {}) {
  const shown: string[] = [];
  const clock = { now: 0 };
  const show = (done: number, total: number) => {
    shown.push(`${done}/${total}`);
    return answer();
  };
  return { shown, clock, ...createShowProgress(show, () => clock.now) };
}

test('progress is shown at once, then every three seconds, and at the end', async () => {
  const { shown, clock, onProgress, end } = setUp();
  for (let done = 0; done < 70; done += 1) {
    onProgress(done, 70);
    clock.now += 100;
    await nextTurn();
  }
  await end();
  assert.deepEqual(shown, ['0/70', '31/70', '62/70', '69/70']);
});

test('the page is replaced by one call at a time, and by none after the end', async () => {
  const slow = Promise.withResolvers<void>();
  const { shown, clock, onProgress, end } = setUp(() => slow.promise);
  onProgress(0, 2);
  clock.now = 60_000;
  onProgress(1, 2);
  const ended = end();
  await nextTurn();
  assert.deepEqual(shown, ['0/2']);
  slow.resolve();
  await ended;
  assert.deepEqual(shown, ['0/2', '1/2']);
});

test('a closed page aborts the work, and the end says so', async () => {
  const gone = new SlackRefusedError('views.update', 'not_found');
  const { onProgress, signal, end } = setUp(() => Promise.reject(gone));
  onProgress(0, 2);
  await nextTurn();
  assert.ok(signal.aborted);
  await assert.rejects(end(), gone);
});

test('a call that fails for another reason changes nothing', async () => {
  const { onProgress, signal, end } = setUp(() => Promise.reject(new SlackUnavailableError('views.update', undefined)));
  onProgress(0, 2);
  await end();
  assert.ok(!signal.aborted);
});
