import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAboutLogin } from '../../../src/add-inbox/request/is-about-login.ts';
import type { Outcome, Refusal } from '../../../src/add-inbox/request/outcome.ts';

function refused(change: Partial<Refusal>): Outcome {
  return { kind: 'refused', reason: '', fields: [], ...change };
}

test('a refusal is about the login if its words or its fields are', () => {
  for (const reason of [
    'Connection failed',
    'Connection failed: [Errno 111] refused',
    'SMTP authentication error: 535 5.7.8 Error',
    'Could not log in to the mailbox',
    'Login failed',
    'Invalid credentials',
    'Username and Password not accepted',
    'The request timed out',
    'TLS handshake error',
    'Could not verify this account',
  ]) {
    assert.ok(isAboutLogin(refused({ reason })), reason);
  }
  assert.ok(isAboutLogin(refused({ fields: [{ field: 'imap_host', reason: 'not found' }] })));
});

test('no other refusal is', () => {
  for (const reason of ['', 'Invalid request', 'The plan is full.', 'HTTP 402', 'Your author profile is incomplete']) {
    assert.ok(!isAboutLogin(refused({ reason })), reason);
  }
  const connection = { reason: 'Connection failed' };
  for (const outcome of [
    undefined,
    refused({ fields: [{ field: 'daily_limit', reason: 'too high' }] }),
    refused({ ...connection, lostPermission: 'guest' }),
    refused({ ...connection, trouble: { kind: 'not_coldsend', status: 403, isColdsends: false } }),
    { kind: 'exists', ...connection },
    { kind: 'key_refused', ...connection, missingScopes: [] },
    { kind: 'unknown', why: 'answer_lost' },
  ] satisfies (Outcome | undefined)[]) {
    assert.ok(!isAboutLogin(outcome), JSON.stringify(outcome));
  }
});
