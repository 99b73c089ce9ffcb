import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { BotDidNotStart, type BotProcess, startBotProcess } from '../../../playground/bot-process.ts';
import { startPostgres } from '../../storage/postgres/start-postgres.ts';
import { startTcpProxy } from '../../storage/postgres/tcp-proxy.ts';
import { runAdminCommand } from '../workspaces/run-admin-command.ts';
import { addGoogleInbox, fillInGoogleInbox } from '../world/add-google-inbox.ts';
import { deliverTo, startReplica } from '../world/replicas.ts';
import { startWorld, type World } from '../world/start-bot.ts';

const LOOK_EVERY_MS = 10;

const postgres = await startPostgres();
after(() => postgres.stop());

type Test = Parameters<typeof startWorld>[0];

async function startOn(context: Test, databaseUrl: string): Promise<World> {
  return startWorld(context, { env: { DATABASE_URL: databaseUrl } });
}

/** The announcement of an address, once it looks like that and has its reply. */
function waitForGlance({ slack, member, channelId }: World, address: string, glance: string, timeoutMs = 5_000) {
  return slack.waitFor(
    () =>
      member
        .in(channelId)
        .find(({ rendered, thread }) => rendered.includes(address) && rendered.startsWith(glance) && thread.length > 0),
    `${address} to show ${glance}`,
    { timeoutMs },
  );
}

function postsFor({ coldsend }: World, address: string) {
  return coldsend.ledger.filter(({ body }) => says(body, address));
}

