import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMatchingCode } from '../../../src/add-inbox/secure-links/matching-code.ts';
import { LOOK_SHOWS, post, SAVE } from './post-to-page.ts';
import { startSecurePage, TOKEN } from './start-secure-page.ts';

const [MINE, OTHER] = ['p'.repeat(32), 'q'.repeat(32)];
const GONE = [404, { kind: 'gone' }];

async function startWithCode(context: Parameters<typeof startSecurePage>[0]) {
  const world = await startSecurePage(context);
  world.behind.matchingCode = true;
  const ask = async (path: string, pageId?: string, body: object = { token: TOKEN }) => {
    const response = await post(world, path, body, pageId === undefined ? {} : { 'x-page-id': pageId });
    return [response.status, await response.json()];
  };
  const codeOf = async (pageId: string) => JSON.stringify(await ask('look', pageId));
  return { ...world, ask, codeOf };
}

const shows = (code: string) => JSON.stringify([200, { kind: 'code', code, worksForMs: 30 * 60_000 }]);

test('a code has six characters, none of which looks like another', () => {
  let drawn = 0;
  const codes = Array.from({ length: 300 }, () => createMatchingCode((max) => drawn++ % max));
  for (const code of codes) assert.match(code, /^[2-9A-HJKMNP-TV-Z]{2}-[2-9A-HJKMNP-TV-Z]{3}$/);
  assert.ok(new Set(codes.join('')).size === 31, 'all 30 of them, and the dash');
});

test('a page shows a code and nothing else until its person confirms it, and only that page goes on', async (context) => {
  const { behind, ask, codeOf } = await startWithCode(context);
  assert.equal(await codeOf(MINE), shows('K7-4Q0'));
  assert.equal(await codeOf(MINE), shows('K7-4Q0'), 'asking again makes no other code');
  assert.deepEqual(behind.asked, ['K7-4Q0'], 'one message');
  for (const [path, body] of [
    ['save', SAVE],
    ['save', { ...SAVE, smtp_password: '' }],
    ['check', { token: TOKEN, smtp_password: 'x' }],
  ] as const) {
    for (const page of [MINE, OTHER, undefined]) assert.deepEqual(await ask(path, page, body), GONE, path);
  }
  assert.deepEqual([behind.saved, behind.checked, behind.wrong, behind.asked], [[], [], 0, ['K7-4Q0']]);
  behind.confirmedPageId = MINE;
  assert.match(JSON.stringify(await ask('look', MINE)), LOOK_SHOWS);
  for (const page of [undefined, 'short']) assert.deepEqual(await ask('look', page), GONE);
  assert.deepEqual(await ask('save', OTHER, SAVE), GONE);
  assert.deepEqual(await ask('save', MINE, SAVE), [200, { kind: 'saved' }]);
  assert.deepEqual(await ask('save', MINE, SAVE), [200, { kind: 'saved' }], 'a lost answer comes again');
});

test('each new page has a code of its own, and the confirmed one still works; after five there are no more', async (context) => {
  const { behind, ask, codeOf } = await startWithCode(context);
  assert.equal(await codeOf(MINE), shows('K7-4Q0'));
  behind.confirmedPageId = MINE;
  for (let page = 1; page < 5; page += 1) {
    assert.equal(await codeOf(String(page).repeat(32)), shows(`K7-4Q${page}`));
  }
  assert.deepEqual(await ask('look', OTHER), GONE);
  assert.equal(behind.asked?.length, 5);
  assert.deepEqual(await ask('save', MINE, SAVE), [200, { kind: 'saved' }]);
});

test('nobody is asked where the link is dead, and a message that Slack did not take does not count', async (context) => {
  const { behind, ask, codeOf } = await startWithCode(context);
  assert.deepEqual(await ask('look', MINE, { token: 'A'.repeat(43) }), GONE);
  behind.permission = { kind: 'lost', why: 'deactivated' };
  assert.deepEqual(await ask('look', MINE), GONE);
  behind.permission = { kind: 'unknown' };
  assert.deepEqual(await ask('look', MINE), [503, { kind: 'later' }]);
  behind.permission = { kind: 'may' };
  behind.asked = undefined;
  for (let tries = 0; tries < 8; tries += 1) assert.deepEqual(await ask('look', MINE), [503, { kind: 'later' }]);
  behind.asked = [];
  assert.equal(await codeOf(MINE), shows('K7-4Q0'));
});
