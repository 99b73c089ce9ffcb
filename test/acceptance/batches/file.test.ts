import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { writeVendorFile } from '../../../playground/vendor-file.ts';
import { fieldOf, NOTICE, waitForPage } from '../world/fill-form.ts';
import { findSecrets } from '../world/find-secrets.ts';
import { readManifestScopes } from '../world/manifest-scopes.ts';
import { startWorld, type World } from '../world/start-bot.ts';
import { MANY_FORM, openManyForm, PREVIEW, previewFile, readBatches, waitForNoDraft } from './batch-world.ts';

const HEADER = 'Email,Password,Provider\n';

for (const transport of ['http', 'socket'] as const) {
  test(`over ${transport}, a vendor's file is read, previewed and committed once confirmed`, async (context) => {
    const world = await startWorld(context, { transport });
    const { slack, member, channelId } = world;
    const preview = await previewFile(member, channelId, { name: 'globex-october.csv', content: writeVendorFile(500) });
    assert.equal(preview.callbackId, PREVIEW);
    assert.equal(preview.submitLabel, 'Add 497 inboxes');
    assert.match(preview.rendered, /globex-october\.csv · Instantly's columns · about \d+ minutes/);
    assert.match(preview.rendered, /Columns that I don't use: Warmup Enabled, Warmup Limit, Warmup Increment/);
    assert.match(preview.rendered, /Delete your file from Slack/, 'a bot can not delete what a person uploaded');
    const { modal } = await member.submit();
    assert.equal(modal?.callbackId, NOTICE);
    assert.match(modal.rendered, /Adding 497 inboxes/);
    const { batches, rows, pieces } = readBatches(world);
    assert.deepEqual([batches.map(({ total }) => total), rows.length, pieces], [[497], 497, 0]);
    assert.deepEqual(slack.problems, []);
  });
}

test('many inboxes from a file', async (context) => {
  const world = await startWorld(context);
  const { slack, member, channelId } = world;
  const download = 'url_private_download';

  await context.test('says that it reads, and then what it found', async () => {
    slack.failNext(download, { answerAfterMs: 300 });
    await openManyForm(member, channelId);
    await member.attach('file', [{ name: 'one.csv', content: `${HEADER}jane@acme.com,pw1234567,google\n` }]);
    const { modal } = await member.submit();
    assert.equal(modal?.callbackId, 'batch_reading');
    assert.match(modal.rendered, /Reading your file…/);
    assert.equal((await waitForPage(member, PREVIEW)).submitLabel, 'Add 1 inbox');
  });

  await context.test('closing it while it reads leaves nothing behind', async () => {
    await member.close({ all: true });
    await waitForNoDraft(world);
    slack.failNext(download, { answerAfterMs: 300 });
    await openManyForm(member, channelId);
    await member.attach('file', [{ name: 'one.csv', content: `${HEADER}jane@acme.com,pw1234567,google\n` }]);
    const from = slack.ledger.calls.length;
    await member.submit();
    await member.close({ all: true });
    await slack.waitFor(
      () =>
        slack.ledger.calls
          .slice(from)
          .find(({ method, response }) => method === 'views.update' && response?.error === 'not_found'),
      'the update of a closed page',
    );
    await waitForNoDraft(world);
  });

  await context.test('rows and a file together are refused, and so is a file that is too large', async () => {
    await openManyForm(member, channelId);
    await member.type('rows', 'jane@acme.com pw');
    await member.attach('file', [{ name: 'one.csv', content: HEADER }]);
    assert.match(Object.values((await member.submit()).errors).join(), /You gave me rows and a file/);
    await openManyForm(member, channelId);
    await member.attach('file', [{ name: 'large.csv', content: 'x'.repeat(4 * 1024 * 1024 + 1) }]);
    const { errors, modal } = await member.submit();
    assert.match(Object.values(errors).join(), /larger than 4 MB/);
    assert.equal(modal?.callbackId, MANY_FORM);
  });

  for (const [what, file, says] of [
    ['garbage', { name: 'x.csv', content: Buffer.from([0, 1, 2, 3, 0, 0, 255]) }, /This is not a text file/],
    ['a workbook', { name: 'x.csv', content: Buffer.from('504b030400000000786c2f', 'hex') }, /Excel workbook/],
    ['a web page', { name: 'x.csv', content: '<!doctype html><p>Sign in' }, /This is a web page/],
    ['no addresses', { name: 'x.csv', content: 'Name,Tags\nJane,x\n' }, /I can’t find the column with the addresses/],
    ['an open quote', { name: 'x.csv', content: `${HEADER}a@acme.com,"pw,google\n` }, /Line 2: A quotation mark/],
  ] as const) {
    await context.test(`${what}: says what is wrong and leads back to the form`, async () => {
      const page = await previewFile(member, channelId, file);
      assert.equal(page.callbackId, NOTICE);
      assert.match(page.rendered, says);
      assert.equal(page.submitLabel, undefined);
      await member.click('Back');
      const form = await waitForPage(member, MANY_FORM);
      assert.equal(form.fields.find(({ actionId }) => actionId === 'file')?.value, undefined, 'the file is not kept');
    });
  }

  for (const [how, fault, says] of [
    [
      'has a page for signing in',
      { text: '<!DOCTYPE html><html>Sign in', headers: { 'content-type': 'text/html' } },
      /files:read/,
    ],
    ['is forbidden', { status: 403 }, /files:read/],
    ['is gone', { status: 404 }, /does not have this file any more/],
    ['is broken', { status: 500 }, /I could not get the file from Slack/],
    ['is cut', 'reset', /I could not get the file from Slack/],
    ['leads elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:9/x' } }, /I could not get the file/],
    [
      'leads to where Slack signs in',
      { status: 302, headers: { location: 'https://acme.slack.com/?redir=x' } },
      /files:read/,
    ],
  ] as const) {
    await context.test(`a download that ${how} is explained`, async () => {
      slack.failNext(download, fault);
      const page = await previewFile(member, channelId, { name: 'one.csv', content: HEADER });
      assert.match(page.rendered, says);
    });
  }

  await context.test('a file of Slack Connect is looked up first', async () => {
    const content = `${HEADER}connect@acme.com,pw1234567,google\n`;
    await openManyForm(member, channelId);
    await member.attach('file', [{ name: 'connect.csv', content }]);
    slack.tamperNext({
      payload: (payload) =>
        JSON.parse(JSON.stringify(payload), (key, value) =>
          key === 'files'
            ? value.map(({ id }: { id: string }) => ({ id, mode: 'file_access', file_access: 'check_file_info' }))
            : value,
        ),
    });
    await member.submit();
    const preview = await waitForPage(member, PREVIEW);
    assert.match(preview.rendered, /connect\.csv/);
  });

  await context.test('without the scope there is no field, and a line says what an admin can do', async () => {
    slack.setScopes(
      slack.workspace.teamId,
      readManifestScopes().filter((scope) => scope !== 'files:read'),
    );
    const form = await openManyForm(member, channelId);
    assert.ok(!form.fields.some(({ actionId }) => actionId === 'file'));
    assert.match(form.rendered, /an admin installs me again with the scope files:read/);
    assert.equal(fieldOf(form, 'rows').optional, false);
    slack.setScopes(slack.workspace.teamId, readManifestScopes());
  });

  await context.test('5,000 rows that are all wrong are counted, and as many as fit are shown', async () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => `nobody${index}@x,"p\uFFFDw"`).join('\n');
    const preview = await previewFile(member, channelId, { name: 'wrong.csv', content: `Email,Password\n${rows}\n` });
    assert.equal(preview.title, 'Check 5000 rows');
    assert.match(preview.rendered, /and 4\d{3} more/);
    assert.equal(preview.submitLabel, undefined);
  });

  await context.test('5,000 rows are committed', async () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => `many${index}@acme.com,pw1234567,google`).join('\n');
    const preview = await previewFile(member, channelId, { name: 'all.csv', content: `${HEADER}${rows}\n` });
    assert.equal(preview.submitLabel, 'Add 5000 inboxes');
    await member.submit();
    await member.waitForModal(({ rendered }) => /Adding 5000 inboxes|did not confirm/.test(rendered));
    assert.equal(readBatches(world).batches.at(-1)?.total, 5_000);
  });

  await context.test("breaks no rule of Slack's", () => assert.deepEqual(slack.problems, []));
});

