import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MAX_ROWS } from '../../../../src/csv/file-problem.ts';
import { LOGINS_AT_ONCE } from '../../../../src/web/secure/batch-routes.ts';
import {
  ask,
  type BatchWorld,
  bodyOf,
  PAGE_ID,
  rowOf,
  startBatchPage,
  submissionOf,
  upload,
} from '../start-batch-page.ts';

const MIB = 1024 * 1024;
const JANE = rowOf(2, 'jane@acme.com');
const REFUSED = { kind: 'refused' };

/** Sends the head of an upload, and the body piece by piece. */
async function openUpload(
  context: TestContext,
  { publicUrl }: BatchWorld,
  token: string,
  length: number,
  what = 'read',
) {
  const { host, port } = new URL(publicUrl);
  const socket = connect(Number(port), '127.0.0.1').on('error', () => {});
  context.after(() => socket.destroy());
  await once(socket, 'connect');
  const type = what === 'read' ? 'application/octet-stream' : 'application/json';
  socket.write(
    `POST /secure/${what} HTTP/1.1\r\nhost: ${host}\r\norigin: ${publicUrl}\r\ncontent-type: ${type}\r\n` +
      `authorization: Bearer ${token}\r\ncontent-length: ${length}\r\n\r\n`,
  );
  const answered = once(socket, 'data').then(([data]) => String(data));
  return { socket, answered };
}

test('only the page itself may ask, with what each route takes', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const add = submissionOf([JANE]);
  const rows = { token, defaults: {}, rows: [JANE] };
  const headers: [Record<string, string>, number][] = [
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'content-type': 'text/plain' }, 415],
    [{ 'content-type': 'multipart/form-data; boundary=x' }, 415],
  ];
  for (const [wrong, status] of headers) {
    const answers = [
      await ask(world, 'rows', rows, wrong),
      await ask(world, 'progress', { token, pageId: PAGE_ID }, wrong),
      await upload(world, 'read', token, 'jane@acme.com x', wrong),
      await upload(world, 'add', token, add, wrong),
    ];
    for (const answer of answers) assert.deepEqual(answer, { status, body: REFUSED }, JSON.stringify(wrong));
  }
  const bodies = [
    '',
    '{',
    'null',
    '[]',
    submissionOf([]),
    submissionOf([JANE, { ...JANE }]),
    submissionOf([{ ...JANE, line: 0 }]),
    submissionOf([{ line: 2, account: { email_address: 1 } }]),
    submissionOf([{ line: 2, account: { more: 'x' } }]),
    submissionOf([JANE], { pageId: 'short' }),
    submissionOf([JANE], { round: -1 }),
    submissionOf([JANE], { defaults: { inboxType: 'X' } }),
    submissionOf([JANE], { more: 1 }),
    submissionOf([JANE], { checkedLines: Array(5_001).fill(1) }),
    submissionOf(Array.from({ length: 5_001 }, (_, line) => rowOf(line + 1, 'x'))),
  ];
  for (const body of bodies) {
    const answer = await upload(world, 'add', token, body);
    assert.deepEqual(answer, { status: 400, body: REFUSED }, JSON.stringify(body).slice(0, 200));
  }
  for (const columns of ['%', 'x', '[]', '{"a":"email_address"}', '{"0":"constructor"}']) {
    const answer = await upload(world, 'read', token, 'a@b.com x', { 'x-columns': encodeURI(columns) });
    assert.deepEqual(answer, { status: 400, body: REFUSED }, columns);
  }
  assert.equal((await upload(world, 'read', token, 'a@b.com x', { 'x-columns': '%zz' })).status, 400);
  assert.equal((await upload(world, 'read', token, 'a@b.com x', { authorization: token })).status, 404);
  assert.deepEqual(await world.database.kysely.selectFrom('requests').selectAll().execute(), []);
  assert.equal(bodyOf(await upload(world, 'add', token, add), 'added').total, 1);
});

test('bodies are bounded, and 4 MB of rows are taken', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const tooLarge = [
    await upload(world, 'read', token, new Uint8Array(4 * MIB + 1)),
    await upload(world, 'add', token, 'x'.repeat(4 * MIB + 1)),
    await ask(world, 'rows', 'x'.repeat(MIB / 4 + 1)),
  ];
  for (const answer of tooLarge) assert.deepEqual(answer, { status: 413, body: REFUSED });
  const row = `a@b.com,${'x'.repeat(824)}`;
  const rows = Array.from({ length: 5_000 }, (_, index) => `u${index}${row}`);
  const file = `email,notes\n${rows.join('\n')}`;
  assert.ok(file.length < 4 * MIB && file.length > 4 * MIB - 30_000, String(file.length));
  assert.equal(bodyOf(await upload(world, 'read', token, file), 'read').rows.length, 5_000);
});

