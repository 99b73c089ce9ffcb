import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findErrorCode } from '../../../src/operations/log/log.ts';

test('levels are words', () => {
  const log = fileURLToPath(new URL('../../../src/operations/log/log.ts', import.meta.url));
  const script = `import { createLog } from ${JSON.stringify(log)};
    const log = createLog('debug');
    for (const level of ['debug', 'info', 'warn', 'error']) log[level]('A line', { count: 1 });`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  const levels = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).level);
  assert.deepEqual(levels, ['debug', 'info', 'warn', 'error']);
});

test('the code of an error is its own, or that of what caused it', () => {
  const expired = Object.assign(new Error('x'), { code: 'CERT_HAS_EXPIRED' });
  const sdk = Object.assign(new Error('x', { cause: expired }), { code: 'slack_webapi_request_error' });
  assert.equal(findErrorCode(expired), 'CERT_HAS_EXPIRED');
  assert.equal(findErrorCode(sdk), 'CERT_HAS_EXPIRED');
  assert.equal(findErrorCode(Object.assign(new Error('x'), { statusCode: 407 })), 'HTTP_407');
  assert.equal(findErrorCode(AbortSignal.abort().reason), 'TIMEOUT');
});

test('what is no code is not passed on, and what causes itself has none', () => {
  const itself = new Error('x');
  itself.cause = itself;
  for (const error of [undefined, 'ECONNREFUSED', { code: 'ECONNREFUSED' }, new Error('ECONNREFUSED'), itself])
    assert.equal(findErrorCode(error), undefined);
  for (const code of ['hunter2', 'xoxb-1', 'A B', 'A'.repeat(65), 7])
    assert.equal(findErrorCode(Object.assign(new Error('x'), { code })), undefined);
});
