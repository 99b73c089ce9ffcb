import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { MessageSeen } from '../../../playground/local-slack/local-slack.ts';
import { readRows } from '../../../src/csv/read-rows.ts';
import { NOTICE, waitForPage } from '../world/fill-form.ts';
import { MANY_POSTS, startWorld, type World } from '../world/start-bot.ts';
import { confirmBatch, PASSWORD } from './confirm-batch.ts';

const addresses = (names: string[]) => names.map((name) => `${name}@acme.com`);

test('a confirmed batch has one card, and its thread has the failures, the results and a summary', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, member, channelId } = world;
  const all = addresses(['ann', 'bob', 'cat', 'dan', 'eve', 'fay']);
  await confirmBatch(world, all, 'globex-october.csv');
  coldsend.answerNext({ kind: 'login_failed', reason: 'wrong app password' }, { forAddress: 'bob@acme.com' });
  coldsend.answerNext({ kind: 'login_failed', reason: 'wrong app password' }, { forAddress: 'cat@acme.com' });
  coldsend.answerNext({ kind: 'lost_answer' }, { forAddress: 'dan@acme.com' });
  await world.restart();

  await waitForReply(world, /3 inboxes need you/);
  const { card, thread } = onlyCard(world);

  await context.test('each row was sent once', () => {
    assert.deepEqual(postsOf(world).toSorted(), all);
  });

  await context.test('the card says how it ended', () => {
    assert.match(card.rendered, /✅ 3 of 6 inboxes added/);
    assert.match(card.rendered, /❌ 2 not added\s+❓ 1 unknown\n3 need you: see the thread\./);
    assert.match(card.rendered, /globex-october\.csv/);
    assert.doesNotMatch(card.rendered, /Stop the rest/);
  });

  await context.test('the failures are grouped by reason', () => {
    const [failures] = thread;
    assert.match(
      failures?.rendered ?? '',
      /ColdSend refused it · 2[\s\S]*wrong app password[\s\S]*bob@acme\.com \(line 3\)/,
    );
    assert.match(failures?.rendered ?? '', /We don't know if it was added · 1[\s\S]*dan@acme\.com \(line 5\)/);
  });

  await context.test('the results and the rows to fix are files, without passwords', async () => {
    const [results, toFix] = (thread[1]?.files ?? []).map((id) => slack.file(id));
    assert.deepEqual([results?.name, toFix?.name], ['globex-october-results.csv', 'globex-october-to-fix.csv']);
    const csv = results?.content.toString() ?? '';
    assert.equal(csv.trim().split('\r\n').length, 7);
    assert.match(csv, /"2","ann@acme\.com","added","ACTIVE","[0-9a-f-]{36}","",""/);
    assert.doesNotMatch(`${csv}${toFix?.content.toString()}`, new RegExp(PASSWORD));
    for (const file of [results, toFix])
      assert.match(file?.content.toString() ?? '', /^\uFEFF"/, 'Excel needs the mark');
    const { rows, unknown } = await readRows(toFix?.content ?? Buffer.of());
    assert.deepEqual(
      [rows.map(({ account }) => account.email_address), unknown],
      [addresses(['bob', 'cat', 'dan']), []],
    );
  });

  await context.test('the summary lists what a person should look at', () => {
    assert.match(thread[2]?.rendered ?? '', /3 inboxes need you[\s\S]*cat@acme\.com[\s\S]*\[ Fix what failed \]/);
    assert.equal(thread.length, 3);
  });

  await context.test('the current results can be had again', async () => {
    await member.click('batch_results', { in: onlyCard(world).thread[2] ?? card });
    const page = await waitForPage(member, NOTICE);
    await member.waitForModal(({ rendered }) => /I posted the results in the thread/.test(rendered));
    assert.equal(page.title, 'Results as CSV');
    assert.equal(onlyCard(world).thread[3]?.files.length, 2);
    await member.close({ all: true });
  });

  await context.test('the Home has it as one line, with a link to its card', async () => {
    const { rendered } = await member.openHome();
    assert.match(
      rendered,
      /6 inboxes from globex-october\.csv[\s\S]*3 of 6 inboxes added[\s\S]*3 need you[\s\S]*Open thread/,
    );
    assert.doesNotMatch(rendered, /ann@acme\.com/);
  });
  await context.test('its passwords are in no log, no file and no message', () => {
    const said = [world.bot.output(), JSON.stringify(slack.ledger.calls), JSON.stringify(slack.messages(channelId))];
    for (const text of said) assert.ok(!text.includes(PASSWORD));
  });
  assert.deepEqual(slack.problems, []);
  assert.equal(member.in(channelId).length, 1);
});

