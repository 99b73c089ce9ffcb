import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SendResult } from '../../src/add-inbox/outcome.ts';
import type { AnswerHeaders } from '../../src/coldsend/answer.ts';
import { senderAccountAdded } from '../../src/coldsend/contract.ts';
import { createForeignText } from '../../src/coldsend/foreign-text.ts';
import { readAnswer } from '../../src/coldsend/read-answer.ts';
import { readKeyTrial } from '../../src/coldsend/try-key.ts';
import { ADDED, ADDED_BODY } from './documented.ts';

const NOW = Date.UTC(2025, 5, 1, 10, 0, 0);
const clean = createForeignText([]);

const unexpected: SendResult = { kind: 'unknown', why: 'unexpected_answer' };
const serverError: SendResult = { kind: 'unknown', why: 'server_error' };

function read(status: number, body: unknown, headers: AnswerHeaders = {}): SendResult {
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  return readAnswer({ status, headers, body: text }, NOW, clean);
}

for (const status of [200, 201, 202]) {
  test(`${status} with the documented answer is added`, () => {
    assert.deepEqual(read(status, ADDED_BODY), ADDED);
  });
}

test('overall_status is kept as it came', () => {
  const result = read(200, { ...ADDED_BODY, overall_status: 'Warming up (2/14)' });
  assert.equal(result.kind === 'added' && result.account.overall_status, 'Warming up (2/14)');
});

test('success: false is refused with its message, whatever else is there', () => {
  const refused = { kind: 'refused', reason: 'Connection failed', fields: [] };
  assert.deepEqual(read(200, { ...ADDED_BODY, success: false, message: 'Connection failed' }), refused);
  assert.deepEqual(read(200, { success: false, message: 'Connection failed' }), refused);
  assert.deepEqual(read(200, { success: false }), { ...refused, reason: 'HTTP 200' });
});

for (const [what, body] of Object.entries({
  'is lost': undefined,
  'is empty': '',
  'is cut off': JSON.stringify(ADDED_BODY).slice(0, -1),
  'is HTML': '<html>Welcome</html>',
  'is null': 'null',
  'is a list': [ADDED_BODY],
  'is a string': '"ok"',
  'says nothing of success': { ...ADDED_BODY, success: undefined },
  'says success in a string': { ...ADDED_BODY, success: 'true' },
  'has success and nothing else': { success: true },
  'has an inbox_id that is none': { ...ADDED_BODY, inbox_id: 'x' },
})) {
  test(`a 2xx whose body ${what} is unknown`, () => {
    assert.deepEqual(read(200, body), unexpected);
    assert.deepEqual(read(204, body), unexpected);
  });
}

for (const status of [300, 301, 302, 303, 304, 307, 308, 600, 999]) {
  test(`${status} is unknown, even with the documented answer`, () => {
    assert.deepEqual(read(status, ADDED_BODY), unexpected);
  });
}

for (const status of [500, 501, 502, 504, 520, 599]) {
  test(`${status} is unknown, even with the documented answer`, () => {
    assert.deepEqual(read(status, ADDED_BODY), serverError);
    assert.deepEqual(read(status, undefined), serverError);
  });
}

test('503 was not done; Retry-After alone says for how long', () => {
  const unavailable = { kind: 'not_done', why: 'unavailable', retryAfterMs: undefined };
  assert.deepEqual(read(503, '<html>'), unavailable);
  assert.deepEqual(read(503, undefined, { 'x-ratelimit-reset': `${NOW / 1000 + 30}` }), unavailable);
  assert.deepEqual(read(503, '', { 'retry-after': '20' }), { ...unavailable, retryAfterMs: 20_000 });
});

test('429 was not done; header, words and reset say for how long', () => {
  const limited = { kind: 'not_done', why: 'rate_limited' };
  const words = { detail: 'Rate limit exceeded. Retry after 60 seconds.' };
  const reset = { 'x-ratelimit-reset': `${NOW / 1000 + 30}` };
  assert.deepEqual(read(429, words, { ...reset, 'retry-after': '5' }), { ...limited, retryAfterMs: 5_000 });
  assert.deepEqual(read(429, words, reset), { ...limited, retryAfterMs: 60_000 });
  assert.deepEqual(read(429, undefined, reset), { ...limited, retryAfterMs: 30_000 });
  assert.deepEqual(read(429, '<html>'), { ...limited, retryAfterMs: undefined });
});

