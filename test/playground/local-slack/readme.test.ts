import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { findFreePort } from '../../../playground/find-free-port.ts';

const FOLDER = new URL('../../../playground/local-slack/', import.meta.url);

test('the example in its README runs', { timeout: 60_000 }, async () => {
  const readme = readFileSync(new URL('README.md', FOLDER), 'utf8');
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  assert.match(example, /startLocalSlack/);
  const program = spawn(process.execPath, ['--input-type=module-typescript', '-'], { cwd: FOLDER });
  program.stdin.end(example.replaceAll('3456', String(await findFreePort())));
  const [failure] = await Promise.all([text(program.stderr), new Promise((resolve) => program.once('exit', resolve))]);
  assert.equal(program.exitCode, 0, failure);
});
