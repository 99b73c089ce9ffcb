import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyCheck } from '../../src/add-inbox/keys/key-check.ts';
import { readKeyCheck } from '../../src/coldsend/read-key-check.ts';
import { createForeignText } from '../../src/coldsend/words/foreign-text.ts';

const cases: [number, unknown, KeyCheck][] = [
  [422, { detail: [{ loc: ['body', 'email_address'], msg: 'Field required', type: 'missing' }] }, { kind: 'works' }],
  [400, { detail: 'Invalid request' }, { kind: 'works' }],
  [422, { detail: [] }, { kind: 'works' }],
  [422, { detail: { email_address: ['missing'] } }, { kind: 'works' }],
  ...[400, 401, 403, 409, 413, 422].flatMap((status) =>
    [
      undefined,
      '',
      '<html>Blocked</html>',
      'Forbidden',
      { message: 'Forbidden' },
      { error: 'Forbidden' },
      [{ detail: 'x' }],
      { type: 'about:blank', title: 'Forbidden', status, detail: 'Access denied by policy' },
    ].map((body): [number, unknown, KeyCheck] => [status, body, { kind: 'unchecked', why: 'not_coldsend' }]),
  ),
  [401, { detail: 'Invalid or revoked API key' }, { kind: 'refused', reason: 'Invalid or revoked API key' }],
  [
    403,
    { detail: 'Missing API key scopes: sender_accounts:write' },
    {
      kind: 'missing_scopes',
      reason: 'Missing API key scopes: sender_accounts:write',
      missingScopes: ['sender_accounts:write'],
    },
  ],
  [403, { detail: 'No' }, { kind: 'missing_scopes', reason: 'No', missingScopes: [] }],
  [404, { detail: 'Not Found' }, { kind: 'wrong_address', status: 404 }],
  [405, { detail: 'Method Not Allowed' }, { kind: 'wrong_address', status: 405 }],
  [410, '<html>', { kind: 'wrong_address', status: 410 }],
  [407, '<html>', { kind: 'proxy_login', status: 407 }],
  [200, {}, { kind: 'wrong_address', status: 200 }],
  [204, '', { kind: 'wrong_address', status: 204 }],
  [301, '', { kind: 'wrong_address', status: 301 }],
  [308, '', { kind: 'wrong_address', status: 308 }],
  [429, {}, { kind: 'unchecked', why: 'rate_limited' }],
  [500, '', { kind: 'unchecked', why: 'server_error' }],
  [503, '', { kind: 'unchecked', why: 'server_error' }],
  [408, { detail: 'Too slow' }, { kind: 'unchecked', why: 'unexpected_answer' }],
  [409, { detail: 'Email already exists' }, { kind: 'unchecked', why: 'unexpected_answer' }],
  [999, '', { kind: 'unchecked', why: 'not_coldsend' }],
];

for (const [status, body, expected] of cases) {
  test(`${status} with ${JSON.stringify(body)}: ${expected.kind}`, () => {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const checked = readKeyCheck(
      { kind: 'answered', answer: { status, headers: {}, body: text } },
      createForeignText([]),
    );
    assert.deepEqual(checked, expected);
  });
}

test('no answer leaves the key unchecked', () => {
  for (const kind of ['nothing_sent', 'no_answer'] as const)
    assert.deepEqual(readKeyCheck({ kind }, createForeignText([])), { kind: 'unchecked', why: 'no_answer' });
});
