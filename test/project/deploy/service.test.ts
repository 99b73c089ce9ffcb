import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findMissing } from './missing-program.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const NAME = 'coldsend-inbox-bot.service';

/** Tenths on systemd's scale from 0 to 10. The rest is the network and V8's compiler, which the bot can't do without. */
const MAX_EXPOSURE = 15;

const SERVICE = readFileSync(join(ROOT, 'deploy', NAME), 'utf8');

test('systemd accepts the service, and finds it exposed to little', {
  skip: findMissing('systemd-analyze', 'systemd'),
}, (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-service-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, NAME);
  writeFileSync(file, SERVICE.replaceAll('/opt/coldsend-inbox-bot/', ROOT));
  const analyze = (...args: string[]) => spawnSync('systemd-analyze', [...args, file], { encoding: 'utf8' });
  const { status, stderr } = analyze('verify', '--man=no');
  assert.deepEqual([status, stderr], [0, '']);
  const security = analyze('security', '--no-pager', '--offline=true', `--threshold=${MAX_EXPOSURE}`);
  assert.equal(security.status, 0, security.stdout + security.stderr);
});

test('the service runs what npm start runs', () => {
  const startOptions = (text: string) => /--max-semi-space-size=\S+ src\/main\.ts/.exec(text)?.[0];
  assert.ok(startOptions(SERVICE));
  assert.equal(startOptions(SERVICE), startOptions(readFileSync(join(ROOT, 'package.json'), 'utf8')));
});
