import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '../../../../playground/local-slack/local-slack.ts';
import { call, plain, slackFor, startTestApp } from '../test-app.ts';

async function afterCommand(t: TestContext, now?: () => number) {
  const slack = await slackFor(t, now === undefined ? {} : { now });
  const app = await startTestApp(t);
  slack.deliverTo('all', app.url);
  const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
  const bob = slack.as(slack.addPerson({ name: 'bob' }).id);
  const channel = slack.addChannel({ kind: 'private', members: [jane.userId, bob.userId] });
  const { responseUrl } = await jane.command('/add-inbox', { channelId: channel.id });
  const respond = async (body: JsonObject | string, url = responseUrl) => {
    const answer = await fetch(String(url), {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return `${answer.status} ${await answer.text()}`;
  };
  return { slack, app, jane, bob, channel, respond };
}

test('a response URL reaches the person even where the bot is not, five times', async (t) => {
  const { slack, jane, bob, channel, respond } = await afterCommand(t);
  assert.equal(await respond({ text: 'only you' }), '200 ok');
  assert.equal(await respond({ text: 'all of you', response_type: 'in_channel' }), '200 ok');
  assert.deepEqual(
    jane.in(channel.id).map(({ text, ephemeral }) => [text, ephemeral]),
    [
      ['only you', true],
      ['all of you', false],
    ],
  );
  assert.deepEqual(
    bob.in(channel.id).map(({ text }) => text),
    ['all of you'],
  );
  for (let uses = 2; uses < 5; uses += 1) assert.equal(await respond({ text: 'more' }), '200 ok');
  assert.equal(await respond({ text: 'too much' }), '404 used_url');
  assert.equal(await respond({ text: 'x' }, `${slack.url}/commands/T0/1/2`), '404 invalid_url');
  assert.equal(slack.ledger.calls.filter(({ method }) => method === 'response_url').length, 7);
});

test('a response URL ends after half an hour', async (t) => {
  let now = 1_700_000_000_000;
  const { respond } = await afterCommand(t, () => now);
  now += 30 * 60 * 1000 + 1;
  assert.equal(await respond({ text: 'late' }), '404 expired_url');
});

test('what Slack would not take is refused', async (t) => {
  const { slack, respond } = await afterCommand(t);
  assert.equal(await respond('garbage'), '400 invalid_payload');
  assert.equal(await respond({ text: '' }), '500 no_text');
  assert.equal(await respond({ text: 't', blocks: [{ type: 'section' }] }), '500 invalid_blocks');
  assert.match(slack.problems.join('\n'), /text or fields/);
  slack.watchSecret('hunter2');
  await respond({ text: 'it was hunter2' });
  assert.match(slack.problems.at(-1) ?? '', /response_url: a secret/);
});

test('the message can be replaced and deleted', async (t) => {
  const { slack, app, jane, channel, respond } = await afterCommand(t);
  await respond({ text: 'working' });
  await respond({ text: 'done', replace_original: true });
  assert.deepEqual(
    jane.in(channel.id).map(({ text }) => text),
    ['done'],
  );
  slack.inviteBot(channel.id);
  const blocks = [{ type: 'actions', elements: [{ type: 'button', action_id: 'go', text: plain('Go') }] }];
  const { ts } = await call(slack, 'chat.postMessage', { channel: channel.id, text: 'Go?', blocks });
  await jane.click('Go', { in: { channelId: channel.id, ts: String(ts) } });
  const url = String(app.received.at(-1)?.payload.response_url);
  await respond({ text: 'beside' }, url);
  await respond({ text: 'Gone', blocks: [], replace_original: true }, url);
  assert.deepEqual(
    jane.in(channel.id).map(({ text }) => text),
    ['done', 'Gone', 'beside'],
  );
  await respond({ delete_original: true }, url);
  assert.deepEqual(
    jane.in(channel.id).map(({ text }) => text),
    ['done', 'beside'],
  );
});

test('response URLs can fail', async (t) => {
  const { slack, jane, channel, respond } = await afterCommand(t);
  slack.failNext('response_url', { status: 500 });
  assert.match(await respond({ text: 'x' }), /^500/);
  slack.failNext('response_url', 'reset');
  await assert.rejects(respond({ text: 'x' }));
  assert.deepEqual(jane.in(channel.id), []);
});