test('409 is exists', () => {
  assert.deepEqual(read(409, { detail: 'Email already exists' }), { kind: 'exists', reason: 'Email already exists' });
  assert.deepEqual(read(409, undefined), { kind: 'exists', reason: 'HTTP 409' });
});

for (const status of [400, 402, 404, 405, 408, 410, 413, 415, 418, 422, 451, 499]) {
  test(`${status} is refused, with its words or without`, () => {
    assert.deepEqual(read(status, { detail: 'Connection failed' }), {
      kind: 'refused',
      reason: 'Connection failed',
      fields: [],
    });
    for (const body of [undefined, '', '<html>', 'null', {}, { detail: 7 }, { detail: '' }, { detail: [] }, ADDED_BODY])
      assert.deepEqual(read(status, body), { kind: 'refused', reason: `HTTP ${status}`, fields: [] });
  });
}

test('a list detail names its fields by the last word of loc after "body"', () => {
  const detail = [
    { loc: ['body', 'smtp_port'], msg: 'Input should be less than 65536', type: 'less_than_equal' },
    { loc: ['body', 'inboxes', 0, 'imap_host'], msg: 'Field required', type: 'missing' },
    { loc: ['body', 'surprise', 3], msg: 'Extra inputs are not permitted', type: 'extra_forbidden' },
  ];
  assert.deepEqual(read(422, { detail }), {
    kind: 'refused',
    reason: '',
    fields: [
      { field: 'smtp_port', reason: 'Input should be less than 65536' },
      { field: 'imap_host', reason: 'Field required' },
      { field: 'surprise', reason: 'Extra inputs are not permitted' },
    ],
  });
});

test('a detail that is about no field of the body becomes the reason', () => {
  const detail = [
    { loc: ['body', 0], msg: 'JSON decode error', type: 'json_invalid' },
    { loc: ['header', 'x-api-key'], msg: 'Field required', type: 'missing' },
    { loc: [], msg: 'Odd', type: 'x' },
    { loc: ['body', 'smtp_port'], msg: 'Too big', type: 'x' },
  ];
  assert.deepEqual(read(422, { detail }), {
    kind: 'refused',
    reason: 'JSON decode error Field required Odd',
    fields: [{ field: 'smtp_port', reason: 'Too big' }],
  });
});

test('the type of a detail changes nothing and may be missing', () => {
  for (const type of ['missing', 'value_error', '', undefined, 7])
    assert.deepEqual(read(422, { detail: [{ loc: ['body', 'smtp_port'], msg: 'no', type }] }), {
      kind: 'refused',
      reason: '',
      fields: [{ field: 'smtp_port', reason: 'no' }],
    });
});

test('lists are cut to 20, texts to 1,000 characters', () => {
  const detail = Array.from({ length: 50_000 }, (_, n) => ({ loc: ['body', `f${n}`], msg: 'm'.repeat(9), type: 't' }));
  const result = read(422, { detail });
  assert.equal(result.kind === 'refused' && result.fields.length, 20);
  const long = read(400, { detail: 'x'.repeat(1_000_000) });
  assert.equal(long.kind === 'refused' && long.reason.length, 1000);
  const scopes = read(403, { detail: 'no', required: Array.from({ length: 500 }, (_, n) => `s:${n}`) });
  assert.equal(scopes.kind === 'key_refused' && scopes.missingScopes.length, 20);
});

test('secrets and control characters are gone from every text of the answer', () => {
  const hiding = createForeignText(['hunter2']);
  const bodies: [number, unknown][] = [
    [
      200,
      {
        ...ADDED_BODY,
        email_address: 'hunter2',
        display_name: 'hunter2',
        inbox_type: 'hunter2',
        overall_status: 'a\nhunter2',
      },
    ],
    [200, { success: false, message: 'hunter2\0' }],
    [400, { detail: 'hunter2\0' }],
    [
      422,
      {
        detail: [
          { loc: ['body', 'hunter2'], msg: 'hunter2\0', type: 't' },
          { loc: [], msg: 'hunter2', type: 't' },
        ],
      },
    ],
    [401, { detail: 'hunter2\0' }],
    [403, { detail: 'Missing scopes: hunter2', required: ['hunter2\0'] }],
    [403, { detail: 'Missing scopes: hunter2, a:b' }],
    [409, { detail: 'hunter2\0' }],
  ];
  for (const [status, body] of bodies) {
    const result = readAnswer({ status, headers: {}, body: JSON.stringify(body) }, NOW, hiding);
    assert.notEqual(result.kind, 'unknown');
    assert.doesNotMatch(JSON.stringify(result), /hunter2|\\u0000|\\n/);
  }
});

