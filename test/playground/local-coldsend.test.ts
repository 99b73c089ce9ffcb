import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Agent, request } from 'undici';
import { loadContract } from '../../playground/local-coldsend/contract.ts';
import { digestPassword } from '../../playground/local-coldsend/ledger.ts';
import {
  type LocalColdsend,
  type LocalColdsendOptions,
  startLocalColdsend,
} from '../../playground/local-coldsend/local-coldsend.ts';
import { createRateWindows } from '../../playground/local-coldsend/rate-windows.ts';
import type { Script } from '../../playground/local-coldsend/script.ts';

const KEY = 'cs_live_test0000000000000000000000000000abcd';
const OTHER_KEY = 'cs_live_test0000000000000000000000000000wxyz';

const JANE = {
  email_address: 'jane@acme.com',
  display_name: 'Jane',
  inbox_type: 'CUSTOM_SMTP',
  smtp_host: 'smtp.acme.com',
  smtp_port: 587,
  smtp_username: 'jane@acme.com',
  smtp_password: 'planted smtp secret',
  imap_host: 'imap.acme.com',
  imap_port: 993,
  imap_username: 'jane@acme.com',
  imap_password: 'planted imap secret',
  daily_limit: 30,
  smtp_use_tls: false,
  imap_use_ssl: true,
};

const REQUIRED = Object.keys(JANE).filter((name) => !['daily_limit', 'smtp_use_tls', 'imap_use_ssl'].includes(name));

const FORBIDDEN_TEXT = 'Missing API key scopes: sender_accounts:write';

async function start(t: TestContext, options?: LocalColdsendOptions): Promise<LocalColdsend> {
  const coldsend = await startLocalColdsend(options);
  t.after(() => coldsend.close());
  coldsend.addKey(KEY);
  return coldsend;
}

type Sent = {
  key?: string | undefined;
  path?: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

/** Sends `body` as JSON, or as it is where it is text or bytes, on a connection of its own. */
async function post({ url }: LocalColdsend, body: unknown, sent: Sent = {}) {
  const { key = KEY, path = '/sender-accounts', method = 'POST', headers, signal } = sent;
  const dispatcher = new Agent({ pipelining: 0 });
  try {
    const response = await request(url + path, {
      method,
      dispatcher,
      ...(signal === undefined ? {} : { signal }),
      headers: { 'Content-Type': 'application/json', ...(key === '' ? {} : { 'X-API-Key': key }), ...headers },
      body: method === 'GET' ? null : typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body),
    });
    const text = await response.body.text();
    return { status: response.statusCode, headers: response.headers, text, body: parseOrText(text) };
  } finally {
    await dispatcher.destroy();
  }
}

function parseOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function codeOf(failing: Promise<unknown>): Promise<unknown> {
  const error: unknown = await failing.then(
    () => assert.fail('it was answered'),
    (reason: unknown) => reason,
  );
  return error instanceof Error && 'code' in error ? error.code : error;
}

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

