import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoginVerdict } from '../../../../src/add-inbox/account/login-verdict.ts';
import type { Batch } from '../../../../src/add-inbox/batch/batch.ts';
import { WORKSPACE } from '../../../../src/add-inbox/keys/key-owner.ts';
import {
  ask,
  bodyOf,
  GOOGLE,
  LINK_LIFE_MS,
  PAGE_ID,
  rowOf,
  startBatchPage,
  submissionOf,
  upload,
} from '../start-batch-page.ts';

const GONE = { status: 404, body: { kind: 'gone' } };

const rowsIn = (database: Awaited<ReturnType<typeof startBatchPage>>['database']) =>
  database.kysely.selectFrom('requests').select(['line', 'account', 'batch_id']).orderBy('line').execute();

test('the page learns what the link is for, and nothing is stored but a draft without rows', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink({ keyName: { kind: 'client', name: 'Globex', channelId: 'C1' } });
  world.behind.choice = {
    kind: 'key',
    keyName: { kind: 'client', name: 'Globex', channelId: 'C1' },
    current: undefined,
  };
  const looked = await ask(world, 'look', { token });
  const { whose } = bodyOf(looked, 'batch');
  assert.deepEqual(looked, {
    status: 200,
    body: {
      kind: 'batch',
      whose,
      person: 'Ann',
      workspace: 'Acme',
      client: 'Globex',
      channelUrl: 'https://slack.com/C1',
      worksForMs: LINK_LIFE_MS,
      mostRows: 5_000,
      canFindServers: true,
      rowsPerMinute: 98,
      defaults: { dailyLimit: 30, displayName: '{local}' },
    },
  });
});

test('only links of the same person for the same channel and client take rows from each other', async (context) => {
  const world = await startBatchPage(context);
  const whose = async (change: Partial<Batch>) =>
    bodyOf(await ask(world, 'look', { token: await world.createLink(change) }), 'batch').whose;
  const own = await whose({});
  assert.equal(await whose({}), own);
  for (const other of [{ userId: 'U2' }, { teamId: 'T2' }, { channelId: 'C2' }]) {
    assert.notEqual(await whose(other), own, JSON.stringify(other));
  }
});

test('a file comes back as its rows, each checked, and nothing of it is stored', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const file = 'Email,App password,Caps,2FA secret\njane@gmail.com,abcdefghijklmnop,20,planted\nnobody,abc,30,x\n';
  const read = bodyOf(await upload(world, 'read', token, file), 'read');
  assert.deepEqual(read.columns, [
    { position: 0, header: 'Email', isDropped: false, values: '', field: 'email_address' },
    { position: 1, header: 'App password', isDropped: false, values: '', field: 'app_password' },
    { position: 2, header: 'Caps', isDropped: false, values: '2 numbers from 20 to 30', suggested: 'daily_limit' },
    { position: 3, header: '2FA secret', isDropped: true, values: '' },
  ]);
  assert.deepEqual(read.rows[0], {
    line: 2,
    account: { email_address: 'jane@gmail.com', inbox_type: 'GOOGLE_WORKSPACE', smtp_password: 'abcdefghijklmnop' },
  });
  const [ready, wrong] = read.checks;
  assert.deepEqual(
    [ready?.kind, ready?.filled.smtp_host, ready?.filled.daily_limit],
    ['ready', 'smtp.gmail.com', '30'],
  );
  assert.deepEqual([wrong?.kind, Object.keys(wrong?.errors ?? {})[0]], ['to_fix', 'email_address']);
  assert.doesNotMatch(JSON.stringify(read), /planted/);
  const chosen = { 'x-columns': encodeURIComponent(JSON.stringify({ 2: 'daily_limit', 1: null })) };
  const again = bodyOf(await upload(world, 'read', token, file, chosen), 'read');
  assert.deepEqual([again.rows[0]?.account.daily_limit, again.rows[0]?.account.smtp_password], ['20', undefined]);
  const defaults = { 'x-defaults': encodeURIComponent(JSON.stringify({ dailyLimit: 77 })) };
  const limited = bodyOf(await upload(world, 'read', token, file, defaults), 'read');
  assert.equal(limited.checks[0]?.filled.daily_limit, '77');
  const unreadable = bodyOf(await upload(world, 'read', token, '%PDF-1.4'), 'unreadable');
  assert.match(unreadable.why, /^This is a PDF\. Export/);
  for (const name of ['requests', 'batch_drafts', 'request_passwords'] as const) {
    assert.deepEqual(await world.database.kysely.selectFrom(name).selectAll().execute(), []);
  }
});

