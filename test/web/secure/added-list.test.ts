import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  ask,
  type BatchWorld,
  bodyOf,
  LINK_LIFE_MS,
  PAGE_ID,
  rowOf,
  startBatchPage,
  submissionOf,
  upload,
} from './start-batch-page.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

const GONE = { status: 404, body: { kind: 'gone' } };

const rowsIn = ({ kysely }: BatchWorld['database']) => kysely.selectFrom('requests').select('line').execute();

/** Ends the rows that the page has added, as the worker does, and their batch. */
async function refuseAll({ database, behind }: BatchWorld): Promise<void> {
  const outcome = { kind: 'refused', reason: 'x', fields: [] };
  const ended = { state: 'told', outcome_kind: 'refused', outcome: JSON.stringify(outcome) } as const;
  await database.kysely.updateTable('requests').set(ended).where('outcome_kind', 'is', null).execute();
  await database.kysely.updateTable('batches').set({ state: 'finished' }).where('state', '=', 'waiting').execute();
  behind.now += 1;
}

test('a page shows its progress and fixes rows for as long as its batch can live, and no longer', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const rows = [rowOf(2, 'jane@acme.com')];
  await upload(world, 'add', token, submissionOf(rows));
  world.behind.now += DAY - 1;
  assert.equal((await ask(world, 'progress', { token, pageId: PAGE_ID })).body.kind, 'progress');
  await refuseAll(world);
  const checked = bodyOf(await ask(world, 'rows', { token, pageId: PAGE_ID, defaults: {}, rows }), 'rows');
  assert.equal(checked.checks[0]?.kind, 'ready');
  assert.equal(bodyOf(await upload(world, 'add', token, submissionOf(rows, { round: 1 })), 'added').counts.left, 1);
  world.behind.permission = { kind: 'lost', why: 'deactivated' };
  assert.deepEqual(await ask(world, 'progress', { token, pageId: PAGE_ID }), GONE);
  world.behind.permission = { kind: 'may' };
  assert.equal((await ask(world, 'progress', { token, pageId: PAGE_ID })).body.kind, 'progress');
  world.behind.now += DAY + HOUR;
  assert.deepEqual(await ask(world, 'progress', { token, pageId: PAGE_ID }), GONE);
  assert.deepEqual(await upload(world, 'add', token, submissionOf(rows, { round: 2 })), GONE);
});

test('a page that fixes rows leaves the newer list of its person as it is', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const rows = [rowOf(2, 'jane@acme.com')];
  await upload(world, 'add', token, submissionOf(rows));
  await refuseAll(world);
  const newer = await world.createLink();
  const fix = submissionOf(rows, { round: 1 });
  assert.equal((await upload(world, 'add', token, fix)).body.kind, 'added');
  assert.equal((await upload(world, 'add', token, fix)).body.kind, 'added');
  assert.equal((await rowsIn(world.database)).length, 2);
  assert.equal((await ask(world, 'look', { token: newer })).body.kind, 'batch');
  const other = submissionOf([rowOf(2, 'new@acme.com')], { pageId: 'q'.repeat(32) });
  assert.equal((await upload(world, 'add', newer, other)).body.kind, 'added');
});

test('the page stops the rest of the list that its person started, once, and downloads how all rows ended', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const body = { token, pageId: PAGE_ID };
  for (const what of ['stop', 'results'] as const)
    assert.deepEqual(await ask(world, what, body), GONE, 'not added yet');
  const rows = [rowOf(2, 'jane@acme.com'), rowOf(3, 'joe@acme.com')];
  assert.equal(bodyOf(await upload(world, 'add', token, submissionOf(rows)), 'added').canStop, true);
  const strangers = { token, pageId: 'q'.repeat(32) };
  for (const what of ['stop', 'results'] as const) {
    assert.deepEqual(await ask(world, what, strangers), GONE);
    assert.equal((await ask(world, what, body, { origin: 'https://elsewhere.example' })).status, 403);
    assert.equal((await ask(world, what, body, { 'content-type': 'text/plain' })).status, 415);
    assert.equal((await ask(world, what, { ...body, batchId: 'x' })).status, 400);
    world.behind.permission = { kind: 'lost', why: 'deactivated' };
    assert.deepEqual(await ask(world, what, body), GONE);
    world.behind.permission = { kind: 'may' };
  }
  assert.equal(world.behind.woken, 0);
  const jane = world.database.kysely.updateTable('requests').where('line', '=', 2);
  await jane.set({ state: 'told', outcome_kind: 'exists', outcome: '{"kind":"exists","reason":"x"}' }).execute();
  for (const again of [1, 2]) {
    const stopped = bodyOf(await ask(world, 'stop', body), 'progress');
    assert.deepEqual([stopped.state, stopped.canStop, stopped.counts.stopped], ['stopped', false, 1], String(again));
  }
  assert.equal(world.behind.woken, 1);
  const audited = await world.database.kysely.selectFrom('audit_entries').select(['action', 'user_id']).execute();
  assert.deepEqual({ ...audited.at(-1) }, { action: 'batch_stopped', user_id: 'U1' });
  const { name, content } = bodyOf(await ask(world, 'results', body), 'results');
  assert.equal(name, 'inboxes-results.csv');
  assert.match(content, /^"line"[\s\S]*"2","jane@acme\.com"[\s\S]*"3","joe@acme\.com","not sent/);
  assert.doesNotMatch(content, /abcdefghijklmnop/);
});

