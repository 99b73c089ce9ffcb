import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORBIDDEN_TEXT, JANE, KEY, OTHER_KEY, post, start } from './coldsend-requests.ts';

const REQUIRED = Object.keys(JANE).filter((name) => !['daily_limit', 'smtp_use_tls', 'imap_use_ssl'].includes(name));

test('a complete account is added and answered with the documented 9 fields', async (t) => {
  const coldsend = await start(t, { now: () => Date.parse('2026-01-02T03:04:05Z') });
  const answer = await post(coldsend, JANE);
  assert.equal(answer.status, 200);
  assert.match(answer.text, /"inbox_id":"[0-9a-f]{8}-[0-9a-f-]{27}"/);
  assert.deepEqual(answer.body, {
    success: true,
    message: 'Sender account added successfully',
    inbox_id: coldsend.accounts[0]?.inbox_id,
    email_address: 'jane@acme.com',
    display_name: 'Jane',
    inbox_type: 'CUSTOM_SMTP',
    daily_limit: 30,
    overall_status: 'ACTIVE',
    created_at: '2026-01-02T03:04:05.000Z',
  });
});

test('what was added is kept with all 14 fields and its key, without the passwords', async (t) => {
  const coldsend = await start(t);
  await post(coldsend, JANE);
  const [account] = coldsend.accounts;
  const { inbox_id: _, created_at: __, ...kept } = account ?? assert.fail('nothing was kept');
  assert.deepEqual(kept, {
    ...JANE,
    smtp_password: '********',
    imap_password: '********',
    overall_status: 'ACTIVE',
    key: 'key 1',
  });
});

test('fields that may be left out get the defaults of the contract', async (t) => {
  const coldsend = await start(t);
  const { daily_limit: _, smtp_use_tls: __, imap_use_ssl: ___, ...required } = JANE;
  assert.equal((await post(coldsend, required)).status, 200);
  const [account] = coldsend.accounts;
  assert.deepEqual([account?.daily_limit, account?.smtp_use_tls, account?.imap_use_ssl], [100, true, true]);
});

test('an address is taken once, whatever its case, by each customer, over all of their keys', async (t) => {
  const coldsend = await start(t);
  coldsend.addKey(OTHER_KEY);
  coldsend.addKey('cs_live_replacement', { customer: KEY });
  await post(coldsend, JANE);
  const again = await post(coldsend, { ...JANE, email_address: 'JANE@Acme.com' });
  assert.deepEqual([again.status, again.body], [409, { detail: 'Email already exists' }]);
  assert.equal((await post(coldsend, JANE, { key: 'cs_live_replacement' })).status, 409);
  assert.equal((await post(coldsend, JANE, { key: OTHER_KEY })).status, 200);
  assert.equal(coldsend.accounts.length, 2);
});

test('an empty object is answered with each of the required fields', async (t) => {
  const coldsend = await start(t);
  const answer = await post(coldsend, {});
  assert.equal(answer.status, 422);
  assert.deepEqual(answer.body, {
    detail: REQUIRED.map((name) => ({ loc: ['body', name], msg: 'Field required', type: 'missing' })),
  });
});

const broken: [name: string, field: string, change: Record<string, unknown>, type: string][] = [
  ['an address that is too short', 'email_address', { email_address: 'a@b' }, 'string_too_short'],
  ['an address that is too long', 'email_address', { email_address: `${'a'.repeat(250)}@b.com` }, 'string_too_long'],
  ['an empty name', 'display_name', { display_name: '' }, 'string_too_short'],
  ['an unknown inbox type', 'inbox_type', { inbox_type: 'GMAIL' }, 'enum'],
  ['a port as text', 'smtp_port', { smtp_port: '587' }, 'integer_type'],
  ['a port of 0', 'smtp_port', { smtp_port: 0 }, 'greater_than_equal'],
  ['a port above 65535', 'imap_port', { imap_port: 65_536 }, 'less_than_equal'],
  ['a fraction of a port', 'imap_port', { imap_port: 993.5 }, 'integer_type'],
  ['an empty password', 'smtp_password', { smtp_password: '' }, 'string_too_short'],
  ['a password of 501', 'imap_password', { imap_password: 'x'.repeat(501) }, 'string_too_long'],
  ['a daily limit of 0', 'daily_limit', { daily_limit: 0 }, 'greater_than_equal'],
  ['a flag as text', 'smtp_use_tls', { smtp_use_tls: 'true' }, 'boolean_type'],
  ['null for a host', 'imap_host', { imap_host: null }, 'string_type'],
  ['a field that is not documented', 'note', { note: 'hello' }, 'extra_forbidden'],
];

