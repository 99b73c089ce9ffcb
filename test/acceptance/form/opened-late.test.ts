import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiCall, Fault, Person } from '../../../playground/local-slack/local-slack.ts';
import { closeAll, fillWho, HOW_PAGE, NOTICE, openForm, WHO_PAGE, waitForPage } from '../world/fill-form.ts';
import { startWorld, type World } from '../world/start-bot.ts';

const LATE: { how: string; fault: Fault }[] = [
  { how: 'answers after 2 s', fault: { answerAfterMs: 2_000 } },
  { how: 'opens it and never answers', fault: 'hangAfterTaking' },
  { how: 'opens it and cuts the connection', fault: 'resetAfterTaking' },
];

/** Of what is said to people about something that is in fact open. */
const LIE = /did not open|I did nothing|went wrong|didn't tell/;

for (const { how, fault } of LATE) {
  test(`a form that Slack ${how} is filled, and nobody is told that nothing was done`, async (context) => {
    const world = await startWorld(context);
    const { slack, member, admin, channelId } = world;

    await context.test('the waiting page becomes the form', async () => {
      const person = newcomer(world);
      slack.failNext('views.open', fault);
      await person.command('/add-inbox', { channelId });
      await waitForPage(person, WHO_PAGE);
      await closeAll(person);
    });

    await context.test('the waiting page becomes the refusal', async () => {
      const guest = slack.as(slack.addPerson({ name: 'guest', is_restricted: true }).id);
      slack.join(channelId, guest.userId);
      slack.failNext('views.open', fault);
      await guest.command('/add-inbox', { channelId });
      await guest.waitForModal(({ rendered }) => /Guests can't add inboxes/.test(rendered));
      await closeAll(guest);
    });

    await context.test('the form can be used at once', async () => {
      await openForm(member, channelId);
      await closeAll(member);
      const startedAt = Date.now();
      slack.failNext('views.open', fault);
      await member.command('/add-inbox', { channelId });
      await waitForPage(member, WHO_PAGE);
      await fillWho(member, { address: 'jane@acme.com', name: 'Jane', provider: 'GOOGLE_WORKSPACE' });
      await waitForAnswer(world, fault, ({ at }) => at >= startedAt);
      assert.equal(member.modal()?.callbackId, HOW_PAGE);
      await closeAll(member);
    });

    await context.test('so do the forms of the Home', async () => {
      for (const [actionId, callbackId] of [
        ['home_store_key', 'store_key'],
        ['home_add_client', 'client_key'],
        ['home_settings', 'settings'],
      ] as const) {
        await admin.openHome();
        const startedAt = Date.now();
        slack.failNext('views.open', fault);
        await admin.click(actionId, { in: 'home' });
        await waitForPage(admin, callbackId);
        await waitForAnswer(world, fault, ({ at }) => at >= startedAt);
        await closeAll(admin);
      }
    });

    for (const message of slack.messages(channelId)) assert.doesNotMatch(message.text, LIE);
    for (const person of [member, admin]) {
      const dm = person.botDm();
      for (const message of dm === undefined ? [] : slack.messages(dm)) assert.doesNotMatch(message.text, LIE);
    }
    assert.deepEqual(slack.problems, []);
  });
}

test('where nobody knows whether a form is open, nothing is claimed', async (context) => {
  const world = await startWorld(context);
  const { slack, channelId } = world;
  const person = newcomer(world);
  slack.failNext('views.open', 'hangAfterTaking');
  slack.failNext('views.update', { status: 503 });
  await person.command('/add-inbox', { channelId });
  const told = await slack.waitForMessage(({ onlyFor }) => onlyFor === person.userId);
  assert.match(told.text, /^Slack didn't tell me if it opened the form\. If you see it, fill it in\./);
  assert.doesNotMatch(told.text, /I did nothing/);
});

test('a waiting page never stays: Slack is asked again to fill it, and a failure is shown in it', async (context) => {
  const world = await startWorld(context);
  const { slack, admin, channelId } = world;

  await context.test('Slack does not take the form at first', async () => {
    for (const fault of [
      { error: 'rate_limited' },
      { retryAfter: 1 },
      { text: '<html>' },
      'resetAfterTaking',
    ] as const) {
      const person = newcomer(world);
      slack.failNext('views.update', fault);
      await person.command('/add-inbox', { channelId });
      await waitForPage(person, WHO_PAGE);
      await closeAll(person);
    }
  });

  await context.test('the export of the audit trail fails', async () => {
    await admin.openHome();
    await admin.click('home_audit', { in: 'home' });
    await admin.waitForModal(({ title }) => title === 'Audit trail');
    slack.failNext('chat.postMessage', { error: 'rate_limited' });
    slack.failNext('views.push', { answerAfterMs: 2_000 });
    await admin.click('audit_export');
    const page = await admin.waitForModal(({ rendered }) => /I don't know if I sent you the file/.test(rendered));
    assert.equal(page.callbackId, NOTICE);
    await slack.waitForMessage(
      ({ channelId: place, text }) => place === admin.botDm() && /Support code: \w+$/.test(text),
    );
    await closeAll(admin);
  });

  assert.deepEqual(slack.problems, ['views.push: exchanged_trigger_id'], 'the reference of the failure is in the DM');
});

/** A person whom the bot has never looked up. */
function newcomer({ slack, channelId }: World): Person {
  const person = slack.as(slack.addPerson({ name: 'new' }).id);
  slack.join(channelId, person.userId);
  return person;
}

/** The bot has Slack's late answer, or has looked for what was opened. */
async function waitForAnswer({ slack }: World, fault: Fault, isOurs: (call: ApiCall) => boolean): Promise<void> {
  if (typeof fault === 'object') await slack.waitForCall((call) => call.method === 'views.open' && isOurs(call));
  else await slack.waitForCall((call) => call.args.external_id !== undefined && isOurs(call));
}
