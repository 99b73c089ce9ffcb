import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NO_CHROMIUM } from '../../scripts/open-chromium.ts';

const REPORTER = fileURLToPath(new URL('../../scripts/short-report.ts', import.meta.url));

/** What is reported of a file with this text. */
async function report(context: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-bot-report-'));
  context.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'some.test.mjs');
  await writeFile(file, `import { test } from 'node:test';\n${text}`);
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--test', `--test-reporter=${REPORTER}`, file], { env }, (_error, stdout) =>
      resolve(stdout),
    );
  });
}

test('what passes is only counted, what fails is shown with its error', async (context) => {
  const said = await report(
    context,
    "test('works', () => {}); test('breaks', () => { throw new Error('the reason'); });",
  );
  assert.doesNotMatch(said, /works/);
  assert.match(said, /breaks[\s\S]*the reason/);
  assert.match(said, /^ℹ tests 2$/m);
  assert.match(said, /^ℹ fail 1$/m);
  assert.doesNotMatch(said, /Chromium/);
});

test('what was skipped for want of a browser is said at the end, with what installs it', async (context) => {
  const skip = JSON.stringify(NO_CHROMIUM);
  const said = await report(
    context,
    `test('page', { skip: ${skip} }, () => {}); test('other', { skip: true }, () => {});`,
  );
  assert.ok(said.endsWith(`1 tests or groups of tests were skipped: ${NO_CHROMIUM}\n`), said);
});
