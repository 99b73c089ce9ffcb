import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { writeVendorFile, writeVendorPaste } from '../../../playground/vendor-file.ts';
import { callSlack } from '../local-slack/call-slack.ts';
import { findSerious, type Opened, openPage, send, storeKey } from './open-page.ts';
import { openBrowser, skipWithoutBrowser } from './test-browser.ts';

const NARROW = { viewport: { width: 390, height: 740 } };

const plain = (text: string) => ({ type: 'plain_text', text });
const input = (label: string, element: object) => ({
  type: 'input',
  block_id: label.toLowerCase(),
  label: plain(label),
  element: { action_id: 'value', ...element },
});
const FILE = input('File', { type: 'file_input', filetypes: ['csv'], max_files: 1 });
const PASTE = input('Rows', { type: 'plain_text_input', multiline: true, max_length: 3000 });

/** Puts these blocks into the form that the bot has opened. */
async function showForm(opened: Opened, blocks: object[]): Promise<void> {
  const { page, playground, modal } = opened;
  const { slack, app } = playground;
  slack.setScopes(slack.workspace.teamId, [...app.scopes, 'files:read', 'files:write']);
  await storeKey(opened);
  await send(page, '/add-inbox');
  await modal.getByLabel('Address of the inbox').waitFor();
  const view = { type: 'modal', title: plain('Add many'), submit: plain('Read'), blocks };
  const answer = await callSlack(slack, 'views.update', { view_id: adaOf(opened).modal()?.viewId, view });
  assert.equal(answer.ok, true, JSON.stringify(answer));
}

function adaOf({ playground, cast }: Opened) {
  return playground.slack.as(cast[0]?.userId ?? '');
}

/** What the bot gets when it reads the file in the open form. */
async function readAttached(opened: Opened): Promise<string> {
  const held = adaOf(opened).modal()?.values.file?.value?.files;
  const [file] = Array.isArray(held) ? held : [];
  const authorization = `Bearer ${opened.playground.slack.installation.botToken}`;
  return (await fetch(file.url_private_download, { headers: { authorization } })).text();
}