test('a person who fixes rows of a list of somebody else has its results, and does not stop it', async (context) => {
  const { world, rows, theirs } = await startTwoFixes(context);
  assert.equal(bodyOf(await upload(world, 'add', theirs, submissionOf(rows)), 'added').canStop, false);
  const stopped = bodyOf(await ask(world, 'stop', { token: theirs, pageId: PAGE_ID }), 'progress');
  assert.deepEqual([stopped.state, world.behind.woken], ['waiting', 0]);
  const results = () => ask(world, 'results', { token: theirs, pageId: PAGE_ID });
  assert.match(bodyOf(await results(), 'results').content, /"2","jane@acme\.com"/);
  world.behind.permission = { kind: 'lost', why: 'admins_only' };
  assert.deepEqual(await results(), GONE);
});

test('two pages with the same failed rows: who is late hears that somebody was faster, and adds nothing', async (context) => {
  const { world, rows, token, theirs } = await startTwoFixes(context);
  assert.equal((await upload(world, 'add', theirs, submissionOf(rows))).body.kind, 'added');
  const check = async () =>
    bodyOf(await ask(world, 'rows', { token, pageId: PAGE_ID, defaults: {}, rows }), 'rows').checks[0]?.why;
  const add = async () => (await upload(world, 'add', token, submissionOf(rows, { round: 1 }))).body.kind;
  assert.deepEqual([await check(), await add()], ['We are adding this address already.', 'to_fix']);
  const added = { state: 'told', outcome_kind: 'exists', outcome: '{"kind":"exists","reason":"x"}' } as const;
  await world.database.kysely.updateTable('requests').set(added).where('outcome_kind', 'is', null).execute();
  const fixed = 'This address did not fail, or somebody fixed it since. We add only those that failed.';
  assert.deepEqual([await check(), await add()], [fixed, 'to_fix']);
  assert.equal((await rowsIn(world.database)).length, 2);
});

test('a fix of rows whose batch was stopped waits until none is under way', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const rows = [rowOf(2, 'jane@acme.com')];
  await upload(world, 'add', token, submissionOf([...rows, rowOf(3, 'joe@acme.com')]));
  await refuseAll(world);
  const { kysely } = world.database;
  await kysely.updateTable('batches').set({ state: 'stopped' }).where('state', '=', 'finished').execute();
  const joe = kysely.updateTable('requests').where('line', '=', 3);
  await joe.set({ outcome_kind: null }).execute();
  const add = () => upload(world, 'add', token, submissionOf(rows, { round: 1 }));
  assert.deepEqual(await add(), { status: 200, body: { kind: 'stopping' } });
  await joe.set({ outcome_kind: 'stopped' }).execute();
  assert.equal((await add()).body.kind, 'added');
});

test('a right that is lost, or a link that ends, while rows are added: the answer says what became of them', async (context) => {
  const world = await startBatchPage(context);
  const { behind } = world;
  const rows = [rowOf(2, 'jane@acme.com', { smtp_password: 'x' }), rowOf(3, 'joe@acme.com')];
  const during = (change: () => void) => {
    behind.findServers = async () => {
      change();
      return { kind: 'not_found' };
    };
  };
  const ended = await world.createLink();
  during(() => {
    behind.now += LINK_LIFE_MS;
  });
  assert.deepEqual(await upload(world, 'add', ended, submissionOf(rows)), GONE);
  assert.deepEqual(await rowsIn(world.database), [], 'nothing was added');

  const token = await world.createLink();
  const add = () => upload(world, 'add', token, submissionOf(rows));
  during(() => {
    behind.permission = { kind: 'lost', why: 'deactivated' };
  });
  for (const again of [1, 2]) assert.deepEqual(await add(), { status: 200, body: { kind: 'taken' } }, String(again));
  assert.deepEqual(await ask(world, 'progress', { token, pageId: PAGE_ID }), GONE);
  behind.permission = { kind: 'may' };
  behind.now += LINK_LIFE_MS;
  assert.equal(bodyOf(await add(), 'added').total, 1, 'the clock of the link is over, too');
  assert.equal((await rowsIn(world.database)).length, 1);

  const unconfirmed = await world.createLink();
  during(() => {
    behind.permission = { kind: 'unknown' };
  });
  const others = submissionOf([rowOf(2, 'ann@acme.com', { smtp_password: 'x' }), rowOf(3, 'ben@acme.com')]);
  const { body } = await upload(world, 'add', unconfirmed, others);
  assert.deepEqual([body.kind, (await rowsIn(world.database)).length], ['taken', 2], 'Slack did not answer');
});

test('a newer link that is made while rows are added: the older page never hears that they were', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  world.behind.findServers = async () => {
    world.behind.findServers = undefined;
    await world.createLink();
    return { kind: 'not_found' };
  };
  const submission = submissionOf([rowOf(2, 'jane@acme.com', { smtp_password: 'x' }), rowOf(3, 'joe@acme.com')]);
  for (const again of [1, 2]) assert.deepEqual(await upload(world, 'add', token, submission), GONE, String(again));
  assert.deepEqual(await rowsIn(world.database), []);
});

test('a submission that is committed while it is sent once more is answered with what it did', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const submission = submissionOf([rowOf(2, 'jane@acme.com')]);
  world.behind.beforeFind = async () => {
    world.behind.beforeFind = async () => {};
    assert.equal((await upload(world, 'add', token, submission)).body.kind, 'added');
  };
  assert.equal((await upload(world, 'add', token, submission)).body.kind, 'added');
  assert.equal((await rowsIn(world.database)).length, 1);
});

/** A list whose row was refused, on the page that added it, and a link of another person to fix it. */
async function startTwoFixes(context: TestContext) {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const rows = [rowOf(2, 'jane@acme.com')];
  await upload(world, 'add', token, submissionOf(rows));
  await refuseAll(world);
  const fixOf = world.behind.confirmed[0]?.id;
  const theirs = await world.createLink({ userId: 'U2', fixOf });
  return { world, rows, token, theirs };
}
