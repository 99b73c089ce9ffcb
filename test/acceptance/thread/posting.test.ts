import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault, MessageSeen, Person } from '../../../playground/local-slack/local-slack.ts';
import { addGoogleInbox, fillInGoogleInbox } from '../world/add-google-inbox.ts';
import { MANY_POSTS, startWorld, type World } from '../world/start-bot.ts';

/** A step of a request that failed is made again after 4 to 6 s, and after 10 s more where Slack does not answer. */

test('where the bot can not post, the thread is in the DM with the person, and they are told why', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, admin, member, channelId } = world;
  const members = [admin.userId, member.userId];

  await context.test('a private channel that it is not in', async () => {
    const { id, name } = slack.addChannel({ name: 'secret-plans', kind: 'private', members });
    const address = 'private@acme.com';
    await addGoogleInbox(member, { address, channelId: id });
    await waitForReply(world, address);
    const { root } = await checkToldInDm(address);
    assert.ok(root.rendered.includes(`#${name}`), 'the channel is named');
    assert.match(root.rendered, /\/invite @inbox-bot/);
    assert.match(await noteIn(id), /direct message[\s\S]*\/invite @inbox-bot/);
    assert.deepEqual(admin.in(id), [], 'nobody else is told');
  });

  await context.test('once it is invited, the thread is where the command was used', async () => {
    const { id } = slack.addChannel({ name: 'invited', kind: 'private', members, withBot: true });
    await addGoogleInbox(member, { address: 'invited@acme.com', channelId: id });
    assert.equal((await waitForReply(world, 'invited@acme.com')).channelId, id);
    await closeForm(member);
  });

  await context.test('a public channel that it is not in takes the thread all the same', async () => {
    const { id } = slack.addChannel({ name: 'open-house', members });
    await addGoogleInbox(member, { address: 'public@acme.com', channelId: id });
    assert.equal((await waitForReply(world, 'public@acme.com')).channelId, id);
    await closeForm(member);
  });

  for (const { name, channel, address } of [
    { name: 'a conversation between two people', channel: { kind: 'im' }, address: 'between@acme.com' },
    {
      name: 'a conversation of a group: nobody can be invited there',
      channel: { kind: 'mpim', name: 'mpdm-ada--mel-1' },
      address: 'group@acme.com',
    },
  ] as const) {
    await context.test(name, async () => {
      const { id } = slack.addChannel({ ...channel, members });
      await addGoogleInbox(member, { address, channelId: id });
      await waitForReply(world, address);
      const { root } = await checkToldInDm(address);
      assert.match(root.rendered, /conversation between people/);
      assert.doesNotMatch(root.rendered, /\/invite/);
      assert.match(await noteIn(id), /conversation between people/);
    });
  }

  await context.test('a conversation of a group that the bot is in takes the thread', async () => {
    const { id } = slack.addChannel({ kind: 'mpim', name: 'mpdm-ada--bot--mel-1', members, withBot: true });
    await addGoogleInbox(member, { address: 'in-group@acme.com', channelId: id });
    assert.equal((await waitForReply(world, 'in-group@acme.com')).channelId, id);
    await closeForm(member);
  });

  await context.test("the bot's own DM with the person: the thread is there, and nothing needs saying", async () => {
    const notesBefore = slack.ledger.calls.length;
    const dm = dmOf(member);
    await addGoogleInbox(member, { address: 'own-dm@acme.com', channelId: dm });
    const reply = await waitForReply(world, 'own-dm@acme.com');
    assert.equal(reply.channelId, dm);
    await closeForm(member);
    const [root] = rootsIn(dm, 'own-dm@acme.com');
    assert.doesNotMatch(root?.rendered ?? '', /can't post/);
    assert.ok(slack.ledger.calls.length > notesBefore);
    assert.ok(!member.in(dm).some(({ ephemeral }) => ephemeral));
  });

  await context.test('a channel that is archived while the form is filled in', async () => {
    const { id } = slack.addChannel({ name: 'old', members, withBot: true });
    const address = 'archived@acme.com';
    await fillInGoogleInbox(member, { address, channelId: id });
    slack.archive(id);
    await member.submit();
    await waitForReply(world, address);
    await checkToldInDm(address);
  });

  await context.test('a channel that is deleted while the form is filled in', async () => {
    const { id } = slack.addChannel({ name: 'gone', members, withBot: true });
    const address = 'deleted@acme.com';
    await fillInGoogleInbox(member, { address, channelId: id });
    slack.deleteChannel(id);
    await member.submit();
    await waitForReply(world, address);
    await checkToldInDm(address);
  });

  const meanwhile: { name: string; address: string; happen: (id: string) => void }[] = [
    { name: 'the bot is removed', address: 'removed@acme.com', happen: (id) => slack.removeBot(id) },
    { name: 'the channel is archived', address: 'archived-later@acme.com', happen: (id) => slack.archive(id) },
    { name: 'the channel is deleted', address: 'deleted-later@acme.com', happen: (id) => slack.deleteChannel(id) },
  ];
  for (const { name, address, happen } of meanwhile) {
    await context.test(`${name} while ColdSend is asked: how it went is told in the DM`, async () => {
      const { id } = slack.addChannel({ name: address.replace(/@.*/, ''), kind: 'private', members, withBot: true });
      const stop = coldsend.onRequest(() => happen(id));
      await addGoogleInbox(member, { address, channelId: id });
      await waitForReply(world, address);
      stop();
      const { root } = await checkToldInDm(address);
      assert.match(root.rendered, /^✅ Inbox added/);
    });
  }

  await context.test('the announcement is deleted while ColdSend is asked: the thread starts anew', async () => {
    const address = 'message-gone@acme.com';
    const stop = coldsend.onRequest(() => {
      for (const { channelId: id, ts } of rootsIn(channelId, address)) slack.deleteMessage(id, ts);
    });
    await addGoogleInbox(member, { address, channelId });
    await waitForReply(world, address);
    stop();
    await closeForm(member);
    const roots = rootsIn(channelId, address);
    assert.equal(roots.length, 1);
    assert.match(roots[0]?.rendered ?? '', /^✅ Inbox added/);
    assert.equal(roots[0]?.thread.length, 1);
    assert.equal(postsFor(world, address).length, 1);
  });

  await context.test('nowhere at all: it stands in the form and in the Home', async () => {
    const address = 'nowhere@acme.com';
    slack.failNext('chat.postMessage', { error: 'restricted_action' }, 100);
    await addGoogleInbox(member, { address, channelId });
    const form = await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
    assert.match(form.rendered, /could not post this/);
    slack.heal();
    const home = await member.openHome();
    assert.match(home.rendered, /nowhere@acme\.com[\s\S]*✅ Inbox added/);
    assert.equal(postsFor(world, address).length, 1);
    await closeForm(member);
  });

  assert.deepEqual(slack.problems, []);

  async function checkToldInDm(address: string): Promise<{ root: MessageSeen }> {
    const form = await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
    assert.match(form.rendered, /direct messages/);
    await member.close({ all: true });
    const roots = rootsIn(dmOf(member), address);
    assert.equal(roots.length, 1, 'one announcement in the DM');
    const [root] = roots;
    assert.ok(root);
    assert.match(root.rendered, /^✅ Inbox added/);
    assert.deepEqual(
      root.thread.map(({ rendered }) => /overall_status\nACTIVE/.test(rendered)),
      [true],
      'one reply in its thread',
    );
    assert.equal(postsFor(world, address).length, 1, 'ColdSend was asked once');
    assert.equal(coldsend.accounts.filter(({ email_address }) => email_address === address).length, 1);
    return { root };
  }

  /** What the person, and nobody else, was told in the place of the command. */
  async function noteIn(id: string): Promise<string> {
    const note = await slack.waitFor(
      () => member.in(id).find(({ ephemeral }) => ephemeral),
      'a note in the place of the command',
    );
    assert.equal(member.in(id).length, 1);
    return note.rendered;
  }

  function rootsIn(id: string, address: string): MessageSeen[] {
    return member.in(id).filter(({ rendered }) => rendered.includes(address));
  }
});

