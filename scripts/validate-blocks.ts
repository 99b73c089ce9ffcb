import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { askSlackAboutBlocks, oneOfEachShape, recordedPayload } from './ask-slack-about-blocks.ts';

const root = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-blocks-'));
const file = join(folder, 'payloads.jsonl');

try {
  process.stdout.write('Running the acceptance tests to see every view and message…\n');
  const tests = globSync('test/acceptance/*/*.test.ts', { cwd: root });
  spawnSync(process.execPath, ['--test', '--test-reporter=dot', ...tests], {
    cwd: root,
    env: { ...process.env, RECORD_BLOCKS_TO: file },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  const payloads = oneOfEachShape(lines.map((line) => recordedPayload.parse(JSON.parse(line))));
  process.stdout.write(`\nAsking Slack about ${payloads.length} shapes, one a second.\n`);
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const faulty = await askSlackAboutBlocks(payloads, { apiUrl: 'https://slack.com/api/', print, wait });
  print(faulty === 0 ? 'Slack finds no fault with any of them.' : `Slack finds fault with ${faulty} of them.`);
  process.exitCode = faulty === 0 && payloads.length > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
