import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openBrowser, skipWithoutBrowser } from '../../../playground/page/test-browser.ts';
import { findViolations, open, press, title } from '../page-in-browser.ts';
import { cellAt, choose, openSheet } from './batch-in-browser.ts';
import { startStandIn } from './stand-in.ts';

const FAILED = [
  {
    line: 4,
    account: { email_address: 'alex@globex.com' },
    isUnknown: false,
    title: 'Google refused the login',
    next: 'Enter the app password again.',
    said: 'It wants an app password.',
  },
  {
    line: 12,
    account: { email_address: 'leo@globex.com' },
    isUnknown: true,
    title: "We don't know if it was added",
    next: 'Try again. If ColdSend says the address already exists, the first try worked.',
    said: '',
  },
];

describe('the looks of the secure page for many inboxes', { skip: skipWithoutBrowser, concurrency: 2 }, async () => {
  const browser = await openBrowser();
  after(() => browser.close());

  // Colors and widths don't depend on each other.
  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 390],
    ['light', 320],
  ] as const) {
    test(`${colorScheme}, ${width} pixels wide: axe finds nothing and nothing sticks out`, async (context) => {
      const { behind, url } = await startStandIn(context);
      // Higher than the page, so that pictures show all of it with the bar at its end.
      const viewport = { width, height: width > 1000 ? 1_400 : 2_900 };
      const page = await open(browser, context, url, { colorScheme, viewport, bypassCSP: true });
      const check = async (state: string) => {
        const folder = process.env.SECURE_PAGE_PICTURES;
        const path = `${folder}/${state}-${width}-${colorScheme}.png`;
        if (folder !== undefined) await page.screenshot({ path, fullPage: true });
        assert.deepEqual(await findViolations(page), [], state);
        const shown = "[...document.querySelectorAll('[hidden]')].filter((each) => each.checkVisibility()).length";
        assert.equal(await page.evaluate(shown), 0, `${state}: what is hidden can't be seen`);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        assert.ok(Number(overflow) <= 0, `${state}: nothing sticks out of the window`);
      };
      await title(page, 'Add many inboxes');
      await check('empty');
      await choose(page, 'PK\u0003\u0004', 'inboxes.xlsx');
      await page.getByText('This is a').waitFor();
      await check('refused');
      behind.neverReads = true;
      await choose(page);
      await page.getByText('Please wait a few seconds.').waitFor();
      await check('reading');
      behind.neverReads = false;
      await page.goto('about:blank');
      await page.goto(url);
      await openSheet(page);
      await check('batch');
      await page.getByText('Columns: ').click();
      await check('columns');
      await page.getByText('Columns: ').click();
      await cellAt(page, 5, 'provider').click();
      await cellAt(page, 7, 'name').click();
      await page.keyboard.type('Maxi');
      await page.keyboard.press('Enter');
      await press(page, 'Leave out line 13');
      await check('changed');
      await cellAt(page, 14, width > 1100 ? 'smtp' : 'address').click();
      await check('editing');
      behind.lost.add('add');
      await press(page, 'Add 11 inboxes');
      await page.getByText('No answer.').waitFor();
      await check('offline');
      behind.lost.clear();
      const counts = { added: 6, exists: 0, failed: 1, unknown: 0, stopped: 0, left: 4 };
      behind.progress = { counts, total: 11 };
      await press(page, 'Add 11 inboxes');
      await title(page, 'Adding 11 inboxes');
      await check('progress');
      await press(page, 'Stop the rest');
      await check('stop');
      const stopped = {
        counts: { ...counts, left: 1, stopped: 3 },
        total: 11,
        state: 'stopped',
        canStop: false,
      } as const;
      // Only the answer to the press says so: the page asks how far it is all the time.
      behind.wait = async (path) => {
        if (path === 'stop') behind.progress = stopped;
      };
      await press(page, 'Stop');
      await title(page, 'Stopping the rest');
      await check('stopping');
      behind.progress = {
        state: 'finished',
        total: 11,
        counts: { ...counts, added: 8, failed: 2, unknown: 1, left: 0 },
        failed: FAILED,
      };
      await title(page, '8 of 11 inboxes added');
      await check('finished');
      await press(page, 'Fix what failed');
      await title(page, 'Fix 2 rows, then try again');
      // Each of them may be what was wrong, so they can be changed on a phone too.
      for (const cell of ['secret', 'smtp', 'imap']) await cellAt(page, 4, cell).click();
      await check('fix');
      behind.isGone = true;
      await press(page, 'Add 2 inboxes');
      await page.getByText('These rows are not added from this page.').waitFor();
      await check('ended');
    });
  }
});