test('changed rows are checked by the rules of the form, with servers found by the domain', async (context) => {
  const world = await startBatchPage(context);
  world.behind.findServers = async () => ({
    kind: 'servers',
    by: 'mx',
    servers: {
      inboxType: 'CUSTOM_SMTP',
      provider: 'X',
      smtpHost: 'smtp.x.com',
      smtpPort: 587,
      imapHost: 'imap.x.com',
      imapPort: 993,
    },
  });
  const token = await world.createLink();
  const rows = [
    rowOf(2, 'found@acme.com', { smtp_password: ' spaced ' }),
    rowOf(3, 'jane@acme.com'),
    rowOf(4, 'jane@acme.com'),
    rowOf(5, 'jane@acme.com', { ...GOOGLE, smtp_password: 'other' }),
    rowOf(6, 'eve@acme.com', { inbox_type: 'OUTLOOK_365', smtp_password: 'x' }),
    rowOf(7, 'bad', { smtp_password: '' }),
  ];
  const { checks } = bodyOf(await ask(world, 'rows', { token, defaults: {}, rows }), 'rows');
  const kinds = checks.map(({ line, kind, firstLine }) => [line, kind, firstLine]);
  assert.deepEqual(kinds, [
    [2, 'ready', undefined],
    [3, 'ready', undefined],
    [4, 'twice', 3],
    [5, 'differs', 3],
    [6, 'held', undefined],
    [7, 'to_fix', undefined],
  ]);
  const [found, jane] = checks;
  assert.deepEqual(
    [found?.isFoundByDomain, found?.filled.smtp_host, found?.filled.smtp_use_tls],
    [true, 'smtp.x.com', true],
  );
  assert.deepEqual(found?.warnings, ['The password begins or ends with a space.']);
  assert.deepEqual([jane?.isFoundByDomain, Object.hasOwn(jane?.filled ?? {}, 'imap_password')], [false, false]);
  assert.match(checks[4]?.why ?? '', /Microsoft 365/);
  assert.deepEqual(Object.keys(checks[5]?.errors ?? {}).includes('imap_password'), false);
  const nothing = await ask(world, 'rows', { token, defaults: {}, rows: [] });
  assert.deepEqual(nothing.body, { kind: 'rows', checks: [] }, 'a page asks if its link still works');
});

test('rows are added once, with the page and its repetitions told the same, and the link is spent', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const rows = [
    rowOf(2, 'jane@acme.com'),
    rowOf(3, 'nobody'),
    rowOf(4, 'eve@acme.com', { inbox_type: 'OUTLOOK_365', smtp_password: 'x' }),
  ];
  const submission = submissionOf(rows, { fileName: 'my\u200b list.csv' });
  const both = await Promise.all([upload(world, 'add', token, submission), upload(world, 'add', token, submission)]);
  const later = await upload(world, 'add', token, submission);
  for (const added of [...both, later]) {
    const { state, total, counts, threadUrl, failed } = bodyOf(added, 'added');
    assert.deepEqual([state, total, failed], ['waiting', 1, []]);
    assert.deepEqual(counts, { added: 0, exists: 0, failed: 0, unknown: 0, stopped: 0, left: 1 });
    assert.match(threadUrl, /^https:\/\/acme/);
  }
  assert.deepEqual(
    (await rowsIn(world.database)).map(({ line }) => line),
    [2],
  );
  assert.equal(world.behind.confirmed.length, 1);
  assert.equal(world.behind.confirmed[0]?.fileName, 'my list.csv');
  assert.deepEqual(await upload(world, 'add', token, submissionOf(rows, { pageId: 'q'.repeat(32) })), GONE);
  assert.deepEqual(await ask(world, 'look', { token }), GONE);
  assert.deepEqual(await upload(world, 'read', token, 'x'), GONE);
  assert.deepEqual(await ask(world, 'rows', { token, defaults: {}, rows }), GONE);
  const progress = bodyOf(await ask(world, 'progress', { token, pageId: PAGE_ID }), 'progress');
  assert.equal(progress.counts.left, 1);
  assert.deepEqual(await ask(world, 'progress', { token, pageId: 'q'.repeat(32) }), GONE);
});

