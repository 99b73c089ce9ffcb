import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { tabTo, waitForFocus } from './focus.ts';
import { closeModal, openPage, send, storeKey } from './open-page.ts';
import { openBrowser, skipWithoutBrowser } from './test-browser.ts';

describe('the form on the page of the playground', { skip: skipWithoutBrowser, concurrency: 3 }, async () => {
  const browser = await openBrowser();
  after(() => browser.close());

  test('by mouse, an inbox is added with each provider and its overall_status stands in the thread', async (context) => {
    const opened = await openPage(context, browser);
    const { page, modal, conversation, thread, playground } = opened;
    await storeKey(opened);
    const providers = [
      { name: 'Google Workspace', address: 'g@acme.com', password: 'App password (optional)' },
      { name: 'Microsoft 365', address: 'm@acme.com', password: 'Password (optional)' },
      { name: 'Other provider', address: 'o@acme.com', password: 'SMTP password (optional)' },
    ];
    for (const { name, address, password } of providers) {
      await send(page, '/add-inbox');
      await modal.getByLabel('Address of the inbox').fill(address);
      await modal.getByLabel('Display name').fill('Jane Doe');
      await modal.getByLabel(name).click();
      await modal.getByRole('button', { name: 'Next', exact: true }).click();
      await modal.getByLabel(password, { exact: true }).fill('abcd efgh ijkl mnop');
      if (name === 'Other provider') {
        await modal.getByLabel('SMTP server').fill('smtp.acme.com');
        await modal.getByLabel('IMAP server').fill('imap.acme.com');
      }
      await modal.getByRole('button', { name: 'Add inbox' }).click();
      await modal.getByText('ACTIVE').waitFor();
      await closeModal(modal);
      const announcement = conversation.getByRole('article').filter({ hasText: address });
      await announcement.getByRole('button', { name: '1 reply' }).click();
      await thread.getByText(address).last().waitFor();
      await thread.getByText('overall_status: ACTIVE').last().waitFor();
    }
    assert.deepEqual(
      playground.coldsend.accounts.map(({ inbox_type, email_address }) => [inbox_type, email_address]),
      [
        ['GOOGLE_WORKSPACE', 'g@acme.com'],
        ['OUTLOOK_365', 'm@acme.com'],
        ['CUSTOM_SMTP', 'o@acme.com'],
      ],
    );
    assert.deepEqual(playground.slack.problems, []);
  });

  test('by keyboard alone, an inbox is added with each provider, and the focus goes into the form and back', async (context) => {
    const opened = await openPage(context, browser);
    const { page, playground } = opened;
    const { keyboard } = page;
    await tabTo(page, 'Open the form');
    await keyboard.press('Enter');
    await waitForFocus(page, 'API key');
    await keyboard.insertText(playground.apiKey);
    await keyboard.press('Enter');
    await waitForFocus(page, 'Address of the inbox');
    await keyboard.press('Escape');
    await waitForFocus(page, 'Message #inboxes');

    for (const [downs, address] of ['g@acme.com', 'm@acme.com', 'o@acme.com'].entries()) {
      await keyboard.type('/add');
      await page.getByRole('option', { name: '/add-inbox' }).waitFor();
      await keyboard.press('Enter');
      await keyboard.type(address);
      await keyboard.press('Enter');
      await waitForFocus(page, 'Address of the inbox');
      await tabTo(page, 'Display name');
      await keyboard.type('Jane Doe');
      await keyboard.press('Tab');
      await keyboard.press('Space');
      // The first choice is to find the provider.
      for (let down = 0; down <= downs; down += 1) await keyboard.press('ArrowDown');
      await keyboard.press('Enter');
      if (downs === 2) {
        await waitForFocus(page, 'SMTP server');
        await keyboard.type('smtp.acme.com');
        await tabTo(page, 'SMTP password (optional)');
        await keyboard.type('secret');
        await tabTo(page, 'IMAP server');
        await keyboard.type('imap.acme.com');
      } else {
        await waitForFocus(page, downs === 0 ? 'App password (optional)' : 'Password (optional)');
        await keyboard.type('abcd efgh ijkl mnop');
      }
      await keyboard.press('Enter');
      await page.locator('#modal').getByText('ACTIVE').waitFor();
      await keyboard.press('Escape');
      await waitForFocus(page, 'Message #inboxes');
    }
    assert.deepEqual(
      playground.coldsend.accounts.map(({ inbox_type }) => inbox_type),
      ['GOOGLE_WORKSPACE', 'OUTLOOK_365', 'CUSTOM_SMTP'],
    );
    await tabTo(page, 'Close the thread');
    await keyboard.press('Enter');
    await opened.thread.waitFor({ state: 'detached' });
    await waitForFocus(page, /^1 reply/);
    await keyboard.press('Enter');
    await waitForFocus(page, 'Thread');
  });

  test('mistakes stand under their fields, the first has the focus, and nothing typed is lost', async (context) => {
    const opened = await openPage(context, browser);
    const { page, modal, playground } = opened;
    await storeKey(opened);
    const sent = playground.slack.ledger.deliveries.length;
    await send(page, '/add-inbox');
    await modal.getByRole('button', { name: 'Next', exact: true }).click();
    await waitForFocus(page, 'Address of the inbox');
    assert.equal(await modal.getByRole('alert').count(), 2);
    assert.equal(playground.slack.ledger.deliveries.length, sent + 1, 'what the client refuses is not sent');

    await modal.getByLabel('Address of the inbox').fill('jane at acme');
    await modal.getByRole('alert').nth(1).waitFor({ state: 'detached' });
    assert.equal(await modal.getByRole('alert').count(), 1, 'typing takes the mistake away');
    await modal.getByLabel('Display name').fill('Jane Doe');
    await modal.getByLabel('Google Workspace').check();
    await modal.getByRole('button', { name: 'Next', exact: true }).click();
    const address = modal.getByLabel('Address of the inbox');
    await modal.locator('[aria-invalid=true]').waitFor();
    const described = await address.getAttribute('aria-describedby');
    const error = modal.getByRole('alert');
    assert.ok(
      described?.split(' ').includes((await error.getAttribute('id')) ?? ''),
      'the mistake is read with the field',
    );
    assert.equal(await address.inputValue(), 'jane at acme');
    assert.equal(await modal.getByLabel('Display name').inputValue(), 'Jane Doe');
    assert.equal(await modal.getByLabel('Google Workspace').isChecked(), true);

    await address.fill('jane@acme.com');
    await modal.getByRole('button', { name: 'Next', exact: true }).click();
    await modal.getByLabel('Daily limit').fill('many');
    await modal.getByRole('textbox', { name: 'App password' }).fill('abcd efgh ijkl mnop');
    await modal.getByRole('button', { name: 'Add inbox' }).click();
    await modal.getByText('Please enter a whole number.').waitFor();
    await waitForFocus(page, 'Daily limit');
    await modal.getByLabel('Daily limit').fill('50');
    await modal.getByRole('button', { name: 'Edit servers' }).click();
    await modal.getByLabel('SMTP server').waitFor();
    assert.equal(await modal.getByLabel('Daily limit').inputValue(), '50', 'kept over the update of the form');
    await modal.getByRole('button', { name: 'Back', exact: true }).click();
    assert.equal(await modal.getByLabel('Display name').inputValue(), 'Jane Doe', 'kept when going back');
    await page.reload();
    assert.equal(await modal.getByLabel('Display name').inputValue(), 'Jane Doe', 'an open form outlives a reload');
  });
});
