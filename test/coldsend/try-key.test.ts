import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyTrial } from '../../src/add-inbox/key-trial.ts';
import { createForeignText } from '../../src/coldsend/foreign-text.ts';
import { readKeyTrial } from '../../src/coldsend/try-key.ts';

const cases: [number, unknown, KeyTrial][] = [
  [422, { detail: [{ loc: ['body', 'email_address'], msg: 'Field required', type: 'missing' }] }, { kind: 'works' }],
  [400, { detail: 'Invalid request' }, { kind: 'works' }],
  [400, undefined, { kind: 'works' }],
  [401, { detail: 'Invalid or revoked API key' }, { kind: 'refused', reason: 'Invalid or revoked API key' }],
  [401, '', { kind: 'refused', reason: 'HTTP 401' }],
  [
    403,
    { detail: 'Missing API key scopes: sender_accounts:write' },
    {
      kind: 'missing_scopes',
      reason: 'Missing API key scopes: sender_accounts:write',
      missingScopes: ['sender_accounts:write'],
    },
  ],
  [403, '<html>', { kind: 'missing_scopes', reason: 'HTTP 403', missingScopes: [] }],
  [404, { detail: 'Not Found' }, { kind: 'wrong_address', status: 404 }],
  [405, { detail: 'Method Not Allowed' }, { kind: 'wrong_address', status: 405 }],
  [200, {}, { kind: 'wrong_address', status: 200 }],
  [204, '', { kind: 'wrong_address', status: 204 }],
  [301, '', { kind: 'wrong_address', status: 301 }],
  [308, '', { kind: 'wrong_address', status: 308 }],
  [429, {}, { kind: 'unchecked', why: 'rate_limited' }],
  [500, '', { kind: 'unchecked', why: 'server_error' }],
  [503, '', { kind: 'unchecked', why: 'server_error' }],
  [408, '', { kind: 'unchecked', why: 'unexpected_answer' }],
  [409, '', { kind: 'unchecked', why: 'unexpected_answer' }],
  [999, '', { kind: 'unchecked', why: 'unexpected_answer' }],
];

for (const [status, body, expected] of cases) {
  test(`${status} with ${JSON.stringify(body)}: ${expected.kind}`, () => {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const trial = readKeyTrial(
      { kind: 'answered', answer: { status, headers: {}, body: text } },
      createForeignText([]),
    );
    assert.deepEqual(trial, expected);
  });
}

test('no answer leaves the key unchecked', () => {
  for (const kind of ['nothing_sent', 'no_answer'] as const)
    assert.deepEqual(readKeyTrial({ kind }, createForeignText([])), { kind: 'unchecked', why: 'no_answer' });
});
