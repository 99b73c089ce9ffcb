import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, bodyOf, PAGE_ID, rowOf, startBatchPage, submissionOf, upload } from '../start-batch-page.ts';

const GONE = { status: 404, body: { kind: 'gone' } };
const FILE = 'email,password,provider\njane@acme.com,planted secret 7Q,google\n';
const ROWS = [rowOf(2, 'jane@acme.com')];
const [MINE, OTHER] = [{ 'x-page-id': PAGE_ID }, { 'x-page-id': 'q'.repeat(32) }];

test('with a matching code, a page for many inboxes reads, checks and adds nothing until its person confirms it', async (context) => {
  const world = await startBatchPage(context);
  world.behind.matchingCode = true;
  const token = await world.createLink();
  const askAll = async (headers: Record<string, string>) => [
    await upload(world, 'read', token, FILE, headers),
    await ask(world, 'rows', { token, pageId: PAGE_ID, defaults: {}, rows: ROWS }, headers),
    await upload(world, 'add', token, submissionOf(ROWS), headers),
    await ask(world, 'progress', { token, pageId: PAGE_ID }, headers),
  ];
  assert.deepEqual(bodyOf(await ask(world, 'look', { token }, MINE), 'code').code, 'K7-4QX');
  for (const headers of [MINE, OTHER, {}]) {
    for (const answer of await askAll(headers)) assert.deepEqual(answer, GONE);
  }
  assert.deepEqual([world.behind.asked, world.behind.confirmed], [['K7-4QX'], []]);

  assert.equal(await world.links.confirmCode({ teamId: 'T1', userId: 'U1' }, 'K7-4QX'), true);
  for (const headers of [OTHER, {}]) for (const answer of await askAll(headers)) assert.deepEqual(answer, GONE);
  bodyOf(await ask(world, 'look', { token }, MINE), 'batch');
  const kinds = (await askAll(MINE)).map(({ body }) => body.kind);
  assert.deepEqual(kinds, ['read', 'rows', 'added', 'progress']);
  assert.equal(world.behind.confirmed.length, 1);
});
