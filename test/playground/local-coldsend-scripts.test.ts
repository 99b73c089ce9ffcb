import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Agent, request } from 'undici';
import { startLocalColdsend } from '../../playground/local-coldsend/local-coldsend.ts';
import type { Script } from '../../playground/local-coldsend/script.ts';
import { FORBIDDEN_TEXT, JANE, KEY, OTHER_KEY, post, start } from './coldsend-requests.ts';

async function codeOf(failing: Promise<unknown>): Promise<unknown> {
  const error: unknown = await failing.then(
    () => assert.fail('it was answered'),
    (reason: unknown) => reason,
  );
  return error instanceof Error && 'code' in error ? error.code : error;
}

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
