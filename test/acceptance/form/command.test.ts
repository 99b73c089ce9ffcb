import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ApiCall, JsonObject } from '../../../playground/local-slack/local-slack.ts';
import { closeAll, fieldOf, NOTICE, openForm, valuesOf, WHO_PAGE, waitForPage } from '../world/fill-form.ts';
import { startWorld, type World } from '../world/start-bot.ts';

test('/add-inbox', async (context) => {
  const world = await startWorld(context);
  const { slack, member, channelId } = world;
  // The Home of the admin who stored the key is still on its way.
  await slack.waitForCall(
    ({ method, args }) => method === 'views.publish' && JSON.stringify(args).includes('ending in'),
  );
  const say = (text: string) => member.command(`/add-inbox ${text}`, { channelId });
  /** A person whom the bot has never looked up. */
  const newcomer = () => {
    const person = slack.as(slack.addPerson({ name: 'new' }).id);
    slack.join(channelId, person.userId);
    return person;
  };

  await context.test('opens a waiting page first, which becomes the form', async () => {
    const person = newcomer();
    const calls = noteCalls(world);
    await person.command('/add-inbox', { channelId });
    const form = await waitForPage(person, WHO_PAGE);
    const made = calls.end();
    assert.deepEqual(made.map(({ method }) => method).sort(), ['users.info', 'views.open', 'views.update']);
    assert.equal(made[0]?.method, 'views.open', 'a trigger lives three seconds: nothing goes before it');
    assert.match(JSON.stringify(made[0]?.args), /One moment/);
    assert.deepEqual(Object.keys(valuesOf(form)), ['email_address', 'display_name', 'inbox_type']);
    assert.equal(form.submitLabel, 'Next');
  });

  await context.test('opens the form at once for somebody looked up within the last minute', async () => {
    await openForm(member, channelId);
    await closeAll(member);
    const calls = noteCalls(world);
    await say('');
    assert.equal((await waitForPage(member, WHO_PAGE)).title, 'Add an inbox');
    assert.deepEqual(
      calls.end().map(({ method }) => method),
      ['views.open'],
    );
  });

  for (const [how, text, address = 'jane@acme.com'] of [
    ['an address', 'jane@acme.com'],
    ['an address with blanks around it', '   jane@acme.com  '],
    ['an address as a link of Slack', '<mailto:jane@acme.com|jane@acme.com>'],
    ['a link without a label', '<mailto:jane@acme.com>'],
    ['what Slack escapes', 'r&amp;d@acme.com', 'r&d@acme.com'],
    ['a link that Slack has escaped', '<mailto:r&amp;d@acme.com|r&amp;d@acme.com>', 'r&d@acme.com'],
    ['a domain of other letters', 'jane@müller.de', 'jane@müller.de'],
    ['a link of such a domain', '<mailto:jane@xn--mller-kva.de|jane@müller.de>', 'jane@müller.de'],
    ['an address with what can not be seen', '\ufeff\u2068jane@\u200bacme.com\u2069\u00a0'],
  ] as const) {
    await context.test(`fills in ${how}`, async () => {
      await closeAll(member);
      slack.tamperNext({ payload: (payload) => ({ ...payload, text }) });
      await say('');
      const form = await waitForPage(member, WHO_PAGE);
      assert.equal(fieldOf(form, 'email_address').value, address);
    });
  }

  for (const text of ['help', 'HELP', ' help ']) {
    await context.test(`explains itself to that person only for “${text}”`, async () => {
      await closeAll(member);
      const calls = noteCalls(world);
      const { status, ephemeral } = await say(text);
      assert.equal(status, 'ok');
      assert.equal(ephemeral?.ephemeral, true);
      assert.match(ephemeral.rendered, /opens a form that adds an inbox to ColdSend/);
      assert.match(ephemeral.rendered, /\/add-inbox jane@acme\.com/);
      assert.match(ephemeral.rendered, /\/add-inbox many/);
      assert.match(ephemeral.rendered, /\/invite @inbox-bot/);
      assert.equal(member.modal(), undefined);
      assert.deepEqual(calls.end(), []);
    });
  }

  for (const [what, text] of Object.entries({
    'part of an address': 'jane',
    'an address without a top-level domain': 'jane@acme',
    'an address and a word': 'jane@acme.com bob',
    'many and a word': 'many inboxes',
    'help with a word more': 'help me',
    'a name': '@jane',
    'a mention': '<!channel>',
    'a link that is no address': '<mailto:nobody|jane@acme.com>',
    'too long an address': `${'a'.repeat(250)}@acme.com`,
    'the longest text that Slack sends': 'x'.repeat(8_000),
    'invisible characters': '\u0000\u202e',
  })) {
    await context.test(`says what it takes for ${what}`, async () => {
      await closeAll(member);
      slack.tamperNext({ payload: (payload) => ({ ...payload, text }) });
      const { status, ephemeral } = await say('');
      assert.equal(status, 'ok');
      assert.equal(
        ephemeral?.rendered,
        'I did not understand that. Type `/add-inbox`, or add one address: `/add-inbox jane@acme.com`. For many inboxes, type `/add-inbox many`. For more, type `/add-inbox help`.',
      );
      assert.equal(member.modal(), undefined);
    });
  }

  for (const [how, fault] of [
    ['fails', { status: 500 }],
    ['is rate limited', { retryAfter: 30 }],
    ['says no', { error: 'fatal_error' }],
    ['does not answer', 'hang'],
  ] as const) {
    await context.test(`says so, and collects nothing, when the look-up of the person ${how}`, async () => {
      const person = newcomer();
      slack.failNext('users.info', fault);
      await person.command('/add-inbox', { channelId });
      const page = await person.waitForModal(({ rendered }) => rendered.includes('could not check your account'));
      assert.equal(page.callbackId, NOTICE);
      assert.match(page.rendered, /try again in a minute/);
      assert.deepEqual(page.fields, []);
      assert.equal(page.submitLabel, undefined);
      await openForm(person, channelId);
    });
  }

  await context.test('takes it quietly when the waiting page was closed meanwhile', async () => {
    const person = newcomer();
    slack.failNext('users.info', 'hang');
    await person.command('/add-inbox', { channelId });
    await person.waitForModal(({ rendered }) => rendered.includes('One moment'));
    await person.close();
    const update = await slack.waitForCall(
      ({ method, response }) => method === 'views.update' && response?.error === 'not_found',
    );
    assert.equal(update.httpStatus, 200);
    assert.equal(person.modal(), undefined);
    assert.deepEqual(ephemeralsOf(world, person.userId), []);
  });

  for (const [how, fault] of [
    ['the trigger has expired', { error: 'expired_trigger_id' }],
    ['Slack is in trouble', { status: 503 }],
    ['Slack does not answer', 'hang'],
  ] as const) {
    await context.test(`tells the person when the form can not be opened because ${how}`, async () => {
      const person = newcomer();
      slack.failNext('views.open', fault);
      await person.command('/add-inbox', { channelId });
      const told = await slack.waitForMessage(({ onlyFor }) => onlyFor === person.userId);
      assert.equal(told.channelId, channelId);
      assert.match(told.text, /^Slack did not open the form in time, and I did nothing\. Press the button again/);
      await openForm(person, channelId);
      const reference = /Support code: (\w+)$/.exec(told.text)?.[1] ?? 'none';
      assert.ok(world.bot.output().includes(reference), 'whoever runs the bot finds the reference in the log');
    });
  }

  await context.test('keeps within the rules of Slack, and adds nothing by itself', () => {
    assert.deepEqual(slack.problems, []);
    assert.deepEqual(world.coldsend.accounts, []);
  });
});

test('over Socket Mode, help and the form come just the same', async (context: TestContext) => {
  const { slack, member, channelId } = await startWorld(context, { transport: 'socket' });
  const { ephemeral } = await member.command('/add-inbox help', { channelId });
  assert.match(ephemeral?.rendered ?? '', /opens a form/);
  const form = await openForm(member, channelId, 'jane@acme.com');
  assert.equal(fieldOf(form, 'email_address').value, 'jane@acme.com');
  assert.deepEqual(slack.problems, []);
});

/** The Web API calls from now on, in the order in which they reached Slack. */
function noteCalls({ slack }: World): { end(): ApiCall[] } {
  const from = slack.ledger.calls.length;
  return { end: () => slack.ledger.calls.slice(from) };
}

function ephemeralsOf({ slack, channelId }: World, userId: string): JsonObject[] {
  return slack.messages(channelId).filter(({ onlyFor }) => onlyFor === userId);
}
