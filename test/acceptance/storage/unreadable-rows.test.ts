import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { runAdminCommand } from '../workspaces/run-admin-command.ts';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { closeAll, waitForPage } from '../world/fill-form.ts';
import { API_KEY, startWorld, storeKey, type World } from '../world/start-bot.ts';

const MANY = {
  rateLimits: { postMessage: { burst: 1_000, perSecond: 1_000 }, method: { burst: 5_000, perSecond: 5_000 } },
};

test('rows that nobody can read hold up nobody, are shown as that, and go on once they are mended', async (context) => {
  const world = await startWorld(context, { slack: MANY });
  const { slack, coldsend, admin, channelId } = world;
  const edit = openBeside(context, world);
  const names = ['number', 'outcome', 'state', 'fine'];
  await leaveWaiting(world, names);
  edit('update requests set tries = 9007199254740993 where account like ?', '%number@%');
  edit(`update requests set outcome = '{"kind":"postponed"}' where account like ?`, '%outcome@%');
  edit(`update requests set state = 'verifying' where account like ?`, '%state@%');
  edit(`update audit_entries set action = 'batch_started' where details like ?`, '%outcome@%');
  coldsend.answerAlways(undefined);
  edit('update requests set not_before = 0');
  await waitForReply(world, 'fine');

  await context.test('in the metrics, the log and the commands', async () => {
    const metrics = await (await fetch(`${world.bot.url}/metrics`)).text();
    assert.match(metrics, /^inbox_bot_unfinished_requests\{state="set_aside"\} 3$/m);
    assert.match(metrics, /^inbox_bot_unreadable_rows_total\{table="requests"\} 3$/m);
    const pending = await runAdminCommand(['pending'], world.env);
    assert.equal(pending.status, 0, pending.output);
    assert.equal(pending.output.split("can't be read").length, 4, pending.output);
    const doctor = await runAdminCommand(['doctor'], world.env);
    assert.match(doctor.output, /^✗ 3 requests can't be read and are set aside/m);
  });

  await context.test('in the Home and the audit trail, beside all others', async () => {
    await admin.openHome();
    const { rendered } = admin.home();
    assert.equal(rendered.split("I can't read this inbox").length, 4, rendered);
    assert.match(rendered, /fine@acme\.com/);
    await admin.click('home_audit', { in: 'home' });
    const page = await waitForPage(admin, 'audit_trail');
    assert.equal(page.rendered.split("I can't read this entry").length, 2, page.rendered);
    assert.match(page.rendered, /fine@acme\.com/);
    await closeAll(admin);
    await admin.openHome();
    const told = world.bot.output().split("A stored row can't be read by this version").length - 1;
    assert.equal(told, 4, 'once each, however often they are come across');
  });

  await context.test('and they go on where they were', async () => {
    edit(`update requests set tries = 0, outcome = null, state = 'announced' where set_aside_at is not null`);
    await world.bot.stop();
    await world.restart();
    for (const name of names) await waitForReply(world, name);
    assert.equal(slack.messages(channelId).filter(({ threadTs }) => threadTs !== undefined).length, names.length);
    assert.deepEqual(slack.problems, []);
  });
});

test('sealed values that open for nobody: the person is told, and what waits for a key goes on with another', async (context) => {
  const world = await startWorld(context, { slack: MANY });
  const { slack, coldsend, admin, member, channelId } = world;
  const edit = openBeside(context, world);
  await leaveWaiting(world, ['lost', 'fine']);
  const lost = `request_id = (select id from requests where account like '%lost@%')`;
  edit(`update request_passwords set sealed = 'v1.k1.' || substr(sealed, 10) where ${lost}`);
  coldsend.answerAlways(undefined);
  edit('update requests set not_before = 0');
  const reply = await waitForReply(world, 'lost');
  assert.match(reply, /Inbox not added: I can't read its passwords any more/);
  assert.match(reply, /We sent nothing to ColdSend/);
  await waitForReply(world, 'fine');
  const sent = coldsend.ledger.filter(({ body }) => JSON.stringify(body ?? '').includes('lost@'));
  assert.equal(sent.length, 1, 'only while ColdSend was unavailable');

  coldsend.answerAlways({ kind: 'server_error', status: 503, retryAfter: '600' });
  await leaveWaiting(world, ['key']);
  coldsend.answerAlways(undefined);
  edit("update coldsend_keys set sealed_key = 'rubbish'");
  edit('update requests set not_before = 0');
  const announced = ({ text }: { text: string }) => /key@acme\.com.*no API key that works/.test(text);
  await slack.waitFor(() => slack.messages(channelId).find(announced), 'that it waits for a key');
  await closeAll(member);
  await member.command('/add-inbox', { channelId });
  await member.waitForModal(({ rendered }) => /I can't read the ColdSend API key of this workspace/.test(rendered));
  const doctor = await runAdminCommand(['doctor'], world.env);
  assert.match(doctor.output, /^✗ None of ENCRYPTION_KEYS opens 1 of the values in coldsend_keys\. Ask an admin/m);
  await storeKey(admin, API_KEY);
  await waitForReply(world, 'key');
  assert.deepEqual(slack.problems, []);
});

/** Changes rows as nobody should, beside the bot. */
function openBeside(context: TestContext, { databasePath }: World): (sql: string, ...values: string[]) => void {
  const database = new DatabaseSync(databasePath, { timeout: 5_000 });
  context.after(() => database.close());
  return (sql, ...values) => void database.prepare(sql).run(...values);
}

/** A request for each name, which waits because ColdSend is unavailable. */
async function leaveWaiting({ slack, coldsend, member, channelId }: World, names: string[]): Promise<void> {
  coldsend.answerAlways({ kind: 'server_error', status: 503, retryAfter: '600' });
  for (const name of names) {
    await closeAll(member);
    await addGoogleInbox(member, { address: `${name}@acme.com`, channelId });
    const waits = ({ text }: { text: string }) => text.includes(`${name}@acme.com`) && /I try again at/.test(text);
    await slack.waitFor(() => slack.messages(channelId).find(waits), `${name} to wait`);
  }
}

async function waitForReply({ slack, channelId }: World, name: string): Promise<string> {
  const isReply = ({ threadTs, text }: { threadTs: string | undefined; text: string }) =>
    threadTs !== undefined && text.includes(`${name}@acme.com`);
  const reply = await slack.waitFor(() => slack.messages(channelId).find(isReply), `the reply about ${name}`);
  return reply.text;
}
