import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../../../playground/find-free-port.ts';
import { ask as askBot, bodyOf, PAGE_ID, submissionOf, upload } from '../../web/secure/start-batch-page.ts';
import { closeAll, digestPassword, waitForPage, waitForSent } from '../world/fill-form.ts';
import { findSecrets } from '../world/find-secrets.ts';
import { tokenOf, tokensIn } from '../world/secure-page.ts';
import { MANY_POSTS, startWorld, type World } from '../world/start-bot.ts';
import { openManyForm } from './batch-world.ts';

const PASSWORD = 'planted password of a row 7Q';
const FIXED = 'planted password once more 8R';

/** In each column of a row that is not added. */
const COLUMNS = [
  'email',
  'name',
  'provider',
  'smtp host',
  'smtp port',
  'smtp username',
  'password',
  'notes',
  '2fa secret',
];
const PLANTED = Object.fromEntries(COLUMNS.map((column, index) => [column, `planted in ${column} ${index}XYZ`]));

const FILE = [
  COLUMNS.join(','),
  ...['ann', 'bob', 'cat'].map(
    (name) => `${name}@acme.com,Jane,google,,,,${PASSWORD},${PLANTED.notes},${PLANTED['2fa secret']}`,
  ),
  Object.values(PLANTED).join(','),
].join('\n');

async function startWithPage(context: TestContext): Promise<World & { publicUrl: string; at: string }> {
  const port = await findFreePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const env = { PORT: String(port), PUBLIC_URL: publicUrl, LOG_LEVEL: 'trace' };
  return Object.assign(await startWorld(context, { slack: MANY_POSTS, env }), { publicUrl, at: publicUrl });
}

async function finish(world: Parameters<typeof askBot>[0], token: string) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const progress = bodyOf(await askBot(world, 'progress', { token, pageId: PAGE_ID }), 'progress');
    if (progress.state === 'finished') return progress;
    assert.ok(Date.now() < deadline, JSON.stringify(progress));
    await sleep(600);
  }
}

