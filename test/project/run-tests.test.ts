import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findTests } from '../../scripts/find-tests.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/run-tests.ts', import.meta.url));

test('npm test ends with 1 where a test fails, and with 0 where none does', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-bot-run-'));
  context.after(() => rm(folder, { recursive: true }));
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  for (const [body, status] of [
    ["test('one', () => { throw new Error(); });", 1],
    ["test('one', () => {});", 0],
    ["test('one', () => {}); throw new Error();", 1],
  ] as const) {
    const file = join(folder, `ends-with-${status}.test.mjs`);
    await writeFile(file, `import { test } from 'node:test';\n${body}`);
    const run = spawn(process.execPath, [SCRIPT, file], { env, stdio: 'ignore' });
    assert.deepEqual(await once(run, 'exit'), [status, null]);
  }
});

test('npm test with an option that it does not have says how it is used, and runs nothing', async () => {
  const run = spawn(process.execPath, [SCRIPT, '--watch'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [said, [status]] = await Promise.all([text(run.stderr), once(run, 'exit')]);
  assert.deepEqual([said, status], ['Usage: npm test [-- [--verbose] [test/config.test.ts …]]\n', 2]);
});

test('npm test runs each file once, alone or with its room', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-bot-run-'));
  context.after(() => rm(folder, { recursive: true }));
  const urls: string[] = [];
  for (const file of findTests(folder)) {
    if (file.startsWith(folder))
      urls.push(...[...(await readFile(file, 'utf8')).matchAll(/'(.+)'/g)].map(([, url]) => `${url}`));
    else urls.push(pathToFileURL(file).href);
  }
  const files = globSync('test/**/*.test.ts').map((file) => pathToFileURL(file).href);
  assert.deepEqual(urls.toSorted(), files.toSorted());
});