test('5,000 rows are read and added, and others get their turn all the while', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const lines = Array.from({ length: 5_000 }, (_, index) => `u${index}@gmail.com,abcdefghijklmnop`);
  let turns = 0;
  let isOver = false;
  const counting = (async () => {
    while (!isOver) {
      await nextTurn();
      turns += 1;
    }
  })();
  const read = bodyOf(await upload(world, 'read', token, `email,app password\n${lines.join('\n')}`), 'read');
  assert.deepEqual([read.rows.length, read.checks.filter(({ kind }) => kind === 'ready').length], [5_000, 5_000]);
  const turnsToRead = turns;
  const added = bodyOf(await upload(world, 'add', token, submissionOf(read.rows)), 'added');
  isOver = true;
  await counting;
  assert.deepEqual([added.total, added.counts.left], [5_000, 5_000]);
  assert.ok(turnsToRead > 100 && turns - turnsToRead > 100, `${turnsToRead}, ${turns}`);
  const stored = await world.database.kysely.selectFrom('requests').select('id').execute();
  assert.equal(stored.length, 5_000);
});

test('a slow upload is read to its end, a dripping one elsewhere is cut off, and a stranger sends nothing', {
  timeout: 60_000,
}, async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const slow = await openUpload(context, world, token, 20);
  slow.socket.write('jane@acme.com ');
  const { host, port } = new URL(world.publicUrl);
  const drip = connect(Number(port), '127.0.0.1').on('error', () => {});
  context.after(() => drip.destroy());
  drip.write(
    `POST /secure/rows HTTP/1.1\r\nhost: ${host}\r\norigin: ${world.publicUrl}\r\ncontent-type: application/json\r\n` +
      'content-length: 400\r\n\r\n{"token":',
  );
  const stranger = await openUpload(context, world, 'A'.repeat(43), 4 * MIB);
  assert.match(await stranger.answered, /^HTTP\/1\.1 404 [\s\S]*connection: close/i);
  await once(stranger.socket, 'close');
  const [late] = await once(drip, 'data');
  assert.match(String(late), /^HTTP\/1\.1 408 /);
  slow.socket.write('secret');
  assert.match(await slow.answered, /^HTTP\/1\.1 200 [\s\S]*"jane@acme\.com"/);
});

test('only so many uploads at once, and of one link two', { timeout: 60_000 }, async (context) => {
  const world = await startBatchPage(context);
  const tokens: string[] = [];
  for (const userId of ['U1', 'U2', 'U3', 'U4', 'U5']) tokens.push(await world.createLink({ userId }));
  const crowd = { status: 503, body: REFUSED };
  const [first = '', ...others] = tokens;
  const uploads = [await openUpload(context, world, first, 17), await openUpload(context, world, first, 17, 'add')];
  while ((await upload(world, 'read', first, 'a@b.com x')).status !== 503) await nextTurn();
  assert.equal((await upload(world, 'read', tokens[4] ?? '', 'a@b.com x')).status, 200);
  for (const token of others.slice(0, 3)) {
    uploads.push(await openUpload(context, world, token, 17), await openUpload(context, world, token, 17));
  }
  while ((await upload(world, 'read', tokens[4] ?? '', 'a@b.com x')).status !== 503) await nextTurn();
  assert.deepEqual(await upload(world, 'read', tokens[4] ?? '', 'a@b.com x'), crowd);
  for (const { socket } of uploads) socket.destroy();
  while ((await upload(world, 'read', tokens[4] ?? '', 'a@b.com x')).status !== 200) await nextTurn();
});

test('bots that follow links, in whatever way, change and learn nothing', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH']) {
    for (const what of ['look', 'read', 'rows', 'add', 'progress']) {
      const headers = { origin: world.publicUrl, authorization: `Bearer ${token}` };
      const answer = await fetch(`${world.publicUrl}/secure/${what}?token=${token}`, { method, headers });
      assert.equal(answer.status, 404, `${method} ${what}`);
      await answer.arrayBuffer();
    }
  }
  assert.equal((await ask(world, 'look', { token })).status, 200);
});

test('guessing tokens ends at the limit of the address, and a link has one of its own', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const statuses = new Map<number, number>();
  for (let guess = 0; guess < 1_000; guess += 1) {
    const { status } = await upload(world, 'read', `${String(guess).padStart(4, '0')}${'A'.repeat(39)}`, 'x');
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  assert.deepEqual(
    [...statuses],
    [
      [404, 600],
      [429, 400],
    ],
  );
  world.behind.now += 60_000;
  const own: number[] = [];
  for (let index = 0; index < 245; index += 1) {
    own.push((await ask(world, 'progress', { token, pageId: PAGE_ID })).status);
  }
  assert.deepEqual([own.indexOf(429), own.length], [240, 245]);
  assert.ok(own.length - MAX_ROWS / LOGINS_AT_ONCE > 100, 'the logins of a whole list leave room for other questions');
});