function says(value: unknown, text: string): boolean {
  return JSON.stringify(value ?? '').includes(text);
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

test('on PostgreSQL, an inbox is added and its overall_status stands in the thread', async (context) => {
  const url = await postgres.createDatabase();
  const world = await startOn(context, url);
  const { slack, member, channelId } = world;
  assert.equal((await addGoogleInbox(member, { address: 'jane@acme.com', channelId })).status, 'ok');
  const { thread } = await waitForGlance(world, 'jane@acme.com', '✅');
  assert.match(thread[0]?.rendered ?? '', /ACTIVE/);
  assert.deepEqual(await query(url, 'select * from request_passwords'), []);
  const refused = await runAdminCommand(['restored'], world.env);
  assert.deepEqual(
    [refused.status, /^A bot is running on this database/.test(refused.output)],
    [1, true],
    'an idle one',
  );
  assert.equal(await world.bot.stop(), 0);
  const backup = await runAdminCommand(['backup', 'never.db'], world.env);
  assert.deepEqual([backup.status, /Back it up with pg_dump.*"restored"/.test(backup.output)], [1, true]);
  const restored = await runAdminCommand(['restored'], world.env);
  assert.deepEqual([restored.status, restored.output], [0, 'No request was unfinished. A bot can start now.\n']);
  assert.deepEqual(slack.problems, []);
});

test('several replicas on one database', async (context) => {
  const world = await startOn(context, await postgres.createDatabase());
  const { slack, coldsend, member, channelId } = world;
  let first = world.bot;
  let second = await startReplica(context, world);

  await context.test('whichever gets what, all of it is added once', async () => {
    deliverTo(world, first, second);
    for (const address of ['one@acme.com', 'two@acme.com', 'three@acme.com']) {
      assert.equal((await addGoogleInbox(member, { address, channelId })).status, 'ok');
      await waitForGlance(world, address, '✅');
      assert.equal(postsFor(world, address).length, 1);
      await member.close({ all: true });
    }
  });

  await context.test('one submission delivered to both at once is one request', async () => {
    await fillInGoogleInbox(member, { address: 'copies@acme.com', channelId });
    slack.tamperNext({ to: [first, second].map(({ url }) => `${url}/slack/events`) });
    assert.equal((await member.submit()).status, 'ok');
    const { thread } = await waitForGlance(world, 'copies@acme.com', '✅');
    assert.equal(thread.length, 1);
    assert.equal(postsFor(world, 'copies@acme.com').length, 1);
    await member.close({ all: true });
  });

  await context.test('what one was killed over, the other finishes within 15 s', async () => {
    deliverTo(world, first);
    slack.failNext('chat.postMessage', 'hang');
    assert.equal((await addGoogleInbox(member, { address: 'killed@acme.com', channelId })).status, 'ok');
    await slack.waitForCall(({ method, args }) => method === 'chat.postMessage' && says(args, 'killed@acme.com'));
    await first.stop('SIGKILL');
    const { thread } = await waitForGlance(world, 'killed@acme.com', '✅', 15_000);
    assert.equal(thread.length, 1);
    assert.equal(postsFor(world, 'killed@acme.com').length, 1);
    slack.heal();
    deliverTo(world, second);
    await member.close({ all: true });
    first = await startReplica(context, world);
  });

  await context.test('one that was frozen past its lease and wakes up changes nothing and posts nothing', async () => {
    deliverTo(world, first);
    coldsend.answerNext({ kind: 'slow', delayMs: 300 }, { forAddress: 'frozen@acme.com' });
    await addGoogleInbox(member, { address: 'frozen@acme.com', channelId });
    await coldsend.waitFor(({ body, bodyComplete }) => bodyComplete && says(body, 'frozen@acme.com'));
    first.signal('SIGSTOP');
    const { ts } = await waitForGlance(world, 'frozen@acme.com', '❓', 15_000);
    await member.waitForModal(({ rendered }) => rendered.includes('❓'));
    const messagesBefore = slack.messages(channelId).length;
    const callsBefore = slack.ledger.calls.length;
    first.signal('SIGCONT');
    // It has had ColdSend's answer, and what it did with it is over, once it has served another submission as well.
    while (!(await readMetrics(first)).includes('inbox_bot_coldsend_call_seconds_count{result="added"} 1'))
      await sleep(LOOK_EVERY_MS);
    await member.close({ all: true });
    await addGoogleInbox(member, { address: 'awake@acme.com', channelId });
    await waitForGlance(world, 'awake@acme.com', '✅');
    const root = member.in(channelId).find((message) => message.ts === ts);
    assert.match(root?.rendered ?? '', /^❓/);
    assert.equal(root?.thread.length, 1);
    assert.equal(slack.messages(channelId).length, messagesBefore + 2, 'but for those of the other request');
    const late = slack.ledger.calls.slice(callsBefore).filter(({ args }) => says(args, 'frozen@acme.com'));
    assert.deepEqual(
      late.map(({ method }) => method),
      [],
    );
    assert.equal(postsFor(world, 'frozen@acme.com').length, 1);
    await member.close({ all: true });
  });

  await context.test('a newer version has migrated the database: this one goes on, and starts too', async () => {
    await query(world.env.DATABASE_URL ?? '', "insert into migrations values ('9999-newer', 0)");
    await query(world.env.DATABASE_URL ?? '', 'alter table requests add column newer text');
    await second.stop();
    second = await startReplica(context, world);
    deliverTo(world, second);
    await addGoogleInbox(member, { address: 'older@acme.com', channelId });
    await waitForGlance(world, 'older@acme.com', '✅');
    await member.close({ all: true });
  });

  await context.test('the only one is killed: after its restart the work goes on within 5 s', async () => {
    deliverTo(world, second);
    slack.failNext('chat.postMessage', 'hang');
    await addGoogleInbox(member, { address: 'restarted@acme.com', channelId });
    await slack.waitForCall(({ method, args }) => method === 'chat.postMessage' && says(args, 'restarted@acme.com'));
    await Promise.all([first.stop('SIGKILL'), second.stop('SIGKILL')]);
    slack.heal();
    await member.close({ all: true });
    await world.restart();
    await waitForGlance(world, 'restarted@acme.com', '✅', 5_000);
    assert.equal(postsFor(world, 'restarted@acme.com').length, 1);
  });

  assert.deepEqual(slack.problems, []);
});

test('while PostgreSQL is down nothing is accepted, nothing typed is lost, and all goes on when it is back', async (context) => {
  const world = await startOn(context, await postgres.createDatabase());
  const { slack, coldsend, bot, member, channelId } = world;
  coldsend.answerNext({ kind: 'server_error', status: 503, retryAfter: '1' }, { forAddress: 'waits@acme.com' });
  await addGoogleInbox(member, { address: 'waits@acme.com', channelId });
  await member.waitForModal(({ rendered }) => rendered.includes('🕒'));
  await member.close({ all: true });
  await fillInGoogleInbox(member, { address: 'down@acme.com', channelId });

  await postgres.crash();
  const { status, errors, modal } = await member.submit();
  assert.equal(status, 'ok', 'answered in time');
  const [sentence = ''] = Object.values(errors);
  assert.match(sentence, /did not confirm that it saved this inbox/);
  assert.equal(modal?.callbackId, 'add_inbox_how');
  const reference = /Support code: (\S+)$/.exec(sentence)?.[1] ?? assert.fail('no reference');
  while (!bot.output().includes(`"request":"${reference}"`)) await sleep(LOOK_EVERY_MS);
  const readiness = await fetch(`${bot.url}/readyz`);
  assert.deepEqual([readiness.status, await readiness.text()], [503, 'the database is not writable\n']);
  assert.equal((await fetch(`${bot.url}/healthz`)).status, 200);
  assert.match(await readMetrics(bot), /inbox_bot_ack_seconds_count/);

  await postgres.start();
  while (!(await fetch(`${bot.url}/readyz`)).ok) await sleep(LOOK_EVERY_MS);
  await member.submit();
  await waitForGlance(world, 'down@acme.com', '✅');
  await waitForGlance(world, 'waits@acme.com', '✅', 10_000);
  assert.equal(postsFor(world, 'down@acme.com').length, 1);
  assert.deepEqual(slack.problems, []);
});

test('a PostgreSQL that hangs is answered for within Slack’s three seconds', async (context) => {
  const url = new URL(await postgres.createDatabase());
  const proxy = await startTcpProxy(Number(url.port));
  context.after(() => proxy.stop());
  url.port = String(proxy.port);
  const world = await startOn(context, url.href);
  const { slack, member, channelId } = world;

  await context.test('before it was asked to commit', async () => {
    await fillInGoogleInbox(member, { address: 'hangs@acme.com', channelId });
    proxy.freeze();
    const { status, errors } = await member.submit();
    assert.equal(status, 'ok', 'answered in time');
    assert.match(Object.values(errors).join(), /did not confirm/);
    proxy.thaw();
    while (!(await fetch(`${world.bot.url}/readyz`)).ok) await sleep(LOOK_EVERY_MS);
    await member.submit();
    await waitForGlance(world, 'hangs@acme.com', '✅');
    assert.equal(postsFor(world, 'hangs@acme.com').length, 1);
    await member.close({ all: true });
  });

  await context.test('while it commits: pressing again shows its state, and it is added once', async () => {
    await fillInGoogleInbox(member, { address: 'doubt@acme.com', channelId });
    // A request is accepted by one statement, which commits by itself.
    proxy.freezeAfter('doubt@acme.com');
    const { status, errors } = await member.submit();
    assert.equal(status, 'ok', 'answered in time');
    assert.match(Object.values(errors).join(), /did not confirm/);
    proxy.thaw();
    // Until a worker has come to it: then the form shows by itself how it goes.
    while (member.modal()?.callbackId === 'add_inbox_how') {
      const again = await member.submit();
      if (again.modal?.callbackId === 'add_inbox_how')
        assert.match(Object.values(again.errors).join(), /did not confirm/);
    }
    assert.equal(member.modal()?.callbackId, 'notice');
    const { thread } = await waitForGlance(world, 'doubt@acme.com', '✅', 10_000);
    assert.equal(thread.length, 1);
    assert.equal(postsFor(world, 'doubt@acme.com').length, 1);
  });

  assert.deepEqual(slack.problems, []);
});

test('what keeps the bot from starting on PostgreSQL is said in a sentence, without the password', async (context) => {
  const url = await postgres.createDatabase();
  const world = await startOn(context, url);
  await world.bot.stop();

  await context.test('encryption keys that do not open what is stored', async () => {
    const ENCRYPTION_KEYS = `k2:${Buffer.alloc(32, 7).toString('base64')}`;
    await refusedToStart({ ...world.env, ENCRYPTION_KEYS }, /ENCRYPTION_KEYS can't open this database/);
  });

  await context.test('a migration that fails', async () => {
    const broken = await postgres.createDatabase();
    await query(broken, 'create table requests (id text)');
    await refusedToStart({ ...world.env, DATABASE_URL: broken }, /could not be updated.*0001/);
    assert.deepEqual(await query(broken, 'select * from migrations'), []);
  });

  await context.test('a server that is not there', async () => {
    const gone = new URL(url);
    gone.port = '1';
    await refusedToStart({ ...world.env, DATABASE_URL: gone.href }, /PostgreSQL can't be used: .*ECONNREFUSED/);
  });

  async function refusedToStart(env: Record<string, string>, sentence: RegExp): Promise<void> {
    const refused = await startBotProcess(env).catch((error: unknown) => error);
    assert.ok(refused instanceof BotDidNotStart);
    assert.equal(refused.status, 1);
    assert.match(refused.output, sentence);
    assert.ok(!refused.output.includes(new URL(url).password));
  }
});

async function readMetrics({ url }: BotProcess): Promise<string> {
  const response = await fetch(`${url}/metrics`);
  assert.equal(response.status, 200);
  return response.text();
}
