import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { waitForFocus } from './focus.ts';
import { addExample, closeModal, openPage, storeKey } from './open-page.ts';
import { openBrowser, skipWithoutBrowser } from './test-browser.ts';

const LONG = `${'averylongaddress'.repeat(4)}@acme.com`;

describe('what stands on the page of the playground', { skip: skipWithoutBrowser, concurrency: 2 }, async () => {
  const browser = await openBrowser();
  after(() => browser.close());

  test('every form can be filled in with an example and sent, and a second inbox of the client takes five presses', async (context) => {
    const opened = await openPage(context, browser);
    const { page, modal, playground } = opened;
    const { keyboard } = page;
    await page.getByRole('button', { name: playground.app.name, exact: true }).click();
    for (const [button, send] of [
      ["Add a client's key", 'Save'],
      ['Change the settings', 'Save'],
    ] as const) {
      await page.getByRole('button', { name: button }).click();
      await modal.getByRole('button', { name: 'Fill in an example' }).click();
      await modal.getByRole('button', { name: send, exact: true }).click();
      await modal.waitFor({ state: 'hidden' });
    }
    await page.getByText('Globex: the key ends').waitFor();
    await page.getByRole('button', { name: 'inboxes', exact: true }).click();
    await addExample(opened, 'jane@acme.com');

    await modal.getByRole('button', { name: 'Add another' }).click();
    await waitForFocus(page, 'Address of the inbox');
    await keyboard.type('bob@acme.com');
    await keyboard.press('Tab');
    await keyboard.type('Bob Roe');
    await keyboard.press('Enter');
    await waitForFocus(page, 'App password (optional)');
    await keyboard.insertText('abcd efgh ijkl mnop');
    await keyboard.press('Enter');
    await modal.getByText('bob@acme.com').waitFor();
    await modal.getByText('Inbox added').waitFor();
    await modal.getByText('Client: Globex').waitFor();
    await closeModal(modal);

    await opened.thread.getByRole('button', { name: 'Send a test email' }).click();
    await modal.getByRole('button', { name: 'Fill in an example' }).click();
    await modal.getByRole('button', { name: 'Send', exact: true }).click();
    await opened.thread.getByText('Test email sent').waitFor();
    assert.deepEqual(playground.slack.problems, []);
  });

  test('the newest message is in view whatever its length, an open thread follows it, and statuses have their colors', async (context) => {
    const opened = await openPage(context, browser);
    const { page, modal, conversation, thread, bench, playground } = opened;
    await storeKey(opened);
    playground.coldsend.answerNext({ kind: 'added', overallStatus: 'PENDING' });
    for (const address of ['one@acme.com', LONG, 'three@acme.com', 'four@acme.com']) {
      await addExample(opened, address);
      await modal.getByText('Inbox added').waitFor();
      await closeModal(modal);
      await thread.getByText(address).waitFor();
      await conversation.getByRole('button', { name: '1 reply' }).last().waitFor();
      const last = conversation.getByRole('article').last();
      await last.getByText('overall_status').waitFor();
      await waitUntil(async () => (await findBottom(last)) <= (await findBottom(conversation.getByRole('log'))) + 1);
    }
    const isTooWide =
      'document.documentElement.scrollWidth > innerWidth || ' +
      '[...document.querySelectorAll(".scroll, .messages, .home")].some((part) => part.scrollWidth > part.clientWidth)';
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      assert.equal(await page.evaluate(isTooWide), false, `${width} px`);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await bench.getByText('PENDING', { exact: true }).waitFor();
    const colorOf = (status: string) =>
      page.evaluate(`getComputedStyle(document.querySelector('.accounts [data-status="${status}"]')).color`);
    assert.notEqual(await colorOf('ACTIVE'), await colorOf('PENDING'));
  });

  test('the Home shows menus: an inbox is removed by its own, and the list is narrowed down', async (context) => {
    const opened = await openPage(context, browser);
    const { page, modal, playground } = opened;
    await storeKey(opened);
    for (const address of ['first@acme.com', 'second@acme.com']) {
      await addExample(opened, address);
      await modal.getByText('Inbox added').waitFor();
      await closeModal(modal);
    }
    await page.getByRole('button', { name: playground.app.name, exact: true }).click();
    const home = page.getByRole('region', { name: 'Home of the app' });
    await home.getByRole('combobox', { name: 'More actions' }).last().selectOption('Remove from ColdSend');
    await modal.getByText('first@acme.com').waitFor();
    await modal.getByRole('button', { name: 'Remove it' }).click();
    await modal.getByText('You get the result in its thread').waitFor();
    await closeModal(modal);
    await playground.slack.waitFor(() => playground.coldsend.accounts.length === 1 || undefined, 'the removal');
    assert.deepEqual(
      playground.coldsend.accounts.map(({ email_address }) => email_address),
      ['second@acme.com'],
    );
    const results = home.getByRole('combobox', { name: 'Result' });
    assert.equal(await results.evaluate((menu) => 'value' in menu && menu.value), 'any');
    await results.selectOption('Not added');
    await home.getByText('No inbox matches').waitFor();
    await results.selectOption('Added');
    await home.getByText('second@acme.com').waitFor();
    assert.deepEqual(playground.slack.problems, []);
  });
});

async function findBottom(part: Locator): Promise<number> {
  const box = await part.boundingBox();
  return (box?.y ?? 0) + (box?.height ?? 0);
}

async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) if (await isSo()) return;
  assert.fail('it never was');
}