test('401 refuses the key', () => {
  assert.deepEqual(read(401, { detail: 'Invalid or revoked API key' }), {
    kind: 'key_refused',
    reason: 'Invalid or revoked API key',
    missingScopes: [],
  });
  assert.deepEqual(read(401, ''), { kind: 'key_refused', reason: 'HTTP 401', missingScopes: [] });
});

const scopeCases: [says: string, body: unknown, missingScopes: string[]][] = [
  ['the older words', { detail: 'Missing API key scopes: sender_accounts:write' }, ['sender_accounts:write']],
  [
    'several in words',
    { detail: 'Missing API key scopes: a:write, b:read and c:x. Ask support.' },
    ['a:write', 'b:read', 'c:x'],
  ],
  ['a Python list in words', { detail: "Missing API key scopes: ['a:write', 'b:read']" }, ['a:write', 'b:read']],
  [
    'the newer answer',
    {
      detail: 'Missing required scopes: sender_accounts:create',
      error: 'insufficient_scopes',
      required: ['sender_accounts:create', 'x:read'],
      granted: ['x:read'],
    },
    ['sender_accounts:create'],
  ],
  [
    'the newer answer without error',
    { detail: 'Missing required scopes: a:b', required: ['a:b'], granted: [] },
    ['a:b'],
  ],
  ['the newer answer without granted', { detail: 'no', required: ['a:b'] }, ['a:b']],
  [
    'everything required as granted',
    { detail: 'Missing required scopes: a:b', required: ['c:d'], granted: ['c:d'] },
    ['a:b'],
  ],
  ['required that is no list', { detail: 'Missing required scopes: a:b', required: 'a:b' }, ['a:b']],
  ['a scope twice', { detail: 'no', required: ['a:b', 'a:b', ''] }, ['a:b']],
  ['nothing of scopes', { detail: 'Forbidden' }, []],
  ['no words', '<html>Blocked</html>', []],
  ['nothing', undefined, []],
];

for (const [says, body, missingScopes] of scopeCases) {
  test(`403 refuses the key; it says ${says}`, () => {
    const result = read(403, body);
    assert.ok(result.kind === 'key_refused');
    assert.deepEqual(result.missingScopes, missingScopes);
    assert.notEqual(result.reason, '');
  });
}

const status = fc.oneof(fc.integer({ min: 100, max: 599 }), fc.integer(), fc.constantFrom(200, 201, 403, 422, 429));
const headers = fc.dictionary(
  fc.oneof(fc.string(), fc.constantFrom('retry-after', 'date', 'x-ratelimit-reset')),
  fc.oneof(fc.string(), fc.array(fc.string()), fc.integer().map(String)),
);
const mutated = fc.record(
  Object.fromEntries(
    Object.entries(ADDED_BODY).map(([name, value]) => [
      name,
      fc.oneof({ weight: 12, arbitrary: fc.constant<unknown>(value) }, fc.jsonValue()),
    ]),
  ),
  { requiredKeys: Object.keys(ADDED_BODY).slice(0, 8) },
);
const errorBody = fc.record(
  {
    detail: fc.oneof(
      fc.string(),
      fc.jsonValue(),
      fc.array(fc.record({ loc: fc.array(fc.jsonValue()), msg: fc.jsonValue(), type: fc.string() })),
    ),
    required: fc.oneof(fc.jsonValue(), fc.array(fc.string())),
    granted: fc.jsonValue(),
    error: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  fc.constant(undefined),
  fc.string(),
  fc.json(),
  mutated.map((value) => JSON.stringify(value)),
  errorBody.map((value) => JSON.stringify(value)),
);

test('no answer makes it throw, and none but a 2xx with the documented body is added', () => {
  let added = 0;
  fc.assert(
    fc.property(status, headers, body, (...[code, head, text]) => {
      const result = readAnswer({ status: code, headers: head, body: text }, NOW, clean);
      const documented = code >= 200 && code <= 299 && senderAccountAdded.safeParse(parseOrUndefined(text)).success;
      assert.equal(result.kind === 'added', documented);
      if (documented) added += 1;
      readKeyTrial({ kind: 'answered', answer: { status: code, headers: head, body: text } }, clean);
    }),
    { numRuns: 1000 },
  );
  assert.ok(added > 0, 'the property met no documented answer');
});

function parseOrUndefined(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
