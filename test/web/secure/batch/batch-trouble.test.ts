import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openBrowser, skipWithoutBrowser } from '../../../playground/page/test-browser.ts';
import { assertNothingKept, open, press, title } from '../page-in-browser.ts';
import { cellAt, focused, input, openSheet, until, waitForCounts } from './batch-in-browser.ts';
import { SAMPLE_SECRETS } from './sample-file.ts';
import { startStandIn, TOKEN } from './stand-in.ts';

const SECRETS = [...SAMPLE_SECRETS, TOKEN];

describe('the secure page for many inboxes, where not all goes well', {
  skip: skipWithoutBrowser,
  concurrency: 2,
}, async () => {
  const browser = await openBrowser();
  after(() => browser.close());

  test('offline in between: nothing typed is lost, and a second press gets the first answer', async (context) => {
    const { behind, url } = await startStandIn(context);
    const page = await open(browser, context, url);
    await title(page, 'Add many inboxes');
    behind.lost.add('read');
    await input(page, 'Paste rows').fill('jane@globex.com planted-7Q');
    await press(page, 'Check these rows');
    await page.getByText('Not sent. Check your connection, then choose the file again.').waitFor();
    assert.equal(await input(page, 'Paste rows').inputValue(), 'jane@globex.com planted-7Q');
    behind.lost.clear();
    await openSheet(page);
    for (const path of ['rows', 'add']) behind.lost.add(path);
    await input(page, 'Password, line 9').fill('typed-8K');
    await page.getByText('Not checked. Check your connection.').waitFor();
    await press(page, 'Add 11 inboxes');
    await page.getByText('No answer. Check your connection, then press the button again.').waitFor();
    behind.lost.clear();
    await waitForCounts(page, '12 ready 1 to fix 1 held back 1 twice', 'Add 12 inboxes');
    behind.loseAnswer = true;
    await press(page, 'Add 12 inboxes');
    await page.getByText("We didn't get a clear answer. Press the button again.").waitFor();
    assert.equal(behind.added.length, 1);
    await press(page, 'Add 12 inboxes');
    await title(page, 'Adding 12 inboxes');
    assert.equal(behind.added.length, 1);
    behind.lost.add('progress');
    await page.getByText("We can't reach the bot at the moment.").waitFor();
    behind.lost.clear();
    behind.progress = {
      state: 'finished',
      counts: { added: 12, exists: 0, failed: 0, unknown: 0, stopped: 0, left: 0 },
    };
    await title(page, '12 of 12 inboxes added');
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.accept();
    });
    await page.reload();
    await title(page, 'Open the link in Slack again');
    assert.deepEqual(asked, [], 'what is added can be left without a question');
  });

  test('nothing is left after a reload, after going back, or in what the browser keeps', async (context) => {
    const { behind, url, publicUrl } = await startStandIn(context);
    const page = await open(browser, context, url);
    await openSheet(page);
    await input(page, 'Password, line 9').click();
    await page.keyboard.type('planted-7Q');
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.accept();
    });
    await page.reload();
    assert.deepEqual(asked, ['beforeunload'], 'the browser asks first');
    await title(page, 'Open the link in Slack again');
    await assertNothingKept(page, SECRETS);
    await page.goto(url);
    await openSheet(page);
    await page.goto(`${publicUrl}/secure?elsewhere`);
    await page.goBack();
    await title(page, 'Open the link in Slack again');
    await assertNothingKept(page, SECRETS);
    assert.deepEqual(behind.added, [], 'the link still works');
  });

  test('two tabs with one link: the first that adds wins, and the other keeps nothing', async (context) => {
    const { behind, url } = await startStandIn(context);
    const [first, second] = [await open(browser, context, url), await open(browser, context, url)];
    await openSheet(first);
    await openSheet(second);
    await press(first, 'Add 11 inboxes');
    await title(first, 'Adding 11 inboxes');
    behind.isGone = true;
    await press(second, 'Add 11 inboxes');
    await title(second, "This link doesn't work anymore");
    await assertNothingKept(second, SECRETS);
    await first.getByText('This page shows no more news. The thread in Slack has the result.').waitFor();
    const third = await open(browser, context, url);
    await title(third, "This link doesn't work anymore");
  });

  test('a link ends while rows are checked, and says so in amber before', async (context) => {
    const { url } = await startStandIn(context, { batch: { worksForMs: 6_000 } });
    const page = await open(browser, context, url);
    await openSheet(page);
    assert.match((await page.locator('#until').getAttribute('class')) ?? '', /warn/);
    await title(page, "This link doesn't work anymore");
    await assertNothingKept(page, SECRETS);
  });

  test('a link that ended meanwhile ends the page with the next question', async (context) => {
    const { behind, url } = await startStandIn(context);
    const page = await open(browser, context, url);
    await openSheet(page);
    behind.isGone = true;
    await input(page, 'Password, line 9').fill('x');
    await title(page, "This link doesn't work anymore");
    await assertNothingKept(page, SECRETS);
  });

  test('rows that are not right any more are shown, and nothing is added', async (context) => {
    const { behind, url } = await startStandIn(context);
    const page = await open(browser, context, url);
    await openSheet(page);
    behind.change = ({ line }) =>
      line === 3 ? { kind: 'to_fix', errors: { display_name: 'Enter another name.' } } : {};
    await press(page, 'Add 11 inboxes');
    await page.getByText('Nothing is added yet. Some rows need a change first.').waitFor();
    await waitForCounts(page, '10 ready 3 to fix 1 held back 1 twice', 'Add 10 inboxes');
    assert.equal(await focused(page), 'Name, line 3');
    assert.deepEqual(behind.added, []);
  });

  test('a mistake in the script is said in words, and what was typed is forgotten', async (context) => {
    const { url } = await startStandIn(context);
    const window = await browser.newContext();
    context.after(() => window.close());
    const page = await window.newPage();
    await page.goto(url);
    await openSheet(page);
    await page.evaluate('setTimeout(() => { throw new Error("no luck"); })');
    await title(page, 'Something went wrong on this page');
    await assertNothingKept(page, SECRETS);
  });

  test('5,000 rows: few are in the document, and a keystroke and a scroll are answered at once', async (context) => {
    const lines = Array.from({ length: 5_000 }, (_, index) =>
      [`u${index}@globex.com`, 'Google Workspace', index % 100 === 50 ? '' : 'abcd efgh ijkl mnop'].join(),
    );
    const { url } = await startStandIn(context);
    const page = await open(browser, context, url);
    await openSheet(page, ['Email,Provider,Password', ...lines].join('\n'));
    await waitForCounts(page, '4,950 ready 50 to fix', 'Add 4,950 inboxes');
    const switched = page.getByRole('switch');
    assert.equal(await switched.isChecked(), true, 'only problems are shown first');
    await page.getByText('Only problems').click();
    assert.equal(await page.locator('table').getAttribute('aria-rowcount'), '5001');
    assert.ok((await page.locator('tbody tr').count()) <= 62);
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight / 2)');
    await until(page, `Number(document.querySelector('tbody tr[aria-rowindex]').ariaRowIndex) > 2000`);
    assert.ok((await page.locator('tbody tr').count()) <= 62);
    const drawn = await page.locator('tbody tr[data-line]').nth(30).getAttribute('data-line');
    await cellAt(page, Number(drawn), 'name').click();
    await page.keyboard.type('Jane');
    const took = await page.evaluate(`(async () => {
      const input = document.activeElement;
      const began = performance.now();
      input.value += 's';
      input.dispatchEvent(new InputEvent('input', { bubbles: true }));
      return performance.now() - began;
    })()`);
    assert.ok(Number(took) < 50, `${took} ms`);
    await page.keyboard.press('Enter');
    assert.equal(await focused(page), `name ${drawn}`);
    await page.evaluate('scrollTo(0, 0)');
    await cellAt(page, 2, 'name').focus();
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'Password, line 52', 'the Tab key goes from problem to problem');
    for (const stop of ['Show Password, line 52', 'Leave out line 52', 'Password, line 152']) {
      await page.keyboard.press('Tab');
      assert.equal(await focused(page), stop, 'although it was not in the document');
    }
    await page.evaluate('scrollTo(0, 0)');
    await input(page, 'Password, line 52').fill('abcd efgh ijkl mnop');
    await page.keyboard.press('Enter');
    await until(page, `document.activeElement.ariaLabel === 'Password, line 152'`);
    await page.keyboard.press('Escape');
    await waitForCounts(page, '4,951 ready 49 to fix', 'Add 4,951 inboxes');
  });
});
