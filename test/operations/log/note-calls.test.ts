import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogFields } from '../../../src/operations/log/log.ts';
import { createNoteCalls } from '../../../src/operations/log/note-calls.ts';
import { isTokenRefused, isViewOutdated } from '../../../src/slack/web-api/slack-errors.ts';

function setUp() {
  const lines: { level: string; message: string; fields: LogFields }[] = [];
  const counted: string[] = [];
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ level, message, fields });
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const noteCalls = createNoteCalls(
    log,
    {
      coldsendAnswered: ({ result }) => void counted.push(result),
      slackAnswered: ({ result }) => void counted.push(result),
    },
    { isTokenRefused, isViewOutdated },
  );
  return { lines, counted, noteCalls };
}

const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), { code: 'ECONNREFUSED' });

test('a call to ColdSend that was not connected is written with the code, never with the message', () => {
  const { lines, counted, noteCalls } = setUp();
  noteCalls.coldsend({ result: 'not_done:no_connection', ms: 1.4, status: undefined, error: refused });
  const fields = { outcome: 'not_done:no_connection', status: undefined, code: 'ECONNREFUSED', ms: 1 };
  assert.deepEqual(lines, [{ level: 'warn', message: 'A call to ColdSend went wrong', fields }]);
  assert.deepEqual(counted, ['not_done:no_connection']);
});

test('what is the operator’s to mend is said with the setting or the status', () => {
  const { lines, noteCalls } = setUp();
  for (const [result, status] of [
    ['refused:wrong_address', 404],
    ['wrong_address', 308],
    ['refused:proxy_login', 407],
    ['refused:too_large', 413],
    ['refused:not_coldsend', 403],
    ['unchecked:not_coldsend', 403],
  ] as const)
    noteCalls.coldsend({ result, ms: 1, status, error: undefined });
  assert.deepEqual(
    lines.map(({ level, fields }) => [level, fields.status]),
    [404, 308, 407, 413, 403, 403].map((status) => ['warn', status]),
  );
  assert.match(lines[0]?.message ?? '', /COLDSEND_ADD_PATH/);
  assert.match(lines[1]?.message ?? '', /COLDSEND_ADD_PATH/);
  assert.equal(new Set(lines.map(({ message }) => message)).size, 4);
});

test('what is told in the thread, or went well, is not written', () => {
  const { lines, counted, noteCalls } = setUp();
  for (const result of ['added', 'exists', 'refused', 'works'])
    noteCalls.coldsend({ result, ms: 1, status: 200, error: undefined });
  for (const result of ['ok', 'not_found', 'not_begun'])
    noteCalls.slack({ method: 'views.update', result, ms: 1, error: undefined });
  assert.deepEqual(lines, []);
  assert.equal(counted.length, 7);
});

test('a call to Slack: why it was not reached, and what it refused', () => {
  const { lines, noteCalls } = setUp();
  const sdk = new Error('A request error occurred', { cause: refused });
  noteCalls.slack({ method: 'chat.postMessage', result: 'unavailable', ms: 1, error: sdk });
  noteCalls.slack({ method: 'users.info', result: 'missing_scope', ms: 1, error: new Error('x') });
  noteCalls.slack({ method: 'chat.postMessage', result: 'channel_not_found', ms: 1, error: new Error('x') });
  assert.deepEqual(
    lines.map(({ level, fields }) => [level, fields.code]),
    [
      ['warn', 'ECONNREFUSED'],
      ['warn', 'missing_scope'],
      ['info', 'channel_not_found'],
    ],
  );
});