test('a repetition that begins before the first is committed gets the same answer', async (context) => {
  const world = await startBatchPage(context);
  const { links } = world;
  const token = await world.createLink();
  const submission = submissionOf([rowOf(2, 'ann@acme.com')]);
  const { findSpent } = links;
  links.findSpent = async (...page) => {
    links.findSpent = findSpent;
    const found = await findSpent(...page);
    assert.equal((await upload(world, 'add', token, submission)).body.kind, 'added');
    return found;
  };
  assert.equal((await upload(world, 'add', token, submission)).body.kind, 'added');
  assert.equal(world.behind.confirmed.length, 1);
});

test('two tabs with one link: one of them adds', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const add = (pageId: string) => upload(world, 'add', token, submissionOf([rowOf(2, 'jane@acme.com')], { pageId }));
  const answers = await Promise.all(['a', 'b'].map((letter) => add(letter.repeat(32))));
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 404]);
  assert.equal((await rowsIn(world.database)).length, 1);
});

test('held rows are added only where the person wants that', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const rows = [rowOf(2, 'eve@acme.com', { inbox_type: 'OUTLOOK_365', smtp_password: 'x' })];
  const refused = bodyOf(await upload(world, 'add', token, submissionOf(rows)), 'to_fix');
  assert.equal(refused.checks[0]?.kind, 'held');
  assert.equal((await upload(world, 'add', token, submissionOf(rows, { withHeld: true }))).body.kind, 'added');
});

const WRONG: LoginVerdict = { smtp: { kind: 'works' }, imap: { kind: 'refused', reason: 'wrong_login' } };
const BUSY: LoginVerdict = { smtp: { kind: 'works' }, imap: { kind: 'unknown', reason: 'try_later' } };
const WORKS: LoginVerdict = { smtp: { kind: 'works' }, imap: { kind: 'works' } };

test('where the workspace wants it, rows are added once their logins were tried', async (context) => {
  const world = await startBatchPage(context);
  const { behind, database, createLink } = world;
  const tried: string[] = [];
  behind.checkLogins = async (accounts) => {
    tried.push(...accounts.map(({ email_address }) => email_address));
    const verdicts: Record<string, LoginVerdict> = { 'wrong@acme.com': WRONG, 'busy@acme.com': BUSY };
    return accounts.map(({ email_address }) => verdicts[email_address] ?? WORKS);
  };
  const token = await createLink();
  const held = rowOf(5, 'held@acme.com', { inbox_type: 'OUTLOOK_365', smtp_password: 'abcd' });
  const ready = [rowOf(2, 'ann@acme.com'), rowOf(3, 'wrong@acme.com'), rowOf(4, 'busy@acme.com')];
  const rows = [...ready, rowOf(6, 'no password', {}), held];
  const unchecked = await upload(world, 'add', token, submissionOf(rows, { withHeld: true }));
  assert.deepEqual(unchecked, { status: 200, body: { kind: 'unchecked', lines: [2, 3, 4], atOnce: 40 } });
  assert.deepEqual(await rowsIn(database), []);
  const logins = await ask(world, 'logins', { token, defaults: {}, rows });
  const why = 'Reading (IMAP): The user name or password is wrong. Check both.';
  assert.deepEqual(logins.body, { kind: 'logins', refused: [{ line: 3, why }], notChecked: [4] });
  assert.deepEqual(tried, ['ann@acme.com', 'wrong@acme.com', 'busy@acme.com'], 'nobody tries what is not ready');
  const checked = submissionOf(ready, { checkedLines: [2, 3, 4] });
  assert.equal(bodyOf(await upload(world, 'add', token, checked), 'added').total, 3);
  assert.equal((await ask(world, 'logins', { token, defaults: {}, rows })).status, 404);
  assert.equal(tried.length, 3, 'a spent link tries no login');
});

