import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { addExample, closeModal, findSerious, openPage, send, storeKey } from './open-page.ts';
import { openBrowser, skipWithoutBrowser } from './test-browser.ts';

// page.test.ts says what is missing where there is no Chromium.
describe('the looks of the page of the playground', { skip: skipWithoutBrowser, concurrency: 2 }, async () => {
  const browser = await openBrowser();
  after(() => browser.close());

  // Colors and widths don't depend on each other.
  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 360],
  ] as const) {
    test(`${colorScheme}, ${width} pixels wide: axe finds nothing serious and nothing sticks out`, async (context) => {
      const opened = await openPage(context, browser, { colorScheme, viewport: { width, height: 740 } });
      const { page, modal, conversation, thread, bench } = opened;
      const isNarrow = width < 760;
      const check = async (what: string) => {
        assert.deepEqual(await findSerious(page), [], what);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        assert.ok(Number(overflow) <= 0, `${what}: nothing sticks out of the window`);
      };
      await check('at the start');
      await conversation.getByRole('combobox').fill('/');
      await page.getByRole('listbox').waitFor();
      await check('the commands');
      await conversation.getByRole('combobox').fill('');
      await storeKey(opened);
      await send(page, '/add-inbox');
      await modal.getByRole('button', { name: 'Next', exact: true }).click();
      await modal.getByRole('alert').first().waitFor();
      await check('the form with mistakes');
      await closeModal(modal);
      await addExample(opened, 'jane@acme.com');
      await modal.getByText('ACTIVE').waitFor();
      await check('the outcome');
      await closeModal(modal);
      await conversation.getByRole('button', { name: '1 reply' }).click();
      await thread.getByText('ACTIVE').first().waitFor();
      await check('the thread');
      await thread.getByRole('button', { name: 'Close the thread' }).click();
      if (isNarrow) await page.getByRole('button', { name: 'Back to the channels' }).click();
      if (isNarrow) await check('the channels');
      await page.getByRole('button', { name: 'inbox-bot', exact: true }).click();
      await conversation.getByText('Latest inboxes').waitFor();
      await check('the Home');
      if (isNarrow) await page.getByRole('button', { name: 'Backstage' }).click();
      await bench.getByRole('button', { name: 'Traffic' }).click();
      await bench.locator('.traffic button').first().click();
      await bench.locator('.detail').waitFor();
      await check('the traffic');
      const background = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
      assert.equal(background, colorScheme === 'dark' ? 'rgb(26, 29, 33)' : 'rgb(255, 255, 255)');
    });
  }
});
