import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageSeen, Person } from '../../../playground/local-slack/local-slack.ts';
import { additionsIn, closeAll, WHO_PAGE, waitForPage } from '../world/fill-form.ts';
import { MANY_POSTS, OTHER_KEY, startWorld, type World } from '../world/start-bot.ts';
import { MANY_FORM } from './batch-world.ts';
import { confirmBatch } from './confirm-batch.ts';

const PASSWORD = 'abcdefghijklmnop';

/** A batch of these names at acme.com, all of which ColdSend refuses. Resolves with the summary in its thread. */
async function startFailed(world: World, names: string[]): Promise<MessageSeen> {
  const addresses = names.map((name) => `${name}@acme.com`);
  await confirmBatch(world, addresses, 'list.csv');
  for (const forAddress of addresses) world.coldsend.answerNext({ kind: 'login_failed' }, { forAddress });
  await world.restart();
  const { slack, member, channelId } = world;
  await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && /need you/.test(text));
  return member.in(channelId)[0]?.thread.at(-1) ?? assert.fail('no summary');
}

async function openFirstRow(person: Person, summary: MessageSeen): Promise<string> {
  await person.click('batch_fix', { in: summary });
  return (await waitForPage(person, WHO_PAGE)).rendered;
}

/** Submits both pages of the row that is shown. Resolves with what follows. */
async function fixRow(person: Person): Promise<string> {
  await person.submit();
  await person.type('smtp_password', PASSWORD);
  const { modal } = await person.submit();
  return modal?.rendered ?? '';
}

test('failed rows are not added for another client, which the channel has by now', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { admin, member, channelId, coldsend } = world;
  const summary = await startFailed(world, ['ann', 'bob']);
  await member.click('batch_fix_by_file', { in: summary });
  await waitForPage(member, MANY_FORM);
  coldsend.addKey(OTHER_KEY);
  await admin.openHome();
  await admin.click('home_add_client', { in: 'home' });
  await waitForPage(admin, 'client_key');
  await admin.type('client_label', 'Globex');
  await admin.choose('client_channels', [channelId]);
  await admin.type('api_key', OTHER_KEY);
  await admin.submit();
  const before = additionsIn(coldsend).length;

  await context.test('a form that was open does not go on', async () => {
    await member.type('rows', `Email,Password,Provider\nann@acme.com,${PASSWORD},google`);
    assert.match((await member.submit()).modal?.rendered ?? '', /An admin changed the ColdSend key of this channel/);
  });
  for (const button of ['batch_fix', 'batch_fix_by_file']) {
    await context.test(`${button} says that the client has changed`, async () => {
      await closeAll(member);
      await member.click(button, { in: summary });
      await member.waitForModal(({ rendered }) =>
        /An admin has changed the client of this channel since/.test(rendered),
      );
    });
  }
  assert.equal(additionsIn(coldsend).length, before);
});

test('two people fix the same rows: who is late goes on with the next row, and the numbers go up', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { admin, member, coldsend } = world;
  const summary = await startFailed(world, ['ann', 'bob', 'cat']);
  assert.match(await openFirstRow(admin, summary), /Row 1 of 3 \(line 2 of your file\)/);
  assert.match(await openFirstRow(member, summary), /Row 1 of 3 \(line 2 of your file\)/);
  assert.match(await fixRow(admin), /I am adding ann@acme\.com again\.\nRow 2 of 3 \(line 3 of your file\)/);
  assert.match(await fixRow(member), /Somebody sent ann@acme\.com again already, so I left it out\.\nRow 2 of 3/);
  assert.match(await fixRow(member), /I am adding bob@acme\.com again\.\nRow 3 of 3 \(line 4 of your file\)/);
  const sent = additionsIn(coldsend).filter(({ body }) => JSON.stringify(body).includes('ann@acme.com'));
  assert.ok(sent.length <= 2, 'once at first, and once again');
});