// page.test.ts says what is missing where there is no Chromium.
describe('files on the page of the playground', { skip: skipWithoutBrowser, concurrency: 2 }, async () => {
  const browser = await openBrowser();
  after(() => browser.close());

  test('a file is picked or dropped into a form, and taken out again', async (context) => {
    const opened = await openPage(context, browser, NARROW);
    const { page, modal } = opened;
    await showForm(opened, [FILE, PASTE]);
    const picker = modal.getByLabel('File', { exact: true });
    await picker.setInputFiles({ name: 'rows.csv', mimeType: 'text/csv', buffer: Buffer.from('a\tb\r\n') });
    await modal.getByText('rows.csv').waitFor();
    assert.equal(await readAttached(opened), 'a\tb\r\n');
    assert.deepEqual(await findSerious(page), []);
    assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth')) <= 0);
    await modal.getByRole('button', { name: 'Remove' }).click();
    await modal.getByText('rows.csv').waitFor({ state: 'detached' });

    const dropped = await page.evaluateHandle(
      "(() => { const data = new DataTransfer(); data.items.add(new File(['c,d'], 'dropped.csv')); return data; })()",
    );
    await modal.locator('.file-field').dispatchEvent('drop', { dataTransfer: dropped });
    await modal.getByText('dropped.csv').waitFor();
    assert.equal(await readAttached(opened), 'c,d');

    await picker.setInputFiles({ name: 'rows.xlsx', mimeType: 'x/y', buffer: Buffer.from('PK') });
    await modal.getByRole('alert').filter({ hasText: 'rows.xlsx can’t be uploaded' }).waitFor();
    assert.equal(await readAttached(opened), 'c,d', 'what was in it stays');
    assert.deepEqual(opened.playground.slack.problems, []);
  });

  test('a vendor’s file comes at a press: as a file, or pasted where the form takes none', async (context) => {
    const opened = await openPage(context, browser, NARROW);
    const { page, modal, bench, playground } = opened;
    await showForm(opened, [FILE, PASTE]);
    const vendor = modal.getByRole('button', { name: /^A vendor’s file with 40 rows, three of them wrong$/ });
    await vendor.click();
    await modal.getByText('globex-october.csv').waitFor();
    assert.equal(await readAttached(opened), writeVendorFile());

    const view = {
      type: 'modal',
      title: plain('Add many'),
      submit: plain('Read'),
      callback_id: 'rows',
      blocks: [PASTE],
    };
    await callSlack(playground.slack, 'views.update', { view_id: adaOf(opened).modal()?.viewId, view });
    await modal.getByLabel('File').waitFor({ state: 'detached' });
    await vendor.click();
    await playground.slack.waitFor(
      () => adaOf(opened).modal()?.values.rows?.value?.value === writeVendorPaste() || undefined,
      'the rows with their tabs',
    );
    await modal.getByRole('button', { name: 'Read' }).click();
    await playground.slack.waitForDelivery(({ payload }) => JSON.stringify(payload).includes('"callback_id":"rows"'));
    await modal.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Backstage' }).click();
    await bench.getByRole('button', { name: 'Traffic' }).click();
    await bench.getByRole('button', { name: /view_submission rows/ }).click();
    await bench.locator('.detail').filter({ hasText: '••••' }).waitFor();
    assert.doesNotMatch((await bench.textContent()) ?? '', /jane\.doe@/);
  });

  test('tables, plans and files stand in messages, and files open in a tab of their own', async (context) => {
    const opened = await openPage(context, browser, NARROW);
    const { page, conversation, playground } = opened;
    const { slack, app } = playground;
    slack.setScopes(slack.workspace.teamId, [...app.scopes, 'files:write']);
    const channel = adaOf(opened).channels()[0]?.id;
    const cell = (text: string) => ({ type: 'raw_text', text });
    const rich = {
      type: 'rich_text',
      elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'bob@x.com', style: { bold: true } }] }],
    };
    const columns = Array.from({ length: 20 }, (_, index) => cell(`Column ${index}`));
    const posted = await callSlack(slack, 'chat.postMessage', {
      channel,
      text: 'Done',
      blocks: [
        { type: 'table', column_settings: [{ align: 'right' }], rows: [columns, [cell('4'), rich]] },
        {
          type: 'data_table',
          caption: 'What failed',
          rows: [
            [cell('Line'), cell('Address')],
            [cell('7'), rich],
          ],
        },
        {
          type: 'plan',
          title: 'Adding',
          tasks: [{ type: 'task_card', task_id: '1', title: 'Read', status: 'complete' }],
        },
        { type: 'card', title: plain('Globex'), body: plain('40 inboxes') },
      ],
    });
    assert.equal(posted.ok, true, JSON.stringify(posted));
    const table = conversation.getByRole('table').first();
    await table.getByRole('columnheader', { name: 'Column 19' }).waitFor({ state: 'attached' });
    assert.equal(await table.getByRole('strong').textContent(), 'bob@x.com');
    await conversation.getByRole('table', { name: 'What failed' }).getByRole('rowheader', { name: '7' }).waitFor();
    await conversation.getByRole('listitem').filter({ hasText: 'complete Read' }).waitFor();
    await conversation.getByText('Globex', { exact: true }).waitFor();

    const csv = 'line,address\n4,bob@x.com\n';
    const upload = await callSlack(
      slack,
      'files.getUploadURLExternal',
      { filename: 'results.csv', length: csv.length },
      'form',
    );
    await fetch(String(upload.upload_url), { method: 'POST', body: csv });
    const file = { files: [{ id: upload.file_id }], channel_id: channel };
    await callSlack(slack, 'files.completeUploadExternal', file);
    await conversation.getByText('results.csv').click();
    assert.deepEqual(await findSerious(page), []);
    assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth')) <= 0);
    const opening = page.waitForEvent('popup');
    await conversation.getByRole('link', { name: 'Open the whole file' }).click();
    const tab = await opening;
    await tab.getByText('4,bob@x.com').waitFor();
    await callSlack(slack, 'files.delete', { file: upload.file_id });
    await conversation.getByText('results.csv was deleted.').waitFor();
    assert.deepEqual(slack.problems, []);
  });
});