test('whatever Slack does with a message, the inbox is told and ColdSend is asked once', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, member, channelId } = world;
  const faults: { name: string; fault: Fault; taken?: boolean }[] = [
    { name: 'answers 500', fault: { status: 500 } },
    { name: 'is in trouble', fault: { error: 'internal_error' } },
    { name: 'says that the token is revoked', fault: { error: 'token_revoked' } },
    { name: 'cuts the connection', fault: 'reset' },
    { name: 'takes it and cuts the connection', fault: 'resetAfterTaking', taken: true },
    { name: 'does not answer', fault: 'hang' },
    { name: 'takes it and does not answer', fault: 'hangAfterTaking', taken: true },
    // The last, since it is made again after a second, and would use up the fault of another.
    { name: 'answers 429', fault: { retryAfter: 1 } },
  ];
  const wanted = faults.flatMap((each, index) =>
    (['announcement', 'reply'] as const).map((message) => ({
      ...each,
      message,
      address: `${message}${index}@acme.com`,
    })),
  );

  // All at once, since each takes seconds to be made again; the fault is used up before the next one begins.
  for (const { message, address, fault } of wanted) {
    const stop = coldsend.onRequest(() => message === 'reply' && slack.failNext('chat.postMessage', fault));
    if (message === 'announcement') slack.failNext('chat.postMessage', fault);
    await addGoogleInbox(member, { address, channelId });
    await slack.waitForCall(
      ({ method, args, response, httpStatus }) =>
        method === 'chat.postMessage' &&
        JSON.stringify(args).includes(address) &&
        (args.thread_ts !== undefined) === (message === 'reply') &&
        (httpStatus !== 200 || response?.ok !== true),
    );
    stop();
    await member.close({ all: true });
  }

  for (const { name, message, address, taken = false } of wanted) {
    await context.test(`Slack ${name} when given the ${message}`, async () => {
      const told = await slack.waitFor(
        () => roots(address).find(({ rendered, thread }) => /^✅/.test(rendered) && thread.length > 0),
        `${address} to be told`,
      );
      assert.equal(roots(address).length, taken && message === 'announcement' ? 2 : 1);
      assert.equal(told.thread.length, taken && message === 'reply' ? 2 : 1);
      assert.equal(new Set(told.thread.map(({ text }) => text)).size, 1, 'the same words');
      assert.equal(postsFor(world, address).length, 1, 'ColdSend was asked once');
    });
  }
  assert.deepEqual(slack.problems, []);

  function roots(address: string): MessageSeen[] {
    return member.in(channelId).filter(({ rendered }) => rendered.includes(address));
  }
});

test('a message that can not be updated keeps nobody from being told', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, member, channelId } = world;
  await fillInGoogleInbox(member, { address: 'jane@acme.com', channelId });
  slack.failNext('chat.update', { error: 'edit_window_closed' });
  await member.submit();
  const reply = await waitForReply(world, 'jane@acme.com');
  assert.match(reply.text, /ACTIVE/);
  await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
  assert.equal(postsFor(world, 'jane@acme.com').length, 1);
  assert.deepEqual(slack.problems, []);
});

function waitForReply({ slack }: World, address: string) {
  return slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes(address));
}

async function closeForm(person: Person): Promise<void> {
  await person.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
  await person.close({ all: true });
}

function dmOf(person: Person): string {
  const dm = person.botDm();
  assert.ok(dm !== undefined, 'the bot has written to them');
  return dm;
}

function postsFor({ coldsend }: World, address: string) {
  return coldsend.ledger.filter(({ body }) => JSON.stringify(body ?? '').includes(`"${address}"`));
}
