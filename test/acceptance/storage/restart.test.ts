import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { BotDidNotStart, startBotProcess } from '../../../playground/bot-process.ts';
import { findFreePort } from '../../../playground/find-free-port.ts';
import type { MessageSeen } from '../../../playground/local-slack/local-slack.ts';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { MANY_POSTS, startWorld, type World } from '../world/start-bot.ts';

test('killed at any moment, the bot finishes what it accepted and asks ColdSend at most once', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, member, channelId } = world;

  await context.test('right after the acknowledgement', async () => {
    const address = 'after-ack@acme.com';
    slack.failNext('chat.postMessage', 'hang');
    const { status } = await addGoogleInbox(member, { address, channelId });
    assert.equal(status, 'ok', 'Slack was told that it is accepted');
    await waitForPost(address, 'announcement');
    await killAndRestart();
    await waitForGlance(address, '✅');
    assert.equal(onlyRoot(address).thread.length, 1);
    assert.equal(postsFor(world, address).length, 1);
  });

  for (const added of [false, true]) {
    await context.test(`while ColdSend is asked, which ${added ? 'adds it' : 'does not add it'}`, async () => {
      const address = `while-asked-${added}@acme.com`;
      coldsend.answerNext({ kind: 'hang', added }, { forAddress: address });
      await addGoogleInbox(member, { address, channelId });
      await coldsend.waitFor(({ body, bodyComplete }) => bodyComplete && JSON.stringify(body).includes(address));
      await killAndRestart();
      await waitForGlance(address, "❓ We don't know if the inbox was added");
      const { thread } = onlyRoot(address);
      assert.equal(thread.length, 1);
      assert.match(thread[0]?.rendered ?? '', /I restarted before[\s\S]*\[ Try again \]/);
      assert.equal(postsFor(world, address).length, 1, 'never sent again by itself');
    });
  }

  await context.test('before the reply', async () => {
    const address = 'before-reply@acme.com';
    const stop = coldsend.onRequest(() => slack.failNext('chat.postMessage', 'hang'));
    await addGoogleInbox(member, { address, channelId });
    await waitForPost(address, 'reply');
    stop();
    await killAndRestart();
    await waitForGlance(address, '✅');
    assert.equal(onlyRoot(address).thread.length, 1);
    assert.equal(postsFor(world, address).length, 1);
  });

  await context.test(
    'after Slack took the reply and before that was noted: it stands there again, word for word',
    async () => {
      const address = 'after-reply@acme.com';
      const stop = coldsend.onRequest(() => slack.failNext('chat.postMessage', 'hangAfterTaking'));
      await addGoogleInbox(member, { address, channelId });
      await waitForPost(address, 'reply');
      stop();
      await killAndRestart();
      await waitForGlance(address, '✅');
      const { thread } = onlyRoot(address);
      assert.equal(thread.length, 2);
      assert.deepEqual(thread[0]?.blocks, thread[1]?.blocks);
      assert.equal(postsFor(world, address).length, 1);
    },
  );

  await context.test('before the announcement was updated', async () => {
    const address = 'before-update@acme.com';
    const stop = coldsend.onRequest(() => slack.failNext('chat.update', 'hang'));
    await addGoogleInbox(member, { address, channelId });
    await slack.waitForCall(({ method, args }) => method === 'chat.update' && says(args, address));
    stop();
    await killAndRestart();
    await waitForGlance(address, '✅');
    assert.equal(onlyRoot(address).thread.length, 1, 'the reply is not made again');
    assert.equal(postsFor(world, address).length, 1);
  });

  await context.test('while it waits for ColdSend', async () => {
    const address = 'waits@acme.com';
    coldsend.answerNext({ kind: 'server_error', status: 503, retryAfter: '1' }, { forAddress: address });
    await addGoogleInbox(member, { address, channelId });
    await waitForGlance(address, '🕒');
    await killAndRestart();
    await waitForGlance(address, '✅');
    assert.equal(postsFor(world, address).length, 2);
  });

  await context.test('the key is still there', async () => {
    const home = await world.admin.openHome();
    assert.match(home.rendered, /ends in 4567/);
  });

  assert.deepEqual(slack.problems, []);

  async function killAndRestart(): Promise<void> {
    await world.bot.stop('SIGKILL');
    slack.heal();
    await member.close({ all: true });
    await world.restart();
  }

  function waitForPost(address: string, message: 'announcement' | 'reply') {
    return slack.waitForCall(
      ({ method, args }) =>
        method === 'chat.postMessage' &&
        says(args, address) &&
        (args.thread_ts !== undefined) === (message === 'reply'),
    );
  }

  async function waitForGlance(address: string, glance: string): Promise<void> {
    await slack.waitFor(
      () =>
        roots(address).find(
          ({ rendered, thread }) => rendered.startsWith(glance) && thread.length >= threadFor(glance),
        ),
      `${address} to show ${glance}`,
    );
  }

  function onlyRoot(address: string): MessageSeen {
    const [root, ...others] = roots(address);
    assert.ok(root);
    assert.equal(others.length, 0, 'one announcement');
    return root;
  }

  function roots(address: string): MessageSeen[] {
    return member.in(channelId).filter(({ rendered }) => rendered.includes(address));
  }
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`on ${signal} while ColdSend is asked, the bot waits for the answer, tells it and ends with 0`, async (context) => {
    const world = await startWorld(context);
    const { slack, coldsend, bot, member, channelId } = world;
    coldsend.answerNext({ kind: 'slow', delayMs: 700 });
    await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
    await coldsend.waitFor(({ body, bodyComplete }) => bodyComplete && says(body, 'jane@acme.com'));
    bot.signal(signal);
    let readiness = await fetch(`${bot.url}/readyz`);
    while (readiness.ok) readiness = await fetch(`${bot.url}/readyz`);
    assert.equal(readiness.status, 503);
    assert.match(await readiness.text(), /stopping/);

    assert.equal(await bot.exited, 0);
    const replies = slack.messages(channelId).filter(({ threadTs }) => threadTs !== undefined);
    assert.deepEqual(
      replies.map(({ text }) => /ACTIVE/.test(text)),
      [true],
    );
    assert.match(member.in(channelId)[0]?.rendered ?? '', /^✅ Inbox added/);
    assert.equal(postsFor(world, 'jane@acme.com').length, 1);
    assert.deepEqual(slack.problems, []);
  });
}

