import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Person } from '../../../playground/local-slack/local-slack.ts';
import { additionsIn, closeAll, openHowPage, submitInbox, waitForPage } from '../world/fill-form.ts';
import { startWorld, type World } from '../world/start-bot.ts';

const MANY = {
  rateLimits: { postMessage: { burst: 1_000, perSecond: 1_000 }, method: { burst: 5_000, perSecond: 5_000 } },
};

test('what is asked for is looked at again before it is sent', async (context) => {
  const world = await startWorld(context, { slack: MANY });
  const { slack, coldsend, admin, member, channelId } = world;

  await context.test('who may not add inboxes any more by then has none added', async () => {
    await acceptButHold(world, member, 'settings@acme.com');
    await admin.openHome();
    await admin.click('home_settings', { in: 'home' });
    await waitForPage(admin, 'settings');
    await admin.choose('who_may_add', 'admins');
    assert.equal((await admin.submit()).modal, undefined);
    slack.heal();
    const reply = await slack.waitForMessage(
      ({ threadTs, text }) => threadTs !== undefined && text.includes('settings@acme.com'),
      { timeoutMs: 12_000 },
    );
    const rendered = member.in(channelId).flatMap(({ thread }) => thread)[0]?.rendered ?? '';
    assert.match(reply.text, /^Inbox not added: no longer allowed/);
    assert.match(rendered, /now only admins and owners may add inboxes/);
    assert.match(rendered, /We sent nothing to ColdSend and deleted the passwords/);
    await admin.click('try_again', { in: reply });
    await waitForPage(admin, 'add_inbox_who');
    await closeAll(admin);
    assert.equal(additionsIn(coldsend).length, 0);
  });

  await context.test('who was deactivated or made a guest while the bot was away has none added', async () => {
    const cases = [
      {
        address: 'gone@acme.com',
        change: { deleted: true },
        says: /The account of the person who asked is deactivated/,
      },
      { address: 'guest@acme.com', change: { is_restricted: true }, says: /The person who asked is now a guest/ },
    ].map((each) => ({ ...each, person: slack.as(slack.addPerson({ name: 'otto', is_admin: true }).id) }));
    for (const { person, address } of cases) {
      slack.join(channelId, person.userId);
      await acceptButHold(world, person, address);
    }
    await world.bot.stop('SIGKILL');
    for (const { person, change } of cases) slack.setPerson(person.userId, change);
    slack.heal();
    await world.restart();
    for (const { address, says } of cases) {
      const isReply = ({ threadTs, text }: { threadTs: string | undefined; text: string }) =>
        threadTs !== undefined && text.includes(address);
      assert.match((await slack.waitForMessage(isReply, { timeoutMs: 12_000 })).text, says);
    }
    assert.equal(additionsIn(coldsend).length, 0);
  });

  await context.test("breaks no rule of Slack's", () => assert.deepEqual(slack.problems, []));
});

/** Accepts a request whose announcement Slack does not take until it is healed, so that it is not sent before. */
async function acceptButHold({ slack, channelId }: World, person: Person, address: string): Promise<void> {
  await closeAll(person);
  await openHowPage(person, channelId, { address, provider: 'GOOGLE_WORKSPACE' });
  await person.type('smtp_password', 'x');
  const seen = slack.ledger.calls.length;
  slack.failNext('chat.postMessage', { retryAfter: 1 }, 100);
  await submitInbox(person);
  await slack.waitFor(
    () => slack.ledger.calls.slice(seen).find(({ httpStatus }) => httpStatus === 429),
    'the announcement to be refused',
  );
  await closeAll(person);
}