test('"Stop the rest" is for the person who started it and for admins, and sends nothing more', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS, withKey: false });
  const { slack, admin, member, channelId } = world;
  const other = slack.as(slack.addPerson({ name: 'oto' }).id);
  slack.join(channelId, other.userId);
  await confirmBatch(world, addresses(['ann', 'bob', 'cat']));
  await world.restart();
  const waiting = await waitForCard(world, /Waiting to add 3 inboxes[\s\S]*This workspace has no API key that works/);

  await context.test('the metrics count it', async () => {
    const metrics = await (await fetch(`${world.bot.url}/metrics`)).text();
    assert.match(metrics, /inbox_bot_unfinished_batches\{state="running"\} 1/);
  });

  await context.test('another person is refused', async () => {
    await other.click('batch_stop', { in: waiting });
    const { rendered } = await waitForPage(other, NOTICE);
    assert.match(rendered, /Only the person who requested these inboxes, and admins/);
  });

  await context.test('the rest is stopped, and its passwords are deleted', async () => {
    await admin.click('batch_stop', { in: waiting });
    const card = await waitForCard(world, /⏹️ Stopped: 0 of 3 inboxes added/);
    assert.match(card.rendered, /Stopped by @ada · Requested by @mel/);
    assert.match(card.rendered, /⏹️ 3 not sent\nTo add the other 3, use the file again\./);
    assert.deepEqual(postsOf(world), []);
  });

  await context.test('then there is nothing to stop', async () => {
    // A person whose Slack still shows the button.
    await member.click('batch_stop', { in: waiting }).catch(() => {});
    assert.doesNotMatch(onlyCard(world).card.rendered, /Stop the rest/);
  });
});

test('killed while a row is sent, the bot finishes the batch with one card and sends no row again', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend } = world;
  const all = addresses(['ann', 'bob', 'cat', 'dan']);
  await confirmBatch(world, all, 'list.csv');
  coldsend.answerNext({ kind: 'hang', added: true }, { forAddress: 'cat@acme.com' });
  await world.restart();
  await coldsend.waitFor(({ body, bodyComplete }) => bodyComplete && JSON.stringify(body).includes('cat@acme.com'));
  // A card that Slack has and the bot has not noted yet would be posted again.
  await slack.waitFor(() => isCardNoted(world) || undefined, 'the card to be noted');
  await world.bot.stop('SIGKILL');
  await world.restart();

  await waitForReply(world, /needs? you/);
  const posts = postsOf(world);
  assert.deepEqual(posts, [...new Set(posts)], 'no row is sent twice');
  const { card, thread } = onlyCard(world);
  // Rows that were armed when the bot was killed count as unknown, if they were sent or not.
  assert.match(card.rendered, /of 4 inboxes added[\s\S]*❓ \d unknown/);
  assert.match(thread[0]?.rendered ?? '', /I restarted before I got ColdSend's answer/);
  assert.deepEqual(
    thread.map(({ files }) => files.length),
    [0, 2, 0],
  );
});

test('a summary whose table Slack refuses comes as text', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend } = world;
  await confirmBatch(world, addresses(['ann']));
  coldsend.answerNext({ kind: 'login_failed', reason: 'wrong app password' });
  // The card and the failures come before it.
  slack.failNext('chat.postMessage', { answerAfterMs: 0 }, 2);
  slack.failNext('chat.postMessage', { error: 'invalid_blocks' });
  await world.restart();
  await waitForReply(world, /1 inbox needs you/);
  const summary = onlyCard(world).thread.at(-1);
  assert.deepEqual(
    summary?.blocks.map(({ type }) => type),
    ['section', 'section', 'actions'],
  );
  assert.match(summary?.rendered ?? '', /ann@acme\.com[\s\S]*wrong app password[\s\S]*\[ Fix what failed \]/);
});

function isCardNoted({ databasePath }: World): boolean {
  const database = new DatabaseSync(databasePath, { readOnly: true });
  try {
    return database.prepare('select id from batches where announcement_ts is not null').get() !== undefined;
  } finally {
    database.close();
  }
}

/** The addresses that ColdSend was asked to add, in order. */
function postsOf({ coldsend }: World): string[] {
  return coldsend.ledger.flatMap(({ body }) => {
    const address =
      typeof body === 'object' && body !== null && 'email_address' in body ? body.email_address : undefined;
    return typeof address === 'string' ? [address] : [];
  });
}

function onlyCard({ member, channelId }: World): { card: MessageSeen; thread: MessageSeen[] } {
  const [card, ...others] = member.in(channelId);
  assert.ok(card);
  assert.deepEqual(others, []);
  return { card, thread: card.thread };
}

async function waitForReply({ slack }: World, text: RegExp): Promise<void> {
  await slack.waitForMessage((message) => message.threadTs !== undefined && text.test(message.text));
}

async function waitForCard(world: World, text: RegExp): Promise<MessageSeen> {
  await world.slack.waitForCall(() => {
    const [card] = world.member.in(world.channelId);
    return card !== undefined && text.test(card.rendered);
  });
  return onlyCard(world).card;
}
