import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from '../../../playground/local-slack/local-slack.ts';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { closeAll } from '../world/fill-form.ts';
import { startWorld } from '../world/start-bot.ts';

/** A message is tried again after about 5 s, and after 10 s more, where Slack does not say when. */

const NOT_NOW: { name: string; fault: Fault; times: number }[] = [
  {
    name: 'rate_limited, four times, with a wait',
    fault: { text: '{"ok":false,"error":"rate_limited"}', headers: { 'retry-after': '1' } },
    times: 4,
  },
  { name: 'a code that nobody knows', fault: { error: 'quantum_flux_2' }, times: 1 },
  { name: 'a page of HTML', fault: { text: '<!doctype html><p>channel_not_found</p>' }, times: 1 },
];

test('a message that Slack does not take now is posted later, in the same place', async (context) => {
  const { slack, coldsend, member, channelId } = await startWorld(context);
  for (const message of ['announcement', 'reply'] as const) {
    for (const [index, { name, fault, times }] of NOT_NOW.entries()) {
      await context.test(`${name}, for the ${message}`, async () => {
        const address = `${message}${index}@acme.com`;
        const fail = () => slack.failNext('chat.postMessage', fault, times);
        const stop = coldsend.onRequest(() => message === 'reply' && fail());
        if (message === 'announcement') fail();
        await addGoogleInbox(member, { address, channelId });
        await closeAll(member);
        const reply = await slack.waitForMessage(
          ({ threadTs, text }) => threadTs !== undefined && text.includes(address),
        );
        stop();
        assert.equal(reply.channelId, channelId);
        assert.equal(coldsend.ledger.filter(({ body }) => JSON.stringify(body ?? '').includes(address)).length, 1);
      });
    }
  }
  assert.equal(member.botDm(), undefined, 'nothing in the DM');
  assert.ok(!slack.messages(channelId).some(({ text }) => text.includes('/invite')), 'nobody is told to invite it');
  assert.deepEqual(slack.problems, []);
});

test('a Home that Slack does not take now is shown later, and a channel is not said to be closed', async (context) => {
  const { slack, admin, channelId } = await startWorld(context);
  for (const fault of [{ error: 'rate_limited' }, { retryAfter: 1 }, { text: '<html>' }] as const) {
    const newcomer = slack.as(slack.addPerson({ name: 'new' }).id);
    slack.failNext('views.publish', fault);
    await newcomer.openHome();
    await slack.waitForCall(
      ({ method, args, response }) =>
        method === 'views.publish' && args.user_id === newcomer.userId && response?.ok === true,
    );
  }
  for (const fault of [
    { error: 'rate_limited' },
    { error: 'quantum_flux' },
    { text: '<html>' },
    { retryAfter: 1 },
  ] as const) {
    await admin.openHome();
    await admin.click('home_settings', { in: 'home' });
    await admin.waitForModal(({ callbackId }) => callbackId === 'settings');
    await admin.choose('results_channel', [channelId]);
    slack.failNext('chat.getPermalink', fault);
    const { errors, modal } = await admin.submit();
    assert.match(JSON.stringify([errors, modal?.rendered]), /Slack did not say clearly/);
    assert.doesNotMatch(JSON.stringify(errors), /invite/);
    await closeAll(admin);
  }
  assert.deepEqual(slack.problems, []);
});
