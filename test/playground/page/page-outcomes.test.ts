import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { writeVendorFile } from '../../../playground/vendor-file.ts';
import { addExample, closeModal, openPage, send, storeKey } from './open-page.ts';
import { openBrowser, skipWithoutBrowser } from './test-browser.ts';

/** Each switch, and what the form says then; two halves that are played at the same time. */
const OUTCOMES = [
  [
    ['Added: ACTIVE', 'ACTIVE (ready to use)'],
    ['Added: PENDING', 'PENDING (ColdSend is still validating it)'],
    ['400 login refused', 'Connection failed'],
    ['500 server error', "We don't know if the inbox was added"],
    ['Answer gets lost', "We don't know if the inbox was added"],
    ['Slow, 3 seconds', 'Inbox added'],
  ],
  [
    ['422 field errors', 'This port is closed'],
    ['409 exists already', 'ColdSend already has it'],
    ['429 in 3 seconds', 'Inbox added'],
    ['401 key refused', 'refused the API key'],
  ],
] as const;

// page.test.ts says what is missing where there is no Chromium.
describe('outcomes on the page of the playground', { skip: skipWithoutBrowser, concurrency: 3 }, async () => {
  const browser = await openBrowser();
  after(() => browser.close());

  for (const outcomes of OUTCOMES) {
    test(`each outcome comes by its switch: ${outcomes.map(([label]) => label).join(', ')}`, async (context) => {
      const opened = await openPage(context, browser);
      const { page, modal, bench, conversation, playground } = opened;
      await storeKey(opened);
      for (const [index, [label, outcome]] of outcomes.entries()) {
        await bench.getByText(label).click();
        await addExample(opened, `p${index}@acme.com`);
        const announcement = conversation.getByRole('article').filter({ hasText: `p${index}@acme.com` });
        if (label.startsWith('Slow')) await announcement.getByText('Adding an inbox…').waitFor();
        if (label.startsWith('429')) await announcement.getByText('Waiting to add an inbox').waitFor();
        await modal.getByText(outcome).first().waitFor();
        await closeModal(modal);
        await bench.getByLabel('Added: ACTIVE').and(page.locator(':checked')).waitFor();
      }
      await page.getByText('Break something (done)').waitFor();
      assert.deepEqual(playground.slack.problems, []);
    });
  }

  test('an address to try opens the form, and ColdSend refuses the login that is then explained', async (context) => {
    const opened = await openPage(context, browser);
    const { modal, bench } = opened;
    const press = (name: string) => modal.getByRole('button', { name, exact: true }).click();
    await storeKey(opened);
    await bench.getByText('Addresses to try').click();
    await bench.getByRole('button', { name: 'jane@nowhere.test' }).click();
    await modal.getByLabel('Display name').fill('Jane Doe');
    await press('Next');
    await modal.getByText('There is no domain called nowhere.test.').waitFor();
    await closeModal(modal);
    await bench.getByRole('button', { name: 'jane@no-tls.test' }).click();
    await modal.getByLabel('Display name').fill('Jane Doe');
    await press('Next');
    await modal.getByRole('textbox', { name: 'SMTP password' }).fill('secret-of-jane');
    await press('Add inbox');
    await modal.getByText('offers no encryption on port').first().waitFor();
  });

  test('a key that lacks scopes is refused on its field', async (context) => {
    const opened = await openPage(context, browser);
    const { page, modal, bench } = opened;
    await bench.getByText('403 scopes missing').click();
    await send(page, '/add-inbox');
    await modal.getByLabel('API key').waitFor();
    await modal.getByRole('button', { name: 'Fill in an example' }).click();
    await modal.getByRole('button', { name: 'Save the key' }).click();
    await modal.getByRole('alert').getByText('sender_accounts:write').waitFor();
    await modal.getByRole('button', { name: 'Save the key' }).click();
    await modal.getByLabel('Address of the inbox').waitFor();
  });

  test('a button in the thread opens the form again, filled in', async (context) => {
    const opened = await openPage(context, browser);
    const { modal, bench, thread } = opened;
    await storeKey(opened);
    await bench.getByText('400 login refused').click();
    await addExample(opened, 'jane@acme.com');
    await modal.getByText('Connection failed').waitFor();
    await closeModal(modal);
    await thread.getByRole('button', { name: 'Fix and try again' }).click();
    await modal.getByLabel('Address of the inbox').waitFor();
    assert.equal(await modal.getByLabel('Address of the inbox').inputValue(), 'jane@acme.com');
    assert.equal(await modal.getByLabel('Google Workspace').isChecked(), true);
    await modal.getByRole('button', { name: 'Next', exact: true }).click();
    assert.equal(await modal.getByRole('textbox', { name: 'App password' }).inputValue(), '');
    await modal.getByRole('textbox', { name: 'App password' }).fill('abcd efgh ijkl mnop');
    await modal.getByRole('button', { name: 'Add inbox' }).click();
    await thread.getByText('2 replies').waitFor();
  });

  test('the secure page opens beside the local Slack, and the thread goes on with what was entered there', async (context) => {
    const opened = await openPage(context, browser);
    const { page, modal, thread } = opened;
    await storeKey(opened);
    await send(page, '/add-inbox jane@acme.com');
    await modal.getByLabel('Address of the inbox').waitFor();
    await modal.getByRole('button', { name: 'Fill in an example' }).click();
    await modal.getByRole('button', { name: 'Next', exact: true }).click();
    await modal.getByRole('textbox', { name: 'App password' }).waitFor();
    await modal.getByRole('button', { name: 'Add inbox' }).click();
    const [secure] = await Promise.all([
      page.context().waitForEvent('page'),
      modal.getByRole('button', { name: 'Open the secure page' }).click(),
    ]);
    await secure.getByRole('textbox', { name: 'App password' }).fill('abcd efgh ijkl mnop');
    await secure.getByRole('button', { name: 'Add inbox' }).click();
    await secure.getByRole('heading', { name: 'The password for jane@acme.com is saved' }).waitFor();
    await modal.getByText('ACTIVE').waitFor();
    await thread.getByText('ACTIVE').first().waitFor();
  });

  test('a whole file goes through the secure page, which shows its progress and what failed', async (context) => {
    const opened = await openPage(context, browser);
    const { page, modal, conversation, playground } = opened;
    await storeKey(opened);
    playground.coldsend.answerNext({ kind: 'login_failed' });
    await send(page, '/add-inbox many');
    const [secure] = await Promise.all([
      page.context().waitForEvent('page'),
      modal.getByRole('button', { name: 'Open the secure page' }).click(),
    ]);
    const file = { name: 'globex-october.csv', mimeType: 'text/csv', buffer: Buffer.from(writeVendorFile()) };
    await secure.locator('input[type=file]').setInputFiles(file);
    await secure.getByText("Instantly's columns").waitFor();
    await secure.getByRole('button', { name: 'Use jane.lee@acme-mail.com' }).click();
    await secure.getByRole('button', { name: 'Add 38 inboxes' }).click();
    await secure.getByRole('heading', { name: '37 of 38 inboxes added' }).waitFor();
    await conversation.getByText('37 of 38 inboxes added').waitFor();
    await secure.getByRole('button', { name: 'Fix what failed' }).click();
    await secure.getByRole('button', { name: 'Add 1 inbox' }).click();
    await secure.getByRole('heading', { name: '38 of 38 inboxes added' }).waitFor();
    await conversation.getByText('All 38 inboxes added').waitFor();
  });

  test('a bot that was killed says nothing, and goes on where it was once it is started again', async (context) => {
    const opened = await openPage(context, browser);
    const { page, modal, bench, conversation, playground } = opened;
    await storeKey(opened);
    await bench.getByText('Slow, 3 seconds').click();
    await addExample(opened, 'jane@acme.com');
    await playground.coldsend.waitFor(({ body }) => JSON.stringify(body ?? null).includes('jane@acme.com'));
    await closeModal(modal);
    await bench.getByRole('button', { name: 'Kill it now' }).click();
    await bench.getByText('inbox-bot is dead').waitFor();
    await send(page, '/add-inbox');
    await conversation.getByText('/add-inbox failed with the error').waitFor();

    await bench.getByRole('button', { name: 'Start it again' }).click();
    await bench.getByText('inbox-bot is running').waitFor();
    await conversation.getByText("We don't know if the inbox was added").waitFor();
    await send(page, '/add-inbox');
    await modal.getByLabel('Address of the inbox').waitFor();
  });
});
