import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { COMPILE_CACHE } from '../playground/bot-process.ts';

/*
 * `npm test`: all tests, or the files named, with a short report. `npm test -- --verbose` lists every test.
 * Whoever runs one file with `node --test` gets Node's own report.
 */

const { values, positionals } = parseArgs({ options: { verbose: { type: 'boolean' } }, allowPositionals: true });

const TIMEOUT_MS = 300_000;

/** A file waits three times as long as it works: for deadlines of Slack and of ColdSend to pass, and for bots to start. */
const FILES_AT_ONCE = 2 * availableParallelism();

const tests = spawn(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--test',
    `--test-timeout=${TIMEOUT_MS}`,
    `--test-concurrency=${FILES_AT_ONCE}`,
    '--test-global-setup=scripts/test-setup.ts',
    `--test-reporter=${values.verbose ? 'spec' : './scripts/short-report.ts'}`,
    ...(positionals.length > 0 ? positionals : ['test/**/*.test.ts']),
  ],
  { stdio: 'inherit', env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env } },
);
// What the run shares is stopped before this process leaves. Ctrl+C reaches the tests by itself.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => tests.kill());
tests.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