test('what keeps the bot from starting is said in a sentence, and the status is not 0', async (context) => {
  const world = await startWorld(context);
  const { slack, member, channelId, env, databasePath } = world;

  await context.test('a second process on the same database', async () => {
    const output = await refusedToStart(env, /Another bot is running on the database/);
    assert.ok(output.includes(databasePath), 'which one');
    await addGoogleInbox(member, { address: 'first@acme.com', channelId });
    await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
    await member.close({ all: true });
  });

  await context.test('a port that is taken', async () => {
    const { port } = new URL(world.bot.url);
    const otherDatabase = `sqlite:${databasePath}.other`;
    await refusedToStart({ ...env, PORT: port, DATABASE_URL: otherDatabase }, /can't listen on port/);
  });

  await world.bot.stop();
  const otherKeys = `k2:${Buffer.alloc(32, 7).toString('base64')}`;

  await context.test('encryption keys that do not open what is stored', async () => {
    await refusedToStart({ ...env, ENCRYPTION_KEYS: otherKeys }, /ENCRYPTION_KEYS can't open this database/);
    const sameName = otherKeys.replace('k2:', 'k1:');
    await refusedToStart({ ...env, ENCRYPTION_KEYS: sameName }, /ENCRYPTION_KEYS can't open this database/);
  });

  await context.test('a new encryption key before the old one is fine, and what is stored still opens', async () => {
    const bot = await world.restart({ ENCRYPTION_KEYS: `${otherKeys},${env.ENCRYPTION_KEYS}` });
    await addGoogleInbox(member, { address: 'rotated@acme.com', channelId });
    await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
    await member.close({ all: true });
    await bot.stop();
  });

  await context.test('a bot token that Slack refuses', async () => {
    await refusedToStart({ ...env, SLACK_BOT_TOKEN: 'xoxb-0-wrong' }, /Slack refuses SLACK_BOT_TOKEN \(invalid_auth\)/);
  });

  await context.test('an app token that Slack refuses', async () => {
    const socketEnv = { ...env, SLACK_APP_TOKEN: 'xapp-0-wrong' };
    await refusedToStart(socketEnv, /Slack refuses SLACK_APP_TOKEN \(invalid_auth\)/);
  });

  await context.test('a folder that can not be made', async () => {
    await refusedToStart({ ...env, DATABASE_URL: 'sqlite:/dev/null/bot.db' }, /The database .* can't be used/);
  });

  await context.test('an empty environment: everything that is missing, at once', async () => {
    const output = await refusedToStart({}, /The settings can't be used/);
    for (const name of ['SLACK_BOT_TOKEN', 'ENCRYPTION_KEYS', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET']) {
      assert.ok(output.includes(name), name);
    }
  });

  await context.test('settings that can not be used: by name, never by value', async () => {
    const wrong = {
      ...env,
      SLACK_BOT_TOKEN: 'planted-bot-token',
      ENCRYPTION_KEYS: 'k1:planted-encryption-key',
      COLDSEND_API_URL: 'http://planted:planted@coldsend.example',
      DATABASE_URL: 'mysql://planted',
      LOG_LEVEL: 'planted',
    };
    const output = await refusedToStart(wrong, /The settings can't be used/);
    for (const name of ['SLACK_BOT_TOKEN', 'ENCRYPTION_KEYS', 'COLDSEND_API_URL', 'DATABASE_URL', 'LOG_LEVEL']) {
      assert.ok(output.includes(name), name);
    }
    assert.doesNotMatch(output, /planted/);
  });

  await context.test('a database that is damaged', async () => {
    const intact = readFileSync(databasePath);
    writeFileSync(databasePath, Buffer.concat([intact.subarray(0, 4096), Buffer.alloc(intact.length - 4096, 0x5a)]));
    await refusedToStart(env, /The database .* is damaged/);
    writeFileSync(databasePath, 'This is not a database, it is a letter to my aunt.'.repeat(100));
    await refusedToStart(env, /The database .* is damaged or is not an SQLite database/);
    writeFileSync(databasePath, intact);
    await world.restart();
    assert.match((await world.admin.openHome()).rendered, /first@acme\.com/);
  });

  assert.deepEqual(slack.problems, []);
});

for (const transport of ['http', 'socket'] as const) {
  test(`over ${transport}, while Slack is down at the start the bot waits and says that it is not ready`, async (context) => {
    const world = await startWorld(context, { transport });
    const { slack, member, channelId } = world;
    await world.bot.stop();
    const port = await findFreePort();
    const method = transport === 'http' ? 'auth.test' : 'apps.connections.open';
    const callsBefore = slack.ledger.calls.length;
    const fault = transport === 'http' ? 'reset' : { status: 500 };
    slack.failNext(method, fault, 2);
    const started = world.restart({ PORT: String(port) });
    await slack.waitFor(() => slack.ledger.calls.slice(callsBefore).find((call) => call.method === method), 'a try');
    const readiness = await fetch(`http://127.0.0.1:${port}/readyz`);
    assert.equal(readiness.status, 503);
    assert.match(await readiness.text(), /Slack/);
    assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);

    await started;
    assert.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200);
    await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
    await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
    assert.deepEqual(slack.problems, []);
  });
}

/** Returns what the process said before it ended. */
async function refusedToStart(env: Record<string, string>, sentence: RegExp): Promise<string> {
  const error: unknown = await startBotProcess(env).then(
    async (bot) => {
      await bot.stop('SIGKILL');
      return undefined;
    },
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof BotDidNotStart, 'it does not start');
  assert.equal(error.status, 1);
  assert.match(error.output, sentence);
  assert.doesNotMatch(error.output, /^\s+at /m, 'no stack trace');
  return error.output;
}

/** An outcome is told in the thread; that it waits is not. */
function threadFor(glance: string): number {
  return glance.startsWith('🕒') ? 0 : 1;
}

function postsFor({ coldsend }: World, address: string) {
  return coldsend.ledger.filter(({ body }) => says(body, `"${address}"`));
}

function says(value: unknown, text: string): boolean {
  return JSON.stringify(value ?? '').includes(text);
}