test('few logins are tried with one request, and none where the workspace does not want it', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const rows = Array.from({ length: 41 }, (_each, index) => rowOf(index + 1, `row${index}@acme.com`));
  assert.equal((await ask(world, 'logins', { token, defaults: {}, rows })).status, 400);
  const answered = await ask(world, 'logins', { token, defaults: {}, rows: rows.slice(1) });
  assert.deepEqual(answered.body, { kind: 'logins', refused: [], notChecked: [] });
});

test('five submissions without a row to add, and the link is dead', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const wrong = () => upload(world, 'add', token, submissionOf([rowOf(2, 'nobody')]));
  for (let tries = 0; tries < 5; tries += 1) assert.equal((await wrong()).body.kind, 'to_fix');
  assert.deepEqual(await wrong(), GONE);
  assert.deepEqual(await ask(world, 'look', { token }), GONE);
});

test('what a link dies of is one and the same answer everywhere', async (context) => {
  const world = await startBatchPage(context);
  const { behind } = world;
  const row = rowOf(2, 'jane@acme.com');
  const all = async (token: string) => [
    await ask(world, 'look', { token }),
    await ask(world, 'rows', { token, defaults: {}, rows: [row] }),
    await ask(world, 'progress', { token, pageId: PAGE_ID }),
    await ask(world, 'save', { token, pageId: PAGE_ID, isSure: true, smtp_password: 'x', imap_password: 'x' }),
    await upload(world, 'read', token, 'a@b.com x'),
    await upload(world, 'add', token, submissionOf([row])),
  ];
  const forged = 'A'.repeat(43);
  for (const token of ['x', forged]) for (const answer of await all(token)) assert.deepEqual(answer, GONE);
  const older = await world.createLink();
  const newer = await world.createLink();
  for (const answer of await all(older)) assert.deepEqual(answer, GONE, 'a newer link');
  behind.permission = { kind: 'unknown' };
  assert.deepEqual(await ask(world, 'look', { token: newer }), { status: 503, body: { kind: 'later' } });
  behind.permission = { kind: 'lost', why: 'deactivated' };
  for (const answer of await all(newer)) assert.deepEqual(answer, GONE, 'deactivated');
  behind.permission = { kind: 'may' };
  behind.choice = { kind: 'blocked', channelIds: [] };
  for (const answer of await all(newer)) assert.deepEqual(answer, GONE, 'no key for the channel');
  behind.choice = { kind: 'key', keyName: { kind: 'client', name: 'Other', channelId: 'C1' }, current: undefined };
  for (const answer of await all(newer)) assert.deepEqual(answer, GONE, 'another client');
  behind.choice = { kind: 'key', keyName: WORKSPACE, current: undefined };
  assert.equal((await ask(world, 'look', { token: newer })).status, 200);
  behind.now += LINK_LIFE_MS;
  for (const answer of await all(newer)) assert.deepEqual(answer, GONE, 'expired');
  assert.deepEqual(await rowsIn(world.database), []);
});

test('a right that is lost while the rows are typed adds nothing', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const add = () => upload(world, 'add', token, submissionOf([rowOf(2, 'jane@acme.com')]));
  world.behind.permission = { kind: 'lost', why: 'admins_only' };
  assert.deepEqual(await add(), GONE);
  assert.deepEqual(await rowsIn(world.database), []);
  world.behind.permission = { kind: 'may' };
  assert.equal((await add()).body.kind, 'added');
  world.behind.permission = { kind: 'lost', why: 'deactivated' };
  assert.deepEqual(await ask(world, 'progress', { token, pageId: PAGE_ID }), GONE);
});

test('a restart and a second replica change nothing', async (context) => {
  const world = await startBatchPage(context);
  const token = await world.createLink();
  const other = await world.start(world.publicUrl);
  await world.stop();
  assert.equal((await ask(other, 'look', { token })).status, 200);
  const third = await world.start(world.publicUrl);
  const submission = submissionOf([rowOf(2, 'jane@acme.com')]);
  const answers = await Promise.all([upload(other, 'add', token, submission), upload(third, 'add', token, submission)]);
  for (const { body } of answers) assert.equal(body.kind, 'added');
  assert.equal((await rowsIn(world.database)).length, 1);
});
