import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../scripts/run-tests.ts', import.meta.url));

test('npm test ends with 1 where a test fails, and with 0 where none does', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-bot-run-'));
  context.after(() => rm(folder, { recursive: true }));
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  for (const [body, status] of [
    ['throw new Error()', 1],
    ['', 0],
  ] as const) {
    const file = join(folder, `ends-with-${status}.test.mjs`);
    await writeFile(file, `import { test } from 'node:test';\ntest('one', () => { ${body} });`);
    const run = spawn(process.execPath, [SCRIPT, file], { env, stdio: 'ignore' });
    assert.deepEqual(await once(run, 'exit'), [status, null]);
  }
});
