import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { refuseProduction } from '../../playground/refuse-production.ts';

const SCRIPT = fileURLToPath(new URL('../../playground/playground.ts', import.meta.url));

function run(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [SCRIPT, ...args], { env: { PATH: process.env.PATH, ...env } });
  let output = '';
  const changed = new EventTarget();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      changed.dispatchEvent(new Event('output'));
    });
  }
  const ended = once(child, 'close').then(([status]: number[]) => status);
  return {
    child,
    ended,
    output: () => output,
    async says(pattern: RegExp): Promise<string> {
      while (!pattern.test(output))
        await Promise.race([once(changed, 'output'), ended.then(() => assert.fail(output))]);
      return pattern.exec(output)?.[1] ?? '';
    },
  };
}

test('prints where the page is, serves it on loopback, and leaves nothing behind on Ctrl+C', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'playground-test-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const playground = run(['--port', '0'], { TMPDIR: folder });
  const url = await playground.says(/(http:\/\/localhost:\d+)/);
  assert.equal((await fetch(url.replace('localhost', '127.0.0.1'))).status, 200);
  await assert.rejects(fetch(url.replace('localhost', '127.0.0.2')), 'it listens on one address only');
  assert.equal(readdirSync(folder).length, 1);
  playground.child.kill('SIGINT');
  assert.equal(await playground.ended, 0);
  assert.deepEqual(readdirSync(folder), []);
});

test('says in a sentence that the port is in use', async (context) => {
  const other = createServer();
  context.after(() => other.close());
  await once(other.listen(0, '127.0.0.1'), 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const playground = run(['--port', String(port)]);
  assert.equal(await playground.ended, 2);
  assert.match(playground.output(), new RegExp(`Port ${port} is in use`));
});

test('does not start beside the settings of a real bot, and names them but not their values', async () => {
  const playground = run(['--tour'], { SLACK_BOT_TOKEN: 'xoxb-real-token', ENCRYPTION_KEYS: 'k1:AAAA' });
  assert.equal(await playground.ended, 2);
  assert.match(playground.output(), /SLACK_BOT_TOKEN, ENCRYPTION_KEYS/);
  assert.doesNotMatch(playground.output(), /xoxb|AAAA/);
});

test('settings that are empty, or that are no secrets, are no reason to refuse', () => {
  assert.equal(refuseProduction({ SLACK_BOT_TOKEN: '', PORT: '3000', LOG_LEVEL: 'debug' }), undefined);
});

for (const args of [['--port', 'abc'], ['--port', '70000'], ['--nonsense'], ['extra']]) {
  test(`says how it is used when it is given ${args.join(' ')}`, async () => {
    const playground = run(args);
    assert.equal(await playground.ended, 2);
    assert.match(playground.output(), /^Usage: npm run playground/);
  });
}