test('a query is noted as not documented', async (t) => {
  const coldsend = await start(t);
  assert.equal((await post(coldsend, JANE, { path: '/sender-accounts?debug=1' })).status, 200);
  assert.deepEqual(coldsend.ledger[0]?.contractErrors, ['query: none is documented']);
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

test('each key has its own rate, told on each answer, and gets 429 beyond it', async (t) => {
  let nowMs = 1_000_000_500;
  const coldsend = await start(t, { now: () => nowMs, rateLimits: [{ requests: 2, seconds: 60 }] });
  coldsend.addKey(OTHER_KEY);
  const rateOf = ({ headers }: Awaited<ReturnType<typeof post>>) =>
    ['limit', 'remaining', 'reset'].map((name) => headers[`x-ratelimit-${name}`]);
  assert.deepEqual(rateOf(await post(coldsend, JANE)), ['2', '1', '1000061']);
  nowMs += 10_000;
  assert.deepEqual(rateOf(await post(coldsend, {})), ['2', '0', '1000061']);
  const refused = await post(coldsend, {});
  assert.deepEqual([refused.status, refused.body], [429, { detail: 'Rate limit exceeded. Retry after 50 seconds.' }]);
  assert.deepEqual(rateOf(refused), ['2', '0', '1000061']);
  assert.equal((await post(coldsend, JANE, { key: OTHER_KEY })).status, 200);
  nowMs += 50_000;
  assert.equal((await post(coldsend, {})).status, 422);
});

test('rate windows roll, and the fuller one is told', () => {
  let nowMs = 0;
  const windows = createRateWindows(
    [
      { requests: 2, seconds: 10 },
      { requests: 3, seconds: 100 },
    ],
    () => nowMs,
  );
  assert.equal(windows.take('a').headers['X-RateLimit-Limit'], '2');
  nowMs = 9_999;
  assert.equal(windows.take('a').retryAfterSeconds, undefined);
  assert.equal(windows.take('a').retryAfterSeconds, 1);
  nowMs = 10_000;
  const third = windows.take('a');
  assert.deepEqual([third.retryAfterSeconds, third.headers['X-RateLimit-Remaining']], [undefined, '0']);
  nowMs = 30_000;
  const fourth = windows.take('a');
  assert.deepEqual([fourth.retryAfterSeconds, fourth.headers['X-RateLimit-Limit']], [70, '3']);
  assert.equal(windows.take('b').retryAfterSeconds, undefined);
});

test('the ledger has every request in order, without a secret, and what was typed can still be compared', async (t) => {
  const coldsend = await start(t, { now: () => 7 });
  await post(coldsend, JANE);
  await post(coldsend, { inboxes: [{ smtp_password: 'planted deep secret' }] }, { key: 'cs_live_x' });
  const [first, second] = coldsend.ledger;
  assert.deepEqual(
    [first?.at, first?.method, first?.path, first?.key, first?.headers['x-api-key'], first?.bodyComplete],
    [7, 'POST', '/api/public/v1/sender-accounts', 'key 1', '…abcd', true],
  );
  assert.deepEqual(first?.body, { ...JANE, smtp_password: '********', imap_password: '********' });
  assert.deepEqual(first?.contractErrors, []);
  assert.deepEqual(first?.passwordDigests, {
    smtp_password: digestPassword('planted smtp secret'),
    imap_password: digestPassword('planted imap secret'),
  });
  assert.deepEqual([second?.key, second?.headers['x-api-key']], [undefined, '…']);
  assert.notEqual(first?.connection, second?.connection);
  assert.doesNotMatch(JSON.stringify([coldsend.ledger, coldsend.accounts]), /planted|cs_live_/);
});

test('the ledger shows when a connection is used again', async (t) => {
  const coldsend = await start(t);
  const dispatcher = new Agent({ connections: 1 });
  t.after(() => dispatcher.destroy());
  for (const _ of [1, 2]) {
    const { body } = await request(`${coldsend.url}/sender-accounts`, { method: 'POST', dispatcher });
    await body.dump();
  }
  assert.deepEqual(
    coldsend.ledger.map(({ connection }) => connection),
    [1, 1],
  );
});

test('a request whose body never came whole is in the ledger and adds nothing', async (t) => {
  const coldsend = await start(t);
  const { port } = new URL(coldsend.url);
  const body = JSON.stringify(JANE);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `POST /api/public/v1/sender-accounts HTTP/1.1\r\nHost: x\r\nX-API-Key: ${KEY}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, -1)}`,
  );
  await coldsend.waitFor(() => true);
  socket.destroy();
  const entry = await coldsend.waitFor(({ answered }) => answered === 'client_left');
  assert.deepEqual([entry.bodyComplete, entry.body, entry.key], [false, undefined, 'key 1']);
  assert.deepEqual([coldsend.ledger.length, coldsend.accounts.length], [1, 0]);
});

test('listeners hear of each request once, before it is answered, until they leave', async (t) => {
  const coldsend = await start(t);
  const heard: unknown[] = [];
  const leave = coldsend.onRequest(({ bodyComplete, answered }) => heard.push([bodyComplete, answered]));
  await post(coldsend, JANE);
  assert.deepEqual(heard, [[true, undefined]]);
  leave();
  await post(coldsend, JANE);
  assert.equal(heard.length, 1);
});

test('waitFor finds requests that came, waits for those to come, and gives up at the close', async (t) => {
  const coldsend = await startLocalColdsend();
  t.after(() => coldsend.close().catch(() => undefined));
  const to409 = coldsend.waitFor(({ answered }) => typeof answered === 'object' && answered.status === 409);
  coldsend.addKey(KEY);
  await post(coldsend, JANE);
  await post(coldsend, JANE);
  assert.equal(await to409, coldsend.ledger[1]);
  assert.equal(await coldsend.waitFor(() => true), coldsend.ledger[0]);
  const never = assert.rejects(
    coldsend.waitFor(() => false),
    /closed/,
  );
  await coldsend.close();
  await never;
});

const scripted: [name: string, script: Script, status: number, body: unknown, headers?: Record<string, unknown>][] = [
  ['a failed login', { kind: 'login_failed', reason: 'bad' }, 400, { detail: 'Connection failed: bad' }],
  [
    'field errors with the echo of the input',
    { kind: 'field_errors', errors: [{ loc: ['body', 'smtp_port'], msg: 'no', type: 'x', input: 1 }] },
    422,
    { detail: [{ loc: ['body', 'smtp_port'], msg: 'no', type: 'x', input: 1 }] },
  ],
  ['a refused key', { kind: 'key_refused' }, 401, { detail: 'Invalid or revoked API key' }],
  ['missing scopes as text', { kind: 'scopes_missing', form: 'text' }, 403, { detail: FORBIDDEN_TEXT }],
  [
    'missing scopes as lists',
    { kind: 'scopes_missing', form: 'list' },
    403,
    {
      detail: 'Missing required scopes: sender_accounts:write',
      error: 'insufficient_scopes',
      required: ['sender_accounts:write'],
      granted: [],
    },
  ],
  [
    'missing scopes as lists without error',
    { kind: 'scopes_missing', form: 'list_without_error' },
    403,
    {
      detail: 'Missing required scopes: sender_accounts:write',
      required: ['sender_accounts:write'],
      granted: [],
    },
  ],
  ['another 403', { kind: 'refused', status: 403, detail: 'Plan limit' }, 403, { detail: 'Plan limit' }],
  ['a 404', { kind: 'refused', status: 404, detail: 'Not Found' }, 404, { detail: 'Not Found' }],
  ['a 409', { kind: 'exists' }, 409, { detail: 'Email already exists' }],
  [
    'a 429 with words and reset',
    { kind: 'rate_limited' },
    429,
    { detail: 'Rate limit exceeded. Retry after 60 seconds.' },
    { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1060', 'retry-after': undefined },
  ],
  [
    'a 429 with Retry-After alone',
    { kind: 'rate_limited', detail: 'Slow down', retryAfter: '7', reset: false },
    429,
    { detail: 'Slow down' },
    { 'x-ratelimit-limit': undefined, 'x-ratelimit-reset': undefined, 'retry-after': '7' },
  ],
  [
    'a 429 of nonsense',
    { kind: 'rate_limited', detail: 'Retry after -1e9 seconds', retryAfter: 'soon', reset: 'NaN' },
    429,
    { detail: 'Retry after -1e9 seconds' },
    { 'x-ratelimit-reset': 'NaN', 'retry-after': 'soon' },
  ],
  ['a 500', { kind: 'server_error', status: 500 }, 500, { detail: 'Internal server error' }],
  [
    'a 502',
    { kind: 'server_error', status: 502 },
    502,
    '<html><h1>502 Bad Gateway</h1></html>',
    { 'content-type': 'text/html' },
  ],
  [
    'a 503',
    { kind: 'server_error', status: 503, retryAfter: '3' },
    503,
    { detail: 'Service temporarily unavailable' },
    { 'retry-after': '3' },
  ],
  [
    'a redirect',
    { kind: 'redirect', status: 307, location: 'https://elsewhere.example' },
    307,
    '',
    { location: 'https://elsewhere.example' },
  ],
  ['an answer that is not JSON', { kind: 'raw', status: 200, body: 'OK' }, 200, 'OK'],
  ['an empty answer', { kind: 'raw', status: 200, body: '' }, 200, ''],
  ['an answer of the wrong shape', { kind: 'raw', status: 200, body: '{"success":"yes"}' }, 200, { success: 'yes' }],
  [
    'a raw answer with headers of its own',
    { kind: 'raw', status: 418, headers: { 'content-type': 'text/plain', 'X-RateLimit-Limit': 'x' }, body: 'tea' },
    418,
    'tea',
    { 'content-type': 'text/plain', 'x-ratelimit-limit': 'x' },
  ],
];

for (const [name, script, status, body, headers = {}] of scripted) {
  test(`a script answers ${name} once, and adds only where it says so`, async (t) => {
    const coldsend = await start(t, { now: () => 1_000_000 });
    coldsend.answerNext(script);
    const answer = await post(coldsend, JANE);
    assert.deepEqual([answer.status, answer.body], [status, body]);
    for (const [header, value] of Object.entries(headers)) assert.equal(answer.headers[header], value, header);
    assert.deepEqual(coldsend.ledger[0]?.answered, { status, body: answer.text === '' ? '' : rawOr(script, body) });
    assert.equal(coldsend.accounts.length, 0);

    coldsend.answerNext({ ...script, added: true });
    assert.equal((await post(coldsend, JANE)).status, status);
    assert.equal(coldsend.accounts.length, 1);
    assert.equal((await post(coldsend, JANE)).status, 409);
  });
}

/** The ledger keeps raw answers as the text they are. */
function rawOr(script: Script, body: unknown): unknown {
  return script.kind === 'raw' ? script.body : body;
}

for (const overallStatus of ['PENDING', 'PAUSED', 'DISABLED', 'SOMETHING_NEW']) {
  test(`an account can be added as ${overallStatus}, with 201`, async (t) => {
    const coldsend = await start(t);
    coldsend.answerNext({ kind: 'added', overallStatus, status: 201 });
    const answer = await post(coldsend, JANE);
    assert.equal(answer.status, 201);
    assert.match(answer.text, new RegExp(`"overall_status":"${overallStatus}"`));
    assert.equal(coldsend.accounts[0]?.overall_status, overallStatus);
  });
}

test('success: false says why in the documented form, and adds nothing', async (t) => {
  const coldsend = await start(t);
  coldsend.answerNext({ kind: 'not_added', message: 'No seats left' });
  const answer = await post(coldsend, JANE);
  assert.equal(answer.status, 200);
  assert.match(answer.text, /^\{"success":false,"message":"No seats left","inbox_id":/);
  assert.equal(coldsend.accounts.length, 0);
});

test('a script that adds waits for a request that passes the checks', async (t) => {
  const coldsend = await start(t);
  coldsend.answerNext({ kind: 'added', overallStatus: 'PENDING' });
  assert.equal((await post(coldsend, {})).status, 422);
  assert.equal((await post(coldsend, JANE, { key: OTHER_KEY })).status, 401);
  await post(coldsend, JANE);
  assert.equal(coldsend.accounts[0]?.overall_status, 'PENDING');
});

test('a request that fails the checks is never added, whatever the script says', async (t) => {
  const coldsend = await start(t);
  coldsend.answerNext({ kind: 'server_error', status: 500, added: true });
  assert.equal((await post(coldsend, {})).status, 500);
  assert.equal(coldsend.accounts.length, 0);
});

test('scripts can be aimed at an address and at a key, last several times, and come in order', async (t) => {
  const coldsend = await start(t);
  coldsend.addKey(OTHER_KEY);
  const joe = { ...JANE, email_address: 'joe@acme.com' };
  coldsend.answerNext({ kind: 'server_error', status: 500 }, { forAddress: 'JOE@acme.com', times: 2 });
  coldsend.answerNext({ kind: 'server_error', status: 503 }, { forKey: OTHER_KEY });
  coldsend.answerNext({ kind: 'exists' });
  const statuses = [];
  for (const [body, key] of [
    [joe, KEY],
    [JANE, OTHER_KEY],
    [JANE, KEY],
    [joe, KEY],
    [joe, KEY],
    [JANE, OTHER_KEY],
  ] as const) {
    statuses.push((await post(coldsend, body, { key })).status);
  }
  assert.deepEqual(statuses, [500, 503, 409, 500, 200, 200]);
});

test('a script for always lasts until it is taken back, behind those for the next', async (t) => {
  const coldsend = await start(t);
  coldsend.answerAlways({ kind: 'server_error', status: 503 });
  coldsend.answerNext({ kind: 'exists' });
  assert.equal((await post(coldsend, JANE)).status, 409);
  assert.equal((await post(coldsend, JANE)).status, 503);
  assert.equal((await post(coldsend, JANE)).status, 503);
  coldsend.answerAlways(undefined);
  assert.equal((await post(coldsend, JANE)).status, 200);
});

test('an answer can be larger than a client should take', async (t) => {
  const coldsend = await start(t);
  coldsend.answerNext({ kind: 'raw', status: 200, body: `"${'x'.repeat(1_100_000)}"` });
  assert.equal((await post(coldsend, JANE)).text.length, 1_100_002);
});

for (const afterBytes of [0, 20]) {
  test(`an answer cut off after ${afterBytes} bytes breaks off while the account stays added`, async (t) => {
    const coldsend = await start(t);
    coldsend.answerNext({ kind: 'cut_off', afterBytes });
    const dispatcher = new Agent({ pipelining: 0 });
    t.after(() => dispatcher.destroy());
    const answer = await request(`${coldsend.url}/sender-accounts`, {
      method: 'POST',
      dispatcher,
      headers: { 'Content-Type': 'application/json', 'X-API-Key': KEY },
      body: JSON.stringify(JANE),
    });
    let received = '';
    const reading = (async () => {
      for await (const chunk of answer.body) received += chunk;
    })();
    assert.equal(await codeOf(reading), 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH');
    assert.deepEqual([answer.statusCode, received.length], [200, afterBytes]);
    assert.equal(coldsend.ledger[0]?.answered, 'cut');
    assert.equal(coldsend.accounts.length, 1);
  });
}

test('a cut off answer can be any other, and of an account that is not added', async (t) => {
  const coldsend = await start(t);
  coldsend.answerNext({ kind: 'cut_off', afterBytes: 5, of: { kind: 'exists' } });
  await assert.rejects(post(coldsend, JANE));
  coldsend.answerNext({ kind: 'cut_off', afterBytes: 5, added: false });
  await assert.rejects(post(coldsend, JANE));
  assert.equal(coldsend.accounts.length, 0);
});

test('a reset before reading leaves the body unread', async (t) => {
  const coldsend = await start(t);
  coldsend.answerNext({ kind: 'reset', when: 'before_reading' }, { forKey: KEY });
  assert.equal((await post(coldsend, JANE, { key: OTHER_KEY })).status, 401);
  assert.equal(await codeOf(post(coldsend, JANE)), 'ECONNRESET');
  const entry = coldsend.ledger[1];
  assert.deepEqual([entry?.answered, entry?.bodyComplete, entry?.body], ['reset', false, undefined]);
  assert.equal((await post(coldsend, JANE)).status, 200);
  assert.throws(() => coldsend.answerNext({ kind: 'reset', when: 'before_reading' }, { forAddress: 'a@b.c' }));
});

test('a reset after reading adds only where it says so', async (t) => {
  const coldsend = await start(t);
  coldsend.answerNext({ kind: 'reset', when: 'after_reading' });
  assert.equal(await codeOf(post(coldsend, JANE)), 'ECONNRESET');
  assert.deepEqual([coldsend.ledger[0]?.answered, coldsend.ledger[0]?.bodyComplete], ['reset', true]);
  assert.equal(coldsend.accounts.length, 0);
  coldsend.answerNext({ kind: 'reset', when: 'after_reading', added: true });
  await assert.rejects(post(coldsend, JANE));
  assert.equal(coldsend.accounts.length, 1);
});

test('a lost answer leaves the account added, or not', async (t) => {
  const coldsend = await start(t);
  coldsend.answerNext({ kind: 'lost_answer', added: false });
  assert.equal(await codeOf(post(coldsend, JANE)), 'UND_ERR_SOCKET');
  assert.deepEqual([coldsend.ledger[0]?.answered, coldsend.accounts.length], ['cut', 0]);
  coldsend.answerNext({ kind: 'lost_answer' });
  await assert.rejects(post(coldsend, JANE));
  assert.equal(coldsend.accounts.length, 1);
  assert.equal((await post(coldsend, JANE)).status, 409);
});

test('a hang stays silent until the client leaves, or the server is closed', async (t) => {
  const coldsend = await startLocalColdsend();
  t.after(() => coldsend.close().catch(() => undefined));
  coldsend.addKey(KEY);
  coldsend.answerNext({ kind: 'hang' }, { times: 2 });
  const patience = new AbortController();
  const first = assert.rejects(post(coldsend, JANE, { signal: patience.signal }));
  await coldsend.waitFor(({ answered }) => answered === 'hung');
  patience.abort();
  await first;
  const second = assert.rejects(post(coldsend, JANE));
  await coldsend.waitFor((entry) => entry === coldsend.ledger[1] && entry.answered === 'hung');
  assert.equal(coldsend.accounts.length, 0);
  await coldsend.close();
  await second;
});

test('a hang can begin in the middle of an answer, and after the account was added', async (t) => {
  const coldsend = await start(t);
  coldsend.answerNext({ kind: 'hang', afterBytes: 10 });
  const dispatcher = new Agent({ bodyTimeout: 50 });
  t.after(() => dispatcher.destroy());
  const answer = await request(`${coldsend.url}/sender-accounts`, {
    method: 'POST',
    dispatcher,
    headers: { 'Content-Type': 'application/json', 'X-API-Key': KEY },
    body: JSON.stringify(JANE),
  });
  assert.equal(answer.statusCode, 200);
  assert.equal(await codeOf(answer.body.text()), 'UND_ERR_BODY_TIMEOUT');
  assert.equal(coldsend.accounts.length, 1);
  coldsend.answerNext({ kind: 'hang', added: true }, { forAddress: 'joe@acme.com' });
  const silent = assert.rejects(post(coldsend, { ...JANE, email_address: 'joe@acme.com' }));
  await coldsend.waitFor((entry) => entry === coldsend.ledger[1] && entry.answered === 'hung');
  assert.equal(coldsend.accounts.length, 2);
  coldsend.reset();
  await silent;
});

test('a slow answer goes on as any other script', async (t) => {
  const coldsend = await start(t);
  coldsend.answerNext({ kind: 'slow', delayMs: 20, of: { kind: 'added', overallStatus: 'PENDING' } });
  const began = performance.now();
  assert.match((await post(coldsend, JANE)).text, /PENDING/);
  assert.ok(performance.now() - began >= 19);
  coldsend.answerNext({ kind: 'slow', delayMs: 1, of: { kind: 'slow', delayMs: 1, of: { kind: 'lost_answer' } } });
  await assert.rejects(post(coldsend, { ...JANE, email_address: 'joe@acme.com' }));
  assert.equal(coldsend.accounts.length, 2);
  coldsend.answerNext({ kind: 'slow', delayMs: 1 });
  assert.equal((await post(coldsend, JANE)).status, 409);
});

test('an account is added also when the client does not wait for a slow answer', async (t) => {
  const coldsend = await start(t);
  coldsend.answerNext({ kind: 'slow', delayMs: 50 });
  const patience = new AbortController();
  const leave = coldsend.onRequest(() => patience.abort());
  await assert.rejects(post(coldsend, JANE, { signal: patience.signal }));
  leave();
  await coldsend.waitFor(({ answered }) => answered === 'client_left');
  assert.equal(coldsend.accounts.length, 1);
});

test('a slow drip comes whole in the end', async (t) => {
  const coldsend = await start(t);
  coldsend.answerNext({ kind: 'drip', bytes: 8, everyMs: 1, of: { kind: 'exists' } });
  const answer = await post(coldsend, JANE);
  assert.deepEqual([answer.status, answer.body], [409, { detail: 'Email already exists' }]);
  coldsend.answerNext({ kind: 'drip', bytes: 1, everyMs: 1 });
  const patience = new AbortController();
  const left = assert.rejects(post(coldsend, JANE, { signal: patience.signal }));
  await coldsend.waitFor((entry) => entry === coldsend.ledger[1] && entry.bodyComplete);
  patience.abort();
  await left;
  await coldsend.waitFor(({ answered }) => answered === 'client_left');
});

test('a reset forgets all but the keys, and breaks off what is unanswered', async (t) => {
  const coldsend = await start(t, { rateLimits: [{ requests: 2, seconds: 60 }] });
  await post(coldsend, JANE);
  coldsend.answerNext({ kind: 'slow', delayMs: 60_000 });
  const slow = assert.rejects(post(coldsend, { ...JANE, email_address: 'joe@acme.com' }));
  await coldsend.waitFor((entry) => entry === coldsend.ledger[1] && entry.bodyComplete);
  coldsend.answerNext({ kind: 'exists' });
  coldsend.answerAlways({ kind: 'exists' });
  coldsend.reset();
  await slow;
  assert.deepEqual([coldsend.ledger.length, coldsend.accounts.length], [0, 0]);
  assert.equal((await post(coldsend, JANE)).status, 200);
  assert.deepEqual([coldsend.ledger.length, coldsend.accounts.length], [1, 1]);
});

test('a port that is taken is an error', async (t) => {
  const coldsend = await start(t);
  await assert.rejects(startLocalColdsend({ port: Number(new URL(coldsend.url).port) }), /EADDRINUSE/);
});

test('an answer that claims to be documented and is not is found out', () => {
  const { assertAnswer } = loadContract();
  assert.throws(() => assertAnswer(200, { success: true }), /not an answer of ColdSend's/);
  assert.throws(() => assertAnswer(400, { message: 'no detail' }));
  assert.throws(() => assertAnswer(422, { detail: [{ msg: 'no loc' }] }));
});