test('many inboxes on the secure page', { timeout: 180_000 }, async (context) => {
  const world = await startWithPage(context);
  const { slack, coldsend, admin, member, channelId } = world;
  const tokens: string[] = [];
  const take = () => {
    const token = tokenOf(member);
    tokens.push(token);
    return token;
  };

  await context.test('the form offers the page; a file is added there, across a restart', async () => {
    const form = await openManyForm(member, channelId);
    assert.match(form.rendered, /Slack can't hide passwords\. The secure page can/);
    const token = take();
    await member.click('open_secure_page');
    await world.bot.stop('SIGKILL');
    await world.restart();
    const looked = bodyOf(await askBot(world, 'look', { token }), 'batch');
    assert.match(`${looked.person} ${looked.channelUrl}`, /^mel https:\/\/slack\.com\/app_redirect/);
    const read = bodyOf(await upload(world, 'read', token, FILE), 'read');
    assert.deepEqual(
      read.checks.map(({ kind }) => kind),
      ['ready', 'ready', 'ready', 'to_fix'],
    );
    coldsend.answerNext({ kind: 'login_failed' }, { forAddress: 'bob@acme.com' });
    const rows = read.rows.map(({ line, account }) => ({ line, account }));
    const added = bodyOf(await upload(world, 'add', token, submissionOf(rows, { fileName: 'list.csv' })), 'added');
    assert.equal(added.total, 3);
    const { smtpPassword } = await waitForSent(coldsend, 'ann@acme.com');
    assert.equal(smtpPassword, digestPassword(PASSWORD));
    const done = await finish(world, token);
    assert.deepEqual([done.counts.added, done.counts.failed, done.failed[0]?.line], [2, 1, 3]);
    assert.equal(done.failed[0]?.account.email_address, 'bob@acme.com');
    assert.match(done.threadUrl, /archives/);
    const card = member.in(channelId).at(-1) ?? assert.fail('no card');
    assert.match(card.rendered, /2 of 3 inboxes added[\s\S]*list\.csv/);
    const results = bodyOf(await askBot(world, 'results', { token, pageId: PAGE_ID }), 'results');
    assert.equal(results.name, 'list-results.csv');
    assert.match(results.content, /"ann@acme\.com","added"[\s\S]*"bob@acme\.com"[\s\S]*"cat@acme\.com","added"/);
    assert.deepEqual(findSecrets(results.content, { PASSWORD, ...PLANTED }), []);
  });

  await context.test('the same page fixes what failed, in the same batch', async () => {
    const [token = ''] = tokens;
    const fix = {
      line: 9,
      account: { email_address: 'bob@acme.com', inbox_type: 'GOOGLE_WORKSPACE', smtp_password: FIXED },
    };
    const submission = submissionOf(
      [fix, { ...fix, line: 2, account: { ...fix.account, email_address: 'new@acme.com' } }],
      { round: 1 },
    );
    const { defaults, rows } = submission;
    const checked = bodyOf(await askBot(world, 'rows', { token, pageId: PAGE_ID, defaults, rows }), 'rows');
    assert.deepEqual(
      checked.checks.map(({ kind }) => kind),
      ['ready', 'not_failed'],
    );
    assert.equal((await askBot(world, 'rows', { token, defaults, rows })).body.kind, 'gone');
    for (const again of [1, 2]) {
      assert.equal((await upload(world, 'add', token, submission)).body.kind, 'added', String(again));
    }
    const done = await finish(world, token);
    assert.deepEqual([done.counts.added, done.counts.failed, done.total], [3, 0, 3]);
    assert.equal(coldsend.ledger.filter(({ body }) => JSON.stringify(body ?? '').includes('bob@acme.com')).length, 2);
    assert.equal(coldsend.ledger.filter(({ body }) => JSON.stringify(body ?? '').includes('new@acme.com')).length, 0);
  });

  await context.test(
    'where passwords are allowed only there, the link is all there is, and fixes go the same way',
    async () => {
      await openManyForm(member, channelId);
      await member.type('rows', 'ann@acme.com typed in Slack');
      await admin.openHome();
      await admin.click('home_settings', { in: 'home' });
      await waitForPage(admin, 'settings');
      await admin.choose('passwords_in', 'secure_page');
      await admin.submit();
      assert.match((await member.submit()).modal?.rendered ?? '', /only on the secure page now/);
      await closeAll(member);
      await member.openHome();
      await member.click('home_add_many', { in: 'home' });
      const fromHome = await member.waitForModal(({ view }) => tokensIn(view).length === 1);
      assert.deepEqual(fromHome.fields, []);
      const older = take();
      await closeAll(member);
      await member.command('/add-inbox many', { channelId });
      const alone = await member.waitForModal(({ view }) => tokensIn(view).length === 1);
      assert.deepEqual(alone.fields, []);
      const token = take();
      assert.equal((await askBot(world, 'look', { token: older })).body.kind, 'gone');
      coldsend.answerNext({ kind: 'login_failed' }, { forAddress: 'dan@acme.com' });
      const dan = {
        line: 2,
        account: { email_address: 'dan@acme.com', inbox_type: 'GOOGLE_WORKSPACE', smtp_password: PASSWORD },
      };
      await upload(world, 'add', token, submissionOf([dan]));
      assert.equal((await finish(world, token)).counts.failed, 1);
      await closeAll(member);
      const summary = await slack.waitFor(
        () =>
          member
            .in(channelId)
            .flatMap(({ thread }) => thread)
            .find(({ rendered }) => /1 inbox needs you/.test(rendered)),
        'the summary',
      );
      await member.click('batch_fix', { in: summary });
      await member.waitForModal(
        ({ rendered, view }) => /Correct the failed rows/.test(rendered) && tokensIn(view).length === 1,
      );
      const fixing = take();
      const { fix = [] } = bodyOf(await askBot(world, 'look', { token: fixing }), 'batch');
      assert.deepEqual(
        fix.map(({ account }) => [account.email_address, account.smtp_password]),
        [['dan@acme.com', undefined]],
      );
      assert.match(`${fix[0]?.title} ${fix[0]?.next}`, /password/);
      const fixed = { ...dan, account: { ...dan.account, smtp_password: FIXED } };
      const added = bodyOf(await upload(world, 'add', fixing, submissionOf([fixed])), 'added');
      assert.equal(added.total, 1);
      assert.equal((await finish(world, fixing)).counts.added, 1);
    },
  );

  await context.test('the page stops the rest of its list', async () => {
    await closeAll(member);
    await member.command('/add-inbox many', { channelId });
    await member.waitForModal(({ view }) => tokensIn(view).length === 1);
    const token = take();
    const rows = Array.from({ length: 300 }, (_, index) => ({
      line: index + 2,
      account: { email_address: `n${index}@stop.com`, inbox_type: 'GOOGLE_WORKSPACE', smtp_password: PASSWORD },
    }));
    await upload(world, 'add', token, submissionOf(rows));
    await waitForSent(coldsend, 'n0@stop.com');
    const body = { token, pageId: PAGE_ID };
    bodyOf(await askBot(world, 'stop', body), 'progress');
    const { counts } = await finish(world, token);
    assert.ok(counts.stopped > 0 && counts.left === 0, JSON.stringify(counts));
    assert.equal(counts.added + counts.stopped, 300);
    const { content } = bodyOf(await askBot(world, 'results', body), 'results');
    assert.equal(content.split('"not sent: stopped"').length - 1, counts.stopped);
  });

  await context.test('no secret is in Slack, the log or the database, and no token in the last two', async () => {
    const metrics = await (await fetch(`${world.publicUrl}/metrics`)).text();
    assert.equal(await world.bot.stop(), 0);
    const folder = dirname(world.databasePath);
    const files = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
    const secrets = {
      PASSWORD,
      FIXED,
      ...PLANTED,
      ...Object.fromEntries(tokens.map((token, index) => [`token ${index}`, token])),
    };
    assert.equal(tokens.length, 5);
    for (const place of [world.bot.output(), metrics, files]) assert.deepEqual(findSecrets(place, secrets), []);
    const { calls, deliveries, payloads } = slack.ledger;
    assert.deepEqual(findSecrets(JSON.stringify([calls, deliveries, payloads]), { PASSWORD, FIXED, ...PLANTED }), []);
    assert.deepEqual(slack.problems, []);
  });
});

test('without PUBLIC_URL, the form offers no page', async (context) => {
  const { bot, member, channelId } = await startWorld(context);
  assert.doesNotMatch((await openManyForm(member, channelId)).rendered, /secure page/);
  for (const what of ['read', 'rows', 'logins', 'add', 'progress', 'stop', 'results']) {
    assert.equal((await fetch(`${bot.url}/secure/${what}`, { method: 'POST' })).status, 404);
  }
});
