import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openBrowser, skipWithoutBrowser } from '../../playground/page/test-browser.ts';
import { input, openSheet, until, waitForCounts } from './batch/batch-in-browser.ts';
import { holdAnswers, startStandIn } from './batch/stand-in.ts';
import { assertNothingKept, open, press, title } from './page-in-browser.ts';

describe('rows on the secure page that a person is about to leave', {
  skip: skipWithoutBrowser,
  concurrency: 2,
}, async () => {
  const browser = await openBrowser();
  after(() => browser.close());

  const READY = '11 ready 2 to fix 1 held back 1 twice';

  test('stay while they are sent, and while nobody knows what became of them', async (context) => {
    const { behind, url } = await startStandIn(context);
    const page = await open(browser, context, url);
    await openSheet(page);
    const answer = holdAnswers(behind, 'add');
    behind.loseAnswer = true;
    const takers = ['Discard', 'Use another file'].map((name) => page.getByRole('button', { name }));
    const choices = [input(page, 'Use as'), input(page, 'Column for Name'), input(page, 'Daily limit')];
    const canReplace = async () => {
      const all = await Promise.all([...takers, ...choices].map((each) => each.isEnabled()));
      return [...new Set(all)];
    };
    assert.deepEqual(await canReplace(), [true]);
    await press(page, 'Add 11 inboxes');
    await page.getByRole('button', { name: 'Adding…' }).waitFor();
    assert.deepEqual(await canReplace(), [false], 'sent');
    answer();
    await page.getByText("We didn't get a clear answer. Press the button again.").waitFor();
    assert.deepEqual(await canReplace(), [false], 'without an answer');
    behind.answers = { add: { kind: 'to_fix', checks: [] } };
    await press(page, 'Add 11 inboxes');
    await page.getByText('Nothing is added yet. Some rows need a change first.').waitFor();
    assert.deepEqual(await canReplace(), [true]);
    await press(page, 'Discard');
    await title(page, 'Add many inboxes');
  });

  test('can be replaced while logins are tried, and the next rows can be added at once', async (context) => {
    const { behind, url } = await startStandIn(context, {
      answers: { add: { kind: 'unchecked', lines: [2, 3], atOnce: 1 } },
    });
    const page = await open(browser, context, url);
    await openSheet(page);
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    let tried = 0;
    behind.wait = (path) => {
      if (path !== 'logins') return Promise.resolve();
      tried += 1;
      return answered;
    };
    context.after(() => answer());
    await press(page, 'Add 11 inboxes');
    await page.getByText('Checking logins: 0 of 2').waitFor();
    await press(page, 'Discard');
    behind.answers = {};
    await openSheet(page, 'Email,Provider,Password\njane@globex.com,google,abcd efgh ijkl mnop');
    await press(page, 'Add 1 inbox');
    await title(page, 'Adding 1 inbox');
    answer();
    assert.equal(tried, 1);
  });

  test('are not added while the file is read with another column', async (context) => {
    const { behind, url } = await startStandIn(context);
    const page = await open(browser, context, url);
    await openSheet(page);
    const answer = holdAnswers(behind, 'read');
    await input(page, 'Use as').selectOption('Daily limit (suggested)');
    const reading = page.getByRole('button', { name: 'Reading…' });
    assert.equal(await reading.getAttribute('aria-disabled'), 'true');
    answer();
    await waitForCounts(page, READY, 'Add 11 inboxes');
    await press(page, 'Add 11 inboxes');
    await title(page, 'Adding 11 inboxes');
    assert.equal(behind.added[0]?.rows[0]?.account.daily_limit, '20');
  });

  test('go to the page of a newer link as soon as it is opened', async (context) => {
    const { behind, url } = await startStandIn(context);
    const page = await open(browser, context, url);
    await openSheet(page);
    const same = await page.context().newPage();
    await same.goto(url);
    await title(same, 'Add many inboxes');
    await waitForCounts(page, READY, 'Add 11 inboxes');
    behind.answers = { rows: { kind: 'gone' } };
    const next = await page.context().newPage();
    await next.goto(url);
    await next.getByText('taken over from your other tab').waitFor();
    await title(page, 'Your rows are in your newer tab');
    await assertNothingKept(page, ['abcd efgh ijkl mnop']);
  });

  test('and what is said of them stay when it opens Slack', async (context) => {
    const { behind, url } = await startStandIn(context);
    const page = await open(browser, context, url);
    await page.context().route('https://acme.slack.com/**', (route) => route.fulfill({ body: 'Slack' }));
    const follow = async (from: typeof page, name: string) => {
      const opened = from.waitForEvent('popup');
      await from.getByRole('link', { name }).click();
      await (await opened).close();
    };
    await openSheet(page);
    behind.isGone = true;
    await press(page, 'Add 11 inboxes');
    await follow(page, 'Open Slack');
    await page.getByText('These rows are not added from this page.').waitFor();
    behind.isGone = false;
    const other = await page.context().newPage();
    await other.goto(url);
    await other.getByText('taken over from your other tab').waitFor();
    await press(other, 'Add 11 inboxes');
    await title(other, 'Adding 11 inboxes');
    await follow(other, 'Open the thread in Slack');
    await title(other, 'Adding 11 inboxes');
  });

  test('stay where the person goes back from another link in the same tab, and nothing of the link does', async (context) => {
    const { url } = await startStandIn(context);
    const page = await open(browser, context, url);
    await openSheet(page);
    page.once('dialog', (dialog) => void dialog.dismiss());
    const asked = page.waitForEvent('dialog');
    await page.evaluate(`location.hash = '${'N'.repeat(43)}'`);
    await asked;
    await until(page, "location.hash === ''");
    await waitForCounts(page, READY, 'Add 11 inboxes');
  });

  test('are stopped or not: where nobody knows, the button can be pressed again', async (context) => {
    const { behind, url } = await startStandIn(context);
    const page = await open(browser, context, url);
    await openSheet(page);
    await press(page, 'Add 11 inboxes');
    await press(page, 'Stop the rest');
    behind.lost.add('stop');
    await press(page, 'Stop');
    await page.getByText("We didn't get a clear answer. If the rest still goes on").waitFor();
    await until(page, `document.activeElement.textContent === 'Stop the rest'`);
  });
});
