import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { findFreePort } from '../../../playground/find-free-port.ts';
import { tryMail } from '../../../src/admin/doctor/check-mail.ts';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { findSecrets } from '../world/find-secrets.ts';
import { API_KEY, OTHER_KEY, startWorld, storeKey } from '../world/start-bot.ts';
import { runAdminCommand } from './run-admin-command.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

test('doctor: what it can ask, beside a running bot and without one', async (context) => {
  const port = String(await findFreePort());
  const publicUrl = `http://127.0.0.1:${port}/bots`;
  const world = await startWorld(context, { env: { PORT: port, PUBLIC_URL: publicUrl } });
  const { slack, coldsend, admin, member, channelId, databasePath, env } = world;
  let said = '';
  const ask = async (change: Record<string, string> = {}, cwd?: string) => {
    const done = await runAdminCommand(['doctor'], { ...env, ...change }, cwd);
    said += done.output;
    return done;
  };
  const finds = async (says: RegExp, change?: Record<string, string>, cwd?: string) => {
    const { status, output } = await ask(change, cwd);
    assert.match(output, says);
    assert.equal(status, 1, output);
    assert.match(output, /^One thing is wrong\.$/m);
  };
  const edit = (sql: string): void => {
    const database = new DatabaseSync(databasePath, { timeout: 5_000 });
    database.exec(sql);
    database.close();
  };

  await context.test('a path that can not be is one fault, although several checks meet it', async () => {
    await finds(/^✗ The database \S+ can't be used: ENOTDIR/m, { DATABASE_URL: `sqlite:${databasePath}/bot.db` });
  });

  await context.test('all is well', async () => {
    const { status, output } = await ask();
    assert.equal(status, 0, output);
    for (const line of [
      /^✓ This is version \d+\.\d+\.\d+ on Node 24\.\S+\.$/m,
      /^✓ The database has all migrations of this version, up to \d{4}-\S+\.$/m,
      /^✓ The database is \S+bot\.db \(\d+ MB\), and [\d,]+ MB are free on its disk\.$/m,
      /^✓ Nobody has run "backup FILE" yet\. If nothing else backs up/m,
      /^✓ Unfinished requests: none\. Of these wait: none\.$/m,
      /^✓ Unfinished lists: none\.$/m,
      /^✓ ColdSend accepts 1 of 1 stored keys\.$/m,
      /^✓ LOGIN_CHECKS is off/m,
      RegExp(`^✓ The bot at http://127\\.0\\.0\\.1:${port} is ready, and has metrics\\.$`, 'm'),
      RegExp(`^✓ ${publicUrl}/secure is the bot's\\.$`, 'm'),
      RegExp(`^✓ ${publicUrl}/slack/events is the bot's\\.$`, 'm'),
    ]) {
      assert.match(output, line);
    }
    assert.deepEqual(
      readdirSync(dirname(databasePath)).filter((name) => name.includes('doctor')),
      [],
      'it leaves nothing behind',
    );
  });

  await context.test('the pages are not the bot’s, or something else is at its port', async () => {
    const { output } = await ask({ PUBLIC_URL: slack.url });
    assert.match(output, /^✗ \S+\/secure is not the bot's \(HTTP_404\)\. Let the reverse proxy pass on \/slack\/\*/m);
    assert.match(output, /^✗ \S+\/slack\/events is not the bot's/m);
    const gone = await ask({ PUBLIC_URL: 'http://127.0.0.1:1' });
    assert.match(gone.output, /^✗ \S+\/secure can't be reached from here: nothing listens there \(ECONNREFUSED\)\.$/m);
    await finds(/^✗ Something else than the bot listens at/m, { PORT: new URL(slack.url).port });
  });

  await context.test('a key that ColdSend refuses', async () => {
    coldsend.addKey(OTHER_KEY);
    await storeKey(admin, OTHER_KEY);
    coldsend.revokeKey(OTHER_KEY);
    await finds(
      RegExp(`^✗ ColdSend refuses the key of ${slack.workspace.teamId}\\. Ask an admin there to replace it`, 'm'),
    );
    await storeKey(admin, API_KEY);
    const { status, output } = await ask({ COLDSEND_RATE_LIMIT: '1/3600' });
    assert.equal(status, 0, output);
    assert.match(output, /^✓ The limit of the key of T\w+ is used up, so the key was not checked\.$/m);
  });

  await context.test('files that others can read', async () => {
    chmodSync(databasePath, 0o644);
    await finds(/^✗ Other users of this machine can open the database\. Run: chmod 600 \S+bot\.db$/m);
    chmodSync(databasePath, 0o600);
    const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-doctor-'));
    context.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, '.env'), '', { mode: 0o640 });
    await finds(
      /^✗ Other users of this machine can read \.env, which has secrets\. Run: chmod 600 \.env$/m,
      {},
      folder,
    );
  });

  await context.test('the last backup', async () => {
    const backup = await runAdminCommand(['backup', join(dirname(databasePath), 'copy.db')], env);
    assert.equal(backup.status, 0, backup.output);
    assert.match((await ask()).output, /^✓ The last backup is less than a day old\.$/m);
    const then = (Date.now() - 9 * DAY_MS) / 1000;
    utimesSync(`${databasePath}.last-backup`, then, then);
    await finds(/^✗ The last backup is 9 days old\. Run "backup FILE" each day\.$/m);
    rmSync(`${databasePath}.last-backup`);
  });

  await context.test('work that is not finished, and a database of another version', async () => {
    await world.bot.stop();
    const { output } = await ask({ PUBLIC_URL: '' });
    assert.match(output, /^✓ No bot runs at \S+, so its health was not checked\.$/m);
    assert.match(
      output,
      /^✓ There is no secure page for passwords\. To get one, set PUBLIC_URL to an https:\/\/ address/m,
    );
    await world.restart();
    await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
    await member.waitForModal(({ rendered }) => rendered.includes('✅'));
    await world.bot.stop();
    const quiet = { PUBLIC_URL: '' };
    edit(`update requests set state = 'armed', outcome_kind = null, accepted_at = ${Date.now() - 3_600_000}`);
    await finds(/^✓ Unfinished requests: 1 armed.*^✗ A request has been with ColdSend for over ten minutes/ms, quiet);
    edit(`update requests set state = 'announced', waits_for = 'key'`);
    await finds(/^✓ .* Of these wait: 1 key\..*^✗ Requests wait for a valid ColdSend key/ms, quiet);
    edit(`update requests set state = 'reported', waits_for = null`);
    edit(`insert into migrations (name, applied_at) values ('9999-later', 1)`);
    assert.match((await ask(quiet)).output, /^✓ A newer version has added 9999-later to the database\./m);
    edit(
      `delete from migrations where name like '9999%' or name = (select max(name) from migrations where name < '9')`,
    );
    await finds(/^✗ The database lacks \d{4}-\S+\. Start this version of the bot, which adds that\.$/m, quiet);
  });

  const { SLACK_BOT_TOKEN = '', SLACK_SIGNING_SECRET = '', ENCRYPTION_KEYS = '' } = env;
  assert.deepEqual(
    findSecrets(said, { API_KEY, OTHER_KEY, SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET, ENCRYPTION_KEYS }),
    [],
  );
});

test('doctor: whether mail servers can be asked', async () => {
  const found =
    <T>(record: T) =>
    async () => ({ kind: 'found' as const, records: [record] });
  const failed = async () => ({ kind: 'failed' as const });
  const none = async () => ({ kind: 'none' as const, nameExists: false });
  const dns = { mx: found({ exchange: 'mx', priority: 1 }), a: found('192.0.2.1'), aaaa: none };
  const says = async (...given: Parameters<typeof tryMail>) =>
    (await tryMail(...given)).map(({ ok, says }) => [ok, says]);
  assert.deepEqual(await says(dns, async () => true), [[true, 'DNS answers, and the bot can reach mail servers.']]);
  const overIpv6 = { ...dns, aaaa: found('2001:db8::1') };
  assert.deepEqual(await says(overIpv6, async (address) => address.includes(':')), [
    [true, 'DNS answers, and the bot can reach mail servers.'],
  ]);
  assert.deepEqual(await says(dns, async (_address, port) => port !== 465), [
    [false, "Mail servers can't be reached on port 465. Let the bot through the firewall, or set LOGIN_CHECKS=off."],
  ]);
  for (const mx of [failed, none]) {
    assert.deepEqual(await says({ ...dns, mx }, async () => true), [
      [false, 'DNS does not answer for gmail.com, as login checks need. Set DNS_SERVERS, or set LOGIN_CHECKS=off.'],
    ]);
  }
});
