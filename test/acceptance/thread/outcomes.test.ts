import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { API_KEY, MANY_POSTS, startWorld, storeKey } from '../world/start-bot.ts';
import { type Case, has, PAGE, postsFor, refused, TROUBLES, threadOf, unknown } from './outcome-world.ts';

const TIMEOUT_MS = 1_000;

const STATUSES = {
  PENDING: ['✅ Inbox added', 'overall_status\nPENDING (ColdSend is still validating it)'],
  ACTIVE: ['✅ Inbox added', 'overall_status\nACTIVE (ready to use)'],
  PAUSED: ['⚠️ Inbox added', 'overall_status\nPAUSED (temporarily disabled)'],
  DISABLED: ['⚠️ Inbox added', "overall_status\nDISABLED (can't be used)"],
  active: ['✅ Inbox added', 'overall_status\nactive (ready to use)'],
  'warming up <!here>': ['⚠️ Inbox added', 'overall_status\nwarming up <!here>'],
  CONNECTION_ERROR: ['⚠️ Inbox added', 'overall_status\nCONNECTION_ERROR'],
  '': ['⚠️ Inbox added', 'overall_status\nno status given'],
} as const;

const addedCases = Object.entries(STATUSES).flatMap(([overallStatus, [glance, status]]) =>
  ([200, 201] as const).map(
    (code): Case => ({
      name: `added with “${overallStatus}” and ${code}`,
      script: { kind: 'added', overallStatus, status: code },
      glance,
      reply: [status, 'Daily limit\n30 a day', /Inbox ID: [0-9a-f-]{36}/],
      added: true,
    }),
  ),
);

const stillAdded: Case[] = Object.entries({
  'nothing else': '{"success":true}',
  'a message that is null, an id that is no UUID and a time with a blank':
    '{"success":true,"message":null,"inbox_id":"i-42","overall_status":"ACTIVE","created_at":"2025-06-01 10:00:00"}',
}).map(([name, body]) => ({
  name: `success: true with ${name}`,
  script: { kind: 'raw', status: 200, body },
  glance: body.includes('ACTIVE') ? '✅ Inbox added' : '⚠️ Inbox added',
  reply: body.includes('ACTIVE') ? ['(ready to use)', 'Inbox ID: i-42'] : ['overall_status\nno status given'],
}));

const troubles: Case[] = Object.entries(TROUBLES).map(([status, [glance, next]]) => ({
  name: `${status} with a page`,
  script: { kind: 'raw', status: Number(status), headers: { 'Content-Type': 'text/html' }, body: PAGE },
  glance,
  reply: [`HTTP ${status}`, 'The answer says: Blocked Ray 7f', next],
  button: 'Try again',
}));

test('every outcome is told once in the thread, at a glance in the channel and in the form that is still open', async (context) => {
  const world = await startWorld(context, {
    slack: MANY_POSTS,
    env: { COLDSEND_TIMEOUT_MS: String(TIMEOUT_MS) },
  });
  const { slack, coldsend, admin, member, channelId } = world;

  for (const [index, { name, script, glance, reply, button, added = false, keyLost }] of [
    ...addedCases,
    ...stillAdded,
    ...troubles,
    ...refused,
    ...unknown,
  ].entries()) {
    await context.test(name, async () => {
      const address = `case${index}@acme.com`;
      coldsend.answerNext(script, { forAddress: address });
      await addGoogleInbox(member, { address, channelId });
      const form = await member.waitForModal(({ rendered }) => rendered.includes(glance));

      const { root, replies } = threadOf(world, address);
      assert.match(
        root.rendered,
        new RegExp(`^${glance}\n${address} · Jane Doe\nRequested by @mel · Google Workspace`),
      );
      assert.equal(replies.length, 1, 'one reply');
      const [told] = replies;
      assert.ok(told);
      for (const expected of reply) {
        assert.ok(has(told.rendered, expected), `${expected} in the reply:\n${told.rendered}`);
        assert.ok(has(form.rendered, expected), `${expected} in the form:\n${form.rendered}`);
      }
      for (const said of [glance, address]) assert.ok(!told.rendered.includes(said), 'the announcement says that');
      for (const expected of [glance.replace(/^\S+ /, ''), address]) {
        assert.ok(told.text.includes(expected) && root.text.includes(expected), 'for screen readers too');
      }
      const buttons = told.blocks.flatMap((block) => (block.block_id === 'try_again' ? [block] : []));
      assert.equal(buttons.length, button === undefined ? 0 : 1);
      if (button !== undefined) assert.ok(told.rendered.includes(`[ ${button} ]`));

      assert.equal(postsFor(world, address).length, 1, 'asked once');
      assert.equal(
        coldsend.accounts.some(({ email_address }) => email_address === address),
        added,
      );
      await member.close({ all: true });
      if (keyLost) await storeKey(admin, API_KEY);
    });
  }

  await context.test('nothing followed the redirect', () => {
    assert.deepEqual(
      coldsend.ledger.filter(({ path }) => path.endsWith('elsewhere')),
      [],
    );
  });

  assert.deepEqual(
    coldsend.ledger.filter(({ body, contractErrors }) => !isKeyCheck(body) && contractErrors.length > 0),
    [],
  );
  assert.deepEqual(slack.problems, []);
});

/** A key is tried with an empty body. */
function isKeyCheck(body: unknown): boolean {
  return JSON.stringify(body) === '{}';
}
