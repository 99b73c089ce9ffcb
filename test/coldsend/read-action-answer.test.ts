import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionKind, ActionResult } from '../../src/add-inbox/actions/inbox-action.ts';
import { answering, clientFor } from './world/client-world.ts';
import { API_KEY } from './world/documented.ts';
import { openRawServer, rawAnswer } from './world/raw-server.ts';

const BOTH: ActionKind[] = ['test_email', 'remove'];

const answers: [status: number, body: string, expected: ActionResult, kinds?: ActionKind[]][] = [
  [200, '{"success":true,"message":"sent","message_id":null}', { kind: 'done' }],
  [200, '{"success":false,"message":"Inbox is paused"}', { kind: 'refused', reason: 'Inbox is paused', fields: [] }],
  [200, '{"success":false}', { kind: 'refused', reason: 'HTTP 200', fields: [] }],
  [200, '{"message":"ok"}', { kind: 'unknown', why: 'unexpected_answer' }, ['test_email']],
  [204, '', { kind: 'unknown', why: 'unexpected_answer' }, ['test_email']],
  [204, '', { kind: 'done' }, ['remove']],
  [200, '{"message":"ok"}', { kind: 'done' }, ['remove']],
  [200, 'null', { kind: 'done' }, ['remove']],
  [200, '<html>', { kind: 'unknown', why: 'unexpected_answer' }],
  [404, '{"detail":"Not Found"}', { kind: 'unsupported', status: 404 }],
  [404, '{"detail":"Cannot POST /sender-accounts/account/inbox"}', { kind: 'unsupported', status: 404 }],
  [404, '<html>No such inbox</html>', { kind: 'unsupported', status: 404 }],
  [404, '', { kind: 'unsupported', status: 404 }],
  [405, '{"detail":"Method Not Allowed for this inbox"}', { kind: 'unsupported', status: 405 }],
  [404, '{"detail":"Inbox not found"}', { kind: 'gone', reason: 'Inbox not found' }],
  [404, '{"detail":"Sender account does not exist"}', { kind: 'gone', reason: 'Sender account does not exist' }],
  [410, '{"detail":"This mailbox was deleted"}', { kind: 'gone', reason: 'This mailbox was deleted' }],
  [409, '{"detail":"In use by a campaign"}', { kind: 'refused', reason: 'In use by a campaign', fields: [] }],
  [401, '{"detail":"Invalid or revoked API key"}', keyRefused('Invalid or revoked API key', [])],
  [403, '{"detail":"Missing API key scopes: x:delete"}', keyRefused('Missing API key scopes: x:delete', ['x:delete'])],
  [429, '{"detail":"Retry after 7 seconds."}', { kind: 'not_done', why: 'rate_limited', retryAfterMs: 7_000 }],
  [500, '{"detail":"oops"}', { kind: 'unknown', why: 'server_error' }],
  [503, '{"detail":"Temporarily unavailable"}', { kind: 'not_done', why: 'unavailable', retryAfterMs: undefined }],
  [503, '<html>', { kind: 'unknown', why: 'answer_lost', status: 503 }],
];

function keyRefused(reason: string, missingScopes: string[]): ActionResult {
  return { kind: 'key_refused', reason, missingScopes };
}

for (const [status, body, expected, kinds = BOTH] of answers) {
  for (const kind of kinds) {
    test(`${kind}: ${status} ${body.slice(0, 40)} is ${expected.kind}`, async () => {
      const { result } = await callOnce(kind, rawAnswer(status, body));
      assert.deepEqual(result, expected);
    });
  }
}

test('what is sent: the documented method, path and body, whatever the configured path ends with', async () => {
  for (const addPath of ['/sender-accounts', 'sender-accounts/smtp', '/sender-accounts/smtp/']) {
    const test = await callOnce('test_email', rawAnswer(200, '{"success":true}'), { addPath });
    assert.equal(
      test.requests[0]?.head.split('\r\n')[0],
      'POST /api/public/v1/sender-accounts/i-1/test-email HTTP/1.1',
    );
    assert.deepEqual(JSON.parse(test.requests[0]?.body ?? ''), { recipient_email: 'me@acme.com' });
    const removal = await callOnce('remove', rawAnswer(204, ''), { addPath });
    assert.equal(removal.requests[0]?.head.split('\r\n')[0], 'DELETE /api/public/v1/sender-accounts/i-1 HTTP/1.1');
    assert.equal(removal.requests.length, 1);
  }
});

test('the id is foreign text: it stays one part of the path', async () => {
  const { requests } = await callOnce('remove', rawAnswer(204, ''), { inboxId: '../../keys?all=1#x y' });
  assert.equal(
    requests[0]?.head.split('\r\n')[0],
    'DELETE /api/public/v1/sender-accounts/..%2F..%2Fkeys%3Fall%3D1%23x%20y HTTP/1.1',
  );
});

test('a lost answer is unknown, and a key in the answer is not kept', async () => {
  const lost = await callOnce('remove', 'HTTP/1.1 2');
  assert.deepEqual(lost.result, { kind: 'unknown', why: 'answer_lost' });
  const { result } = await callOnce('remove', rawAnswer(400, JSON.stringify({ detail: `bad key ${API_KEY}` })));
  assert.doesNotMatch(JSON.stringify(result), new RegExp(API_KEY));
});

async function callOnce(kind: ActionKind, answer: string, { addPath = '/sender-accounts', inboxId = 'i-1' } = {}) {
  const server = await openRawServer(answering(answer));
  const client = clientFor(server.baseUrl, { addPath });
  const call = kind === 'remove' ? { kind, inboxId } : { kind, inboxId, recipient: 'me@acme.com' };
  try {
    return { result: await client.callInbox(API_KEY, call), requests: server.requests };
  } finally {
    await client.close();
    await server.close();
  }
}
