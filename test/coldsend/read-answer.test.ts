import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SendResult } from '../../src/add-inbox/request/outcome.ts';
import { senderAccountAdded } from '../../src/coldsend/contract.ts';
import { readAnswer } from '../../src/coldsend/read-answer.ts';
import { readKeyCheck } from '../../src/coldsend/read-key-check.ts';
import { createForeignText } from '../../src/coldsend/words/foreign-text.ts';
import { fc } from '../project/properties.ts';
import { ADDED, ADDED_BODY } from './world/documented.ts';
import { body, clean, headers, NOW, read, serverError, status } from './world/read-world.ts';

const unexpected: SendResult = { kind: 'unknown', why: 'unexpected_answer' };

for (const status of [200, 201, 202]) {
  test(`${status} with the documented answer is added`, () => {
    assert.deepEqual(read(status, ADDED_BODY), ADDED);
  });
}

test('overall_status is kept as it came', () => {
  const result = read(200, { ...ADDED_BODY, overall_status: 'Warming up (2/14)' });
  assert.equal(result.kind === 'added' && result.account.overall_status, 'Warming up (2/14)');
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
})) {
  test(`a 2xx whose body ${what} is unknown`, () => {
    assert.deepEqual(read(200, body), unexpected);
    assert.deepEqual(read(204, body), unexpected);
  });
}

test('success: true is a success, whatever else is there; a text that is missing or unreadable is empty', () => {
  const nothing = { inbox_id: '', email_address: '', display_name: '', inbox_type: '', daily_limit: 0 };
  assert.deepEqual(read(200, { success: true }), { kind: 'added', account: { ...nothing, overall_status: '' } });
  for (const odd of [
    { created_at: '2025-06-01 10:00:00' },
    { message: null },
    { inbox_id: 'not-a-uuid' },
    { overall_status: null },
  ])
    assert.equal(read(201, { ...ADDED_BODY, ...odd }).kind, 'added', JSON.stringify(odd));
});

for (const status of [600, 999]) {
  test(`${status} is unknown, even with the documented answer`, () => {
    assert.deepEqual(read(status, ADDED_BODY), unexpected);
  });
}

for (const [kind, statuses] of Object.entries({
  wrong_address: [300, 301, 302, 303, 304, 307, 308, 404, 405, 410],
  proxy_login: [407],
  too_large: [413],
})) {
  for (const status of statuses) {
    test(`${status} added nothing and is the operator's to mend: ${kind}`, () => {
      const trouble = { kind, status, isColdsends: false };
      for (const body of [undefined, '', {}])
        assert.deepEqual(read(status, body), { kind: 'refused', reason: `HTTP ${status}`, fields: [], trouble });
      assert.deepEqual(read(status, { detail: 'Not Found' }), {
        kind: 'refused',
        reason: 'Not Found',
        fields: [],
        trouble: { ...trouble, isColdsends: true },
      });
    });
  }
}

for (const status of [500, 501, 520, 599]) {
  test(`${status} is unknown, even with the documented answer`, () => {
    assert.deepEqual(read(status, ADDED_BODY), serverError);
    assert.deepEqual(read(status, undefined), serverError);
  });
}

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

test('no answer makes it throw, and none but a 2xx with success: true is added', () => {
  let added = 0;
  fc.assert(
    fc.property(status, headers, body, (...[code, head, text]) => {
      const result = readAnswer({ status: code, headers: head, body: text }, NOW, clean);
      const documented = code >= 200 && code <= 299 && senderAccountAdded.safeParse(parseOrUndefined(text)).success;
      assert.equal(result.kind === 'added', documented);
      if (documented) added += 1;
      readKeyCheck({ kind: 'answered', answer: { status: code, headers: head, body: text } }, clean);
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
