import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findFreePort } from '../../../playground/find-free-port.ts';
import { startLocalColdsend } from '../../../playground/local-coldsend/local-coldsend.ts';
import type { Script } from '../../../playground/local-coldsend/script.ts';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { API_KEY, MANY_POSTS, startWorld } from '../world/start-bot.ts';
import { postsFor, says, threadOf } from './outcome-world.ts';

test('what ColdSend puts off waits, says until when, and goes on by itself', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, member, channelId, bot } = world;
  const putOff: { name: string; script: Script; why: string }[] = [
    {
      name: '503',
      script: { kind: 'server_error', status: 503, retryAfter: '1' },
      why: 'ColdSend is temporarily unavailable.',
    },
    {
      name: '429 with Retry-After',
      script: { kind: 'rate_limited', retryAfter: '1' },
      why: 'We reached the limit on requests to ColdSend.',
    },
    {
      name: '429 that says it in words',
      script: { kind: 'rate_limited', detail: 'Rate limit exceeded. Retry after 1 seconds.', reset: false },
      why: 'We reached the limit on requests to ColdSend.',
    },
  ];

  const addresses = putOff.map((_each, index) => `later${index}@acme.com`);
  for (const [index, { script }] of putOff.entries()) {
    const address = addresses[index] ?? '';
    coldsend.answerNext(script, { forAddress: address });
    await addGoogleInbox(member, { address, channelId });
    await member.waitForModal(({ rendered }) => rendered.includes('🕒 Waiting to add an inbox'));
    await member.close({ all: true });
  }
  for (const [index, { name, why }] of putOff.entries()) {
    const address = addresses[index] ?? '';
    await context.test(name, async () => {
      const waiting = await slack.waitForCall(
        ({ method, args }) => method === 'chat.update' && says(args, address) && says(args, 'Waiting to add'),
      );
      const text = String(waiting.args.text);
      assert.ok(text.includes(why), text);
      const [, at] = /I try again at <!date\^(\d+)\^/.exec(text) ?? [];
      const inSeconds = Number(at) - waiting.at / 1_000;
      assert.ok(inSeconds > -1 && inSeconds <= 1, `the next try is ${inSeconds} s ahead`);

      await slack.waitForMessage(({ threadTs, text: said }) => threadTs !== undefined && said.includes(address));
      await slack.waitFor(() => threadOf(world, address).root.rendered.match(/^✅ Inbox added/)?.[0], 'the glance');
      assert.equal(threadOf(world, address).replies.length, 1);
      assert.equal(postsFor(world, address).length, 2);
    });
  }
  const metrics = await (await fetch(`${bot.url}/metrics`)).text();
  assert.match(metrics, /inbox_bot_requests_total\{outcome="added"\} 3/, 'waiting is no outcome');
  assert.deepEqual(slack.problems, []);
});

test('while nobody listens at ColdSend it waits, and a request is sent once somebody does', async (context) => {
  const port = await findFreePort();
  const world = await startWorld(context, {
    env: { COLDSEND_API_URL: `http://127.0.0.1:${port}/api/public/v1` },
  });
  const { slack, member, channelId } = world;
  await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
  const waiting = await member.waitForModal(({ rendered }) => rendered.includes('🕒 Waiting to add an inbox'));
  assert.match(waiting.rendered, /ColdSend can't be reached right now. I try again at/);

  const coldsend = await startLocalColdsend({ port });
  context.after(() => coldsend.close());
  coldsend.addKey(API_KEY);
  await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
  assert.equal(threadOf(world, 'jane@acme.com').replies.length, 1);
  assert.equal(coldsend.accounts.length, 1);
  assert.deepEqual(slack.problems, []);
});