for (const decision of ['discarded', 'confirmed'] as const) {
  test(`no password of a file shows up anywhere, and its rows are ${decision}`, async (context) => {
    const world = await startWorld(context, { env: { LOG_LEVEL: 'debug' } });
    const { slack, member, channelId } = world;
    const secrets = { password: 'planted-"pass%word-0123456789', secret: 'PLANTEDTOTPSECRET234567' };
    const quoted = `"${secrets.password.replaceAll('"', '""')}"`;
    const rows = [`jane@acme.com,${quoted},google,${secrets.secret}`, `bad@x,${quoted},google,${secrets.secret}`];
    const content = ['Email,Password,Provider,2FA Secret Key', ...rows].join('\n');
    const preview = await previewFile(member, channelId, { name: 'secret.csv', content });
    assert.match(preview.rendered, /other secrets, which I did not read: 2FA Secret Key/);
    checkEverything();
    if (decision === 'confirmed') assert.match((await member.submit()).modal?.rendered ?? '', /Adding 1 inbox\b/);
    else await member.close({ all: true });
    await waitForNoDraft(world);
    checkEverything();

    function checkEverything(): void {
      assert.deepEqual(findSecrets(JSON.stringify(slack.ledger.calls), secrets), [], 'calls');
      const answers = slack.ledger.deliveries.map(({ response }) => response);
      assert.deepEqual(findSecrets(JSON.stringify(answers), secrets), [], 'answers');
      assert.deepEqual(findSecrets(readFolder(world), secrets), [], 'the database');
      assert.deepEqual(findSecrets(world.bot.output(), secrets), [], 'the log');
    }
  });
}

function readFolder({ databasePath }: World): Buffer {
  const folder = dirname(databasePath);
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
}
