import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../../src/storage/open-database.ts';
import { createSealer } from '../../../src/storage/sealing/sealing.ts';
import { findMissing } from './missing-program.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const INSTALLED_IN = '/opt/coldsend-inbox-bot/';

const SERVICE = 'coldsend-inbox-bot.service';
const BACKUP = 'coldsend-inbox-bot-backup.service';
const TIMER = 'coldsend-inbox-bot-backup.timer';

/** Tenths on systemd's scale from 0 to 10. The bot can't do without the network; neither without V8's compiler. */
const MAX_EXPOSURE = { [SERVICE]: 15, [BACKUP]: 5 };

const skip = findMissing('systemd-analyze', 'systemd');

test('systemd accepts the units, and finds the services exposed to little', { skip }, (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-service-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const files = [SERVICE, BACKUP, TIMER].map((name) => join(folder, name));
  for (const name of [SERVICE, BACKUP, TIMER]) {
    writeFileSync(join(folder, name), readUnit(name).replaceAll(INSTALLED_IN, ROOT));
  }
  const analyze = (...args: string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  const { status, stderr } = analyze('verify', '--man=no', ...files);
  assert.deepEqual([status, stderr], [0, '']);
  for (const [name, most] of Object.entries(MAX_EXPOSURE)) {
    const security = analyze('security', '--no-pager', '--offline=true', `--threshold=${most}`, join(folder, name));
    assert.equal(security.status, 0, security.stdout + security.stderr);
  }
});

test('the service runs what npm start runs', () => {
  const startOptions = (text: string) => /--max-semi-space-size=.* src\/main\.ts/.exec(text)?.[0];
  assert.ok(startOptions(readUnit(SERVICE)));
  assert.equal(startOptions(readUnit(SERVICE)), startOptions(readFileSync(join(ROOT, 'package.json'), 'utf8')));
});

test('the nightly backup copies the database beside it, and deletes what is older than two weeks', async (context) => {
  const state = mkdtempSync(join(tmpdir(), 'inbox-bot-backup-'));
  context.after(() => rmSync(state, { recursive: true }));
  const url = `sqlite:${join(state, 'inbox-bot.db')}`;
  const key = Buffer.alloc(32, 42);
  await (await openDatabase(url, { sealer: createSealer([{ id: 'k1', key }]) })).close();
  const old = join(state, 'backups', 'old.db');
  mkdirSync(join(state, 'backups'));
  for (const file of [old, join(state, 'backups', 'recent.db')]) writeFileSync(file, '');
  const then = Date.now() / 1000 - 16 * 24 * 60 * 60;
  utimesSync(old, then, then);

  for (const line of readUnit(BACKUP).matchAll(/^ExecStart(?:Post)?=(.*)$/gm)) {
    // As systemd does it: %% is a percent sign, and variables in braces are set before.
    const command = (line[1] ?? '').replaceAll(INSTALLED_IN, ROOT).replaceAll('%%', '%').replace('*.db', "'*.db'");
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        STATE_DIRECTORY: state,
        DATABASE_URL: url,
        ENCRYPTION_KEYS: `k1:${key.toString('base64')}`,
        SLACK_BOT_TOKEN: 'xoxb-1',
        SLACK_APP_TOKEN: 'xapp-1',
      },
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout + stderr);
  }
  const [copy, ...others] = readdirSync(join(state, 'backups'));
  assert.match(copy ?? '', /^\d{4}-\d\d-\d\dT\d{6}\.db$/);
  assert.deepEqual(others, ['recent.db']);
});

test('the services and the operators’ commands run as the same user on the same settings', () => {
  const admin = readFileSync(join(ROOT, 'deploy/admin'), 'utf8');
  for (const text of [readUnit(SERVICE), readUnit(BACKUP), admin]) {
    assert.match(text, /EnvironmentFile=\/etc\/coldsend-inbox-bot\/env\b/);
    assert.match(text, /DATABASE_URL=sqlite:(%S|\/var\/lib)\/coldsend-inbox-bot\/inbox-bot\.db/);
    assert.match(text, /DynamicUser=yes/);
  }
  // Without User=, the user has the name of the unit.
  for (const text of [readUnit(BACKUP), admin]) assert.match(text, /User=coldsend-inbox-bot\b/);
  assert.doesNotMatch(readUnit(SERVICE), /^User=/m);
});

function readUnit(name: string): string {
  return readFileSync(join(ROOT, 'deploy', name), 'utf8');
}
