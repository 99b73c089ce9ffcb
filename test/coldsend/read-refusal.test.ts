import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADDED_BODY } from './world/documented.ts';
import { NOW, read, serverError } from './world/read-world.ts';

test('success: false is refused with its message, whatever else is there', () => {
  const refused = { kind: 'refused', reason: 'Connection failed', fields: [] };
  assert.deepEqual(read(200, { ...ADDED_BODY, success: false, message: 'Connection failed' }), refused);
  assert.deepEqual(read(200, { success: false, message: 'Connection failed' }), refused);
  assert.deepEqual(read(200, { success: false }), { ...refused, reason: 'HTTP 200' });
});

const STRANGERS = {
  'an empty body': '',
  'a lost body': undefined,
  'a page': '<!DOCTYPE html><html><head><title>Attention Required!</title></head><body>Blocked</body></html>',
  'plain text': 'Forbidden',
  "another product's JSON": { message: 'Forbidden', code: 'WAF' },
  'problem details': { type: 'about:blank', title: 'Forbidden', status: 403, detail: 'Denied by policy' },
};

for (const [what, body] of Object.entries(STRANGERS)) {
  test(`${what} in ColdSend's place says nothing of the key, and a 503 may have been done`, () => {
    for (const status of [401, 403]) {
      const result = read(status, body);
      assert.ok(result.kind === 'refused');
      assert.deepEqual(result.trouble, { kind: 'not_coldsend', status, isColdsends: false });
      assert.notEqual(result.reason, '');
      assert.equal(result.provesKey, undefined);
    }
    for (const status of [400, 402, 409, 422]) assert.ok(!('provesKey' in read(status, body)), String(status));
    assert.deepEqual(read(503, body, { 'retry-after': '1' }), { kind: 'unknown', why: 'answer_lost', status: 503 });
  });
}

test('a page never passes for words of ColdSend, and what it says is shown without its markup', () => {
  const page = '<html><head><style>p{color:red}</style></head><body><h1>Request blocked</h1><p>Ray 1</p></body></html>';
  for (const status of [400, 402, 409, 422]) {
    const result = read(status, page);
    assert.ok(result.kind === 'refused');
    assert.equal(result.reason, 'Request blocked Ray 1');
    assert.deepEqual(result.trouble, { kind: 'not_coldsend', status, isColdsends: false });
  }
});

const WORDS: [says: string, body: unknown, reason: string][] = [
  ['a text', { detail: 'No such host' }, 'No such host'],
  ['a list of texts', { detail: ['No such host', 'No login'] }, 'No such host No login'],
  ['an object with a message', { detail: { code: 17, message: 'No such host' } }, 'No such host'],
  ['an object by field', { detail: { smtp_host: ['No such host'] } }, 'smtp_host: No such host'],
  ['a nested object', { detail: { error: { message: 'No such host' } } }, 'No such host'],
  ['entries without loc', { detail: [{ msg: 'No such host', type: 'x' }] }, 'No such host'],
  ['error', { error: 'No such host' }, 'No such host'],
  ['error as an object', { error: { message: 'No such host' } }, 'No such host'],
  ['message', { message: 'No such host' }, 'No such host'],
  ['title', { title: 'No such host' }, 'No such host'],
  ['errors', { errors: [{ message: 'No such host' }] }, 'No such host'],
  ['plain text', 'No such host', 'No such host'],
  ['a JSON text', '"No such host"', 'No such host'],
  ['a JSON list', '["No such host"]', 'No such host'],
  ['detail and a message', { detail: 'Refused', message: 'No such host' }, 'Refused No such host'],
  ['detail and a code', { detail: 'No such host', error: 'no_host' }, 'No such host'],
  ['what was sent, beside words', { detail: [{ msg: 'No such host', input: 'what was sent' }] }, 'No such host'],
];

for (const [says, body, reason] of WORDS) {
  test(`words are not lost: ${says}`, () => {
    for (const status of [400, 402, 422]) {
      const result = read(status, body);
      assert.ok(result.kind === 'refused');
      assert.deepEqual([result.reason, result.fields, result.trouble], [reason, [], undefined]);
    }
    assert.equal(
      JSON.stringify(read(200, { success: false, ...(typeof body === 'object' ? body : {}) })).includes(reason),
      typeof body === 'object',
    );
  });
}

for (const status of [502, 504]) {
  test(`${status} is unknown: a gateway's, where ColdSend can't be recognised`, () => {
    const between = { kind: 'unknown', why: 'answer_lost', status };
    for (const body of [undefined, '', '<html>Bad gateway</html>', ADDED_BODY, { error: 'x' }]) {
      assert.deepEqual(read(status, body), between);
    }
    assert.deepEqual(read(status, { detail: 'Upstream failed' }), serverError);
  });
}

test('a 503 of ColdSend was not done; Retry-After alone says for how long', () => {
  const unavailable = { kind: 'not_done', why: 'unavailable', retryAfterMs: undefined };
  const words = { detail: 'Service temporarily unavailable' };
  assert.deepEqual(read(503, words), unavailable);
  assert.deepEqual(read(503, words, { 'x-ratelimit-reset': `${NOW / 1000 + 30}` }), unavailable);
  assert.deepEqual(read(503, words, { 'retry-after': '20' }), { ...unavailable, retryAfterMs: 20_000 });
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
  const exists = { kind: 'exists', reason: 'Email already exists' };
  assert.deepEqual(read(409, { detail: 'Email already exists' }), { ...exists, provesKey: true });
  assert.deepEqual(read(409, { message: 'Email already exists' }), exists);
  assert.deepEqual(read(409, undefined), { kind: 'exists', reason: 'HTTP 409' });
});

for (const status of [400, 402, 408, 415, 418, 422, 451, 499]) {
  test(`${status} is refused, with its words or without`, () => {
    const refused = { kind: 'refused', reason: `HTTP ${status}`, fields: [] };
    assert.deepEqual(read(status, { detail: 'Connection failed' }), {
      ...refused,
      reason: 'Connection failed',
      provesKey: true,
    });
    for (const body of [undefined, '', 'null', {}, { detail: 7 }]) assert.deepEqual(read(status, body), refused);
    for (const body of [{ detail: '' }, { detail: [] }])
      assert.deepEqual(read(status, body), { ...refused, provesKey: true });
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
    provesKey: true,
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
    provesKey: true,
  });
});

test('the type of a detail changes nothing and may be missing', () => {
  for (const type of ['missing', 'value_error', '', undefined, 7])
    assert.deepEqual(read(422, { detail: [{ loc: ['body', 'smtp_port'], msg: 'no', type }] }), {
      kind: 'refused',
      reason: '',
      fields: [{ field: 'smtp_port', reason: 'no' }],
      provesKey: true,
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

test('401 refuses the key', () => {
  assert.deepEqual(read(401, { detail: 'Invalid or revoked API key' }), {
    kind: 'key_refused',
    reason: 'Invalid or revoked API key',
    missingScopes: [],
  });
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
];

for (const [says, body, missingScopes] of scopeCases) {
  test(`403 refuses the key; it says ${says}`, () => {
    const result = read(403, body);
    assert.ok(result.kind === 'key_refused');
    assert.deepEqual(result.missingScopes, missingScopes);
    assert.notEqual(result.reason, '');
  });
}
