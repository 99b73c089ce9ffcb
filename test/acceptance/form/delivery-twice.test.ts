import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery, JsonObject } from '../../../playground/local-slack/local-slack.ts';
import { addGoogleInbox, fillInGoogleInbox } from '../world/add-google-inbox.ts';
import { startWorld, type World } from '../world/start-bot.ts';

for (const transport of ['http', 'socket'] as const) {
  test(`over ${transport}, a submission that comes five times at once adds one inbox`, async (context) => {
    const world = await startWorld(context, { transport });
    const { slack, member, channelId } = world;
    await fillInGoogleInbox(member, { address: 'jane@acme.com', channelId });
    slack.tamperNext({ copies: 5 });
    await member.submit();
    await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));

    const copies = await slack.waitFor(() => {
      const found = submissionsOf(world).slice(-5);
      return found.length === 5 ? found : undefined;
    }, 'all copies to be answered');
    for (const copy of copies) assert.match(answerOf(copy), /Add an inbox.*jane@acme\.com/, 'each is told how it goes');
    checkAddedOnce(world, 'jane@acme.com');
    assert.deepEqual(slack.problems, []);
  });
}

test('a view that was accepted once is answered with how that goes, whatever comes from it again', async (context) => {
  const world = await startWorld(context);
  const { slack, coldsend, member, channelId } = world;
  coldsend.answerNext({ kind: 'rate_limited', retryAfter: '2' });
  await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
  await member.waitForModal(({ rendered }) => rendered.includes('🕒 Waiting to add an inbox'));
  const submission = submissionsOf(world).at(-1);
  assert.ok(submission);

  await context.test('the same text while it waits', async () => {
    assert.match(await answerTo(submission), /🕒 \*Waiting to add an inbox\*.*jane@acme\.com/);
  });

  await context.test('another address and password while it waits: nothing of them is taken', async () => {
    const answer = await answerTo(submission, 'jane@acme.com', 'kate@acme.com');
    assert.match(answer, /Waiting to add an inbox.*jane@acme\.com/);
    assert.doesNotMatch(answer, /kate/);
  });

  await context.test('text that is not even valid', async () => {
    assert.match(await answerTo(submission, 'abcd efgh ijkl mnop', ''), /Waiting to add an inbox/);
  });

  await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes('jane@acme.com'));
  await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));

  await context.test('the same text after it was told', async () => {
    assert.match(await answerTo(submission), /✅ \*Inbox added\*.*overall_status.*ACTIVE/);
  });

  await context.test('the same text after the bot was started again', async () => {
    assert.equal(await world.bot.stop(), 0);
    const { url } = await world.restart();
    const [again] = await slack.redeliver(submission, { to: [`${url}/slack/events`] });
    assert.ok(again);
    assert.match(answerOf(again), /✅ \*Inbox added\*/);
  });

  await context.test('the first page of that form sent again changes nothing', async () => {
    const first = submissionsOf(world, 'add_inbox_who').at(-1);
    assert.ok(first);
    const [again] = await slack.redeliver(first, { to: [`${world.bot.url}/slack/events`] });
    assert.equal(again?.outcome, 'ok');
  });

  checkAddedOnce(world, 'jane@acme.com', { posts: 2 });
  assert.equal(coldsend.ledger.filter(({ body }) => JSON.stringify(body ?? '').includes('kate')).length, 0);
  assert.deepEqual(slack.problems, []);

  async function answerTo(delivery: Delivery, text = '', instead = ''): Promise<string> {
    const payload = (sent: JsonObject): JsonObject =>
      JSON.parse(JSON.stringify(sent).replaceAll(text || '\n', instead));
    const [again] = await slack.redeliver(delivery, { payload });
    assert.ok(again);
    return answerOf(again);
  }
});

test('a command that is replayed opens nothing a second time, and says nothing', async (context) => {
  const world = await startWorld(context);
  const { slack, member, channelId } = world;
  await member.command('/add-inbox', { channelId });
  await member.waitForModal(({ callbackId }) => callbackId === 'add_inbox_who');
  const command = slack.ledger.deliveries.find(({ type }) => type === 'slash_commands');
  assert.ok(command);

  const [again] = await slack.redeliver(command);
  assert.equal(again?.outcome, 'ok', 'acknowledged');
  assert.ok(!again.response, 'with nothing to show');
  await member.command('/add-inbox help', { channelId });
  assert.deepEqual(
    member.in(channelId).filter(({ ephemeral, text }) => ephemeral && !text.includes('opens a form')),
    [],
  );
  assert.equal(member.modals().length, 1);
  assert.deepEqual(slack.problems, []);
});

function submissionsOf({ slack }: World, callbackId = 'add_inbox_how'): Delivery[] {
  return slack.ledger.deliveries.filter(
    ({ payload }) => payload.type === 'view_submission' && JSON.stringify(payload.view).includes(`"${callbackId}"`),
  );
}

function answerOf({ response }: Delivery): string {
  return JSON.stringify(response);
}

function checkAddedOnce({ slack, coldsend, channelId }: World, address: string, { posts = 1 } = {}): void {
  assert.equal(coldsend.accounts.length, 1);
  assert.equal(
    coldsend.ledger.filter(({ body }) => JSON.stringify(body ?? '').includes(`"${address}"`)).length,
    posts,
    'times that ColdSend was asked',
  );
  const messages = slack.messages(channelId);
  assert.equal(messages.filter(({ threadTs }) => threadTs === undefined).length, 1, 'one announcement');
  assert.equal(messages.filter(({ threadTs }) => threadTs !== undefined).length, 1, 'one reply');
}
