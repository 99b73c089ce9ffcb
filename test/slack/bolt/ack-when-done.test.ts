import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { App } from '@slack/bolt';
import { ackWhenDone } from '../../../src/slack/bolt/ack-when-done.ts';
import { createHttpReceiver } from '../../../src/slack/bolt/http-receiver.ts';
import { createHttpServer } from '../../../src/web/http-server.ts';

test('that a workspace has left is acknowledged when Bolt is through, everything else when Bolt says so', async () => {
  for (const [type, acked] of [
    ['app_uninstalled', ['when done']],
    ['tokens_revoked', ['when done']],
    ['app_home_opened', ['at once']],
    [undefined, ['at once']],
  ] as const) {
    const calls: string[] = [];
    let isDone = false;
    const { ack, done } = ackWhenDone(type === undefined ? {} : { event: { type } }, async () => {
      calls.push(isDone ? 'when done' : 'at once');
    });
    await ack();
    isDone = true;
    await done();
    assert.deepEqual(calls, acked, type);
  }
});

test('over HTTP Slack has its answer only once the removal is done', async (context) => {
  const receiver = createHttpReceiver({
    signingSecret: 'secret',
    now: Date.now,
    onUnanswered: assert.fail,
    onRefused: assert.fail,
  });
  const app = new App({ receiver, authorize: async () => ({ botToken: 'xoxb-1' }), convoStore: false });
  const removal = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  app.event('app_uninstalled', async () => {
    begun.resolve();
    await removal.promise;
  });
  const server = createHttpServer({ 'POST /slack/events': receiver.route }, () => assert.fail());
  context.after(() => server.close());
  const port = await server.listen(0, '127.0.0.1');
  let status: number | undefined;
  const answered = sendUninstalled(port).then((response) => {
    status = response.status;
  });
  await begun.promise;
  // An answer that had been given would be here by the time this one is.
  await fetch(`http://127.0.0.1:${port}/nothing`);
  assert.equal(status, undefined);
  removal.resolve();
  await answered;
  assert.equal(status, 200);
});

test('before Bolt is there Slack is told to come again', async (context) => {
  const receiver = createHttpReceiver({
    signingSecret: 'secret',
    now: Date.now,
    onUnanswered: assert.fail,
    onRefused: assert.fail,
  });
  const server = createHttpServer({ 'POST /slack/events': receiver.route }, () => assert.fail());
  context.after(() => server.close());
  const port = await server.listen(0, '127.0.0.1');
  assert.equal((await sendUninstalled(port)).status, 503);
});

function sendUninstalled(port: number): Promise<Response> {
  const body = JSON.stringify({ type: 'event_callback', team_id: 'T1', event: { type: 'app_uninstalled' } });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', 'secret').update(`v0:${timestamp}:${body}`).digest('hex');
  return fetch(`http://127.0.0.1:${port}/slack/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    },
    body,
  });
}