for (const [name, field, change, type] of broken) {
  test(`${name} is a validation error of its field and adds nothing`, async (t) => {
    const coldsend = await start(t);
    const answer = await post(coldsend, { ...JANE, ...change });
    assert.equal(answer.status, 422);
    assert.match(
      answer.text,
      new RegExp(`^\\{"detail":\\[\\{"loc":\\["body","${field}"\\],.*"type":"${type}"\\}\\]\\}$`),
    );
    assert.equal(coldsend.ledger[0]?.contractErrors.length, 1);
    assert.equal(coldsend.accounts.length, 0);
  });
}

test('bounds count characters, not code units', async (t) => {
  const coldsend = await start(t);
  assert.equal((await post(coldsend, { ...JANE, smtp_password: '🔑'.repeat(500) })).status, 200);
});

for (const [name, body] of [
  ['garbage', 'smtp_password=planted'],
  ['half of a JSON text', '{"email_address":'],
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ['an empty body', ''],
  ['an array', []],
  ['null', 'null'],
] as const) {
  test(`${name} is a validation error of the body`, async (t) => {
    const coldsend = await start(t);
    const answer = await post(coldsend, body);
    assert.equal(answer.status, 422);
    assert.match(answer.text, /^\{"detail":\[\{"loc":\["body"\],/);
    assert.equal(coldsend.ledger[0]?.contractErrors.length, 1);
  });
}

test('a body that is not called JSON is not taken', async (t) => {
  const coldsend = await start(t);
  const answer = await post(coldsend, JANE, { headers: { 'Content-Type': 'text/plain' } });
  assert.equal(answer.status, 422);
  assert.equal(coldsend.ledger[0]?.contractErrors[0], 'Content-Type: not application/json');
});

test('other paths and methods are 404 and 405, whatever the key', async (t) => {
  const coldsend = await start(t);
  const elsewhere = await post(coldsend, JANE, { path: '/sender-accounts/smtp', key: 'cs_live_nobody' });
  assert.deepEqual([elsewhere.status, elsewhere.body], [404, { detail: 'Not Found' }]);
  assert.equal((await post(coldsend, JANE, { path: '/../../sender-accounts' })).status, 404);
  const got = await post(coldsend, undefined, { method: 'GET' });
  assert.deepEqual([got.status, got.headers.allow], [405, 'POST']);
  assert.deepEqual(
    coldsend.ledger.map(({ contractErrors }) => contractErrors[0]),
    ['path: not documented', 'path: not documented', 'method: not documented'],
  );
});

test('the path can be that of newer deployments', async (t) => {
  const coldsend = await start(t, { path: '/sender-accounts/smtp' });
  assert.equal((await post(coldsend, JANE, { path: '/sender-accounts/smtp' })).status, 200);
  assert.equal((await post(coldsend, JANE)).status, 404);
});

test('a missing, an unknown and a revoked key are refused before the body is looked at', async (t) => {
  const coldsend = await start(t);
  const missing = await post(coldsend, {}, { key: '' });
  assert.deepEqual([missing.status, missing.body], [401, { detail: 'API key required' }]);
  const unknown = await post(coldsend, {}, { key: OTHER_KEY });
  assert.deepEqual([unknown.status, unknown.body], [401, { detail: 'Invalid or revoked API key' }]);
  coldsend.revokeKey(KEY);
  const revoked = await post(coldsend, JANE);
  assert.deepEqual([revoked.status, revoked.body], [401, { detail: 'Invalid or revoked API key' }]);
  assert.equal(revoked.headers['x-ratelimit-limit'], undefined);
  assert.equal(coldsend.accounts.length, 0);
  assert.throws(() => coldsend.revokeKey('cs_live_nobody'));
});

test('a key needs one of the two names of the scope', async (t) => {
  const coldsend = await start(t);
  coldsend.addKey('cs_live_newer', { scopes: ['sender_accounts:create'] });
  coldsend.addKey('cs_live_reader', { scopes: ['sender_accounts:read'] });
  const refused = await post(coldsend, {}, { key: 'cs_live_reader' });
  assert.deepEqual([refused.status, refused.body], [403, { detail: FORBIDDEN_TEXT }]);
  assert.equal((await post(coldsend, JANE, { key: 'cs_live_newer' })).status, 200);
});
