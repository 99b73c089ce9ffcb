import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runAdminCommand } from '../workspaces/run-admin-command.ts';
import { openForm } from '../world/fill-form.ts';
import { startWorld } from '../world/start-bot.ts';

const SRC = fileURLToPath(new URL('../../../src/', import.meta.url));

test('secrets with what Docker and copying leave around them work, and the log says which', async (context) => {
  const world = await startWorld(context);
  const { env, slack, member, channelId } = world;
  assert.doesNotMatch(world.bot.output(), /looks unusual|has quotes/);
  await world.bot.stop();
  const soiled = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, `"${value}"\r`]));
  const bot = await world.restart(soiled);
  await openForm(member, channelId);
  for (const name of Object.keys(env)) {
    assert.match(bot.output(), new RegExp(`"level":"warn",.*"message":"${name} has quotes around it`));
  }
  assert.doesNotMatch(bot.output(), new RegExp(`${slack.app.signingSecret}|${slack.installation.botToken}`));
  const { output } = await runAdminCommand(['doctor'], { ...env, SLACK_SIGNING_SECRET: ' hunter2' });
  assert.match(output, /^! SLACK_SIGNING_SECRET looks unusual\. Expected: 32 hex digits/m);
  assert.doesNotMatch(output, /hunter2/);
});

test('a variable that is set to nothing does not hide the one in .env; one that is set does', async (context) => {
  const cwd = mkdtempSync(join(tmpdir(), 'inbox-bot-env-'));
  context.after(() => rmSync(cwd, { recursive: true, force: true }));
  writeFileSync(
    join(cwd, '.env'),
    'SLACK_BOT_TOKEN=xoxb-1\nSLACK_APP_TOKEN="xapp-1"\nPORT=3000\nDATABASE_URL=nonsense\n',
  );
  for (const command of [['main.ts'], ['admin/admin.ts', 'list']]) {
    const env = { SLACK_BOT_TOKEN: '', SLACK_APP_TOKEN: ' ', PORT: 'no number', DATABASE_URL: 'sqlite:x.db' };
    const bot = spawn(process.execPath, [join(SRC, command[0] ?? ''), ...command.slice(1)], { cwd, env });
    let said = '';
    for (const stream of [bot.stdout, bot.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    assert.deepEqual(await once(bot, 'close'), [1, null]);
    assert.match(said, /PORT must be a whole number/);
    assert.match(said, /ENCRYPTION_KEYS is missing/);
    assert.doesNotMatch(said, /SLACK|DATABASE_URL/);
  }
});
