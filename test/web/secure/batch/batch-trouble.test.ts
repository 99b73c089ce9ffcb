import assert from 'node:assert/strict';
import { after, describe, type TestContext, test } from 'node:test';
import type { Route } from 'playwright-core';
import { openBrowser, skipWithoutBrowser } from '../../../playground/page/test-browser.ts';
import { assertNothingKept, open, press, title } from '../page-in-browser.ts';
import { cellAt, focused, input, openSheet, until, waitForCell, waitForCounts } from './batch-in-browser.ts';
import { SAMPLE_SECRETS } from './sample-file.ts';
import { type Behind, startStandIn, TOKEN } from './stand-in.ts';

const FAILED = {
  line: 4,
  account: { email_address: 'alex@globex.com', inbox_type: 'GOOGLE_WORKSPACE' },
  isUnknown: false,
  title: 'Google refused the login',
  next: 'Enter the app password again.',
  said: '',
} as const;

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
    const said = page.locator('#said');
    assert.equal(await said.textContent(), '', 'a screen reader finds nothing old');
    behind.lost.clear();
    await openSheet(page);
    assert.equal(await said.textContent(), '');
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
    assert.equal(await page.getByText('We may have your rows').count(), 0, 'nothing was changed in between');
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

  test('a list that is too large is not sent; one that a proxy refuses was not added, and the page knows that', async (context) => {
    const { behind, url } = await startStandIn(context);
    const page = await open(browser, context, url, {}, (opened) => opened.clock.install());
    const lines = Array.from(
      { length: 5_000 },
      (_, index) => `u${index}@gmail.com,${'x'.repeat(400)},${'y'.repeat(400)}`,
    );
    await openSheet(page, ['Email,Password,IMAP Password', ...lines].join('\n'));
    const tooLarge = page.getByText('This list is too large for the bot, or for a proxy in front of it.');
    await tooLarge.waitFor();
    await press(page, 'Use another file');
    await openSheet(page);
    assert.equal(await tooLarge.count(), 0);
    let answer: Parameters<Route['fulfill']>[0] = { status: 413, body: '<html>Too large</html>' };
    await page.route('**/secure/add', (route) => route.fulfill(answer));
    await press(page, 'Add 11 inboxes');
    await tooLarge.waitFor();
    for (const [next, sentence] of [
      [{ status: 408 }, 'The connection was too slow'],
      [{ status: 503, body: '{"kind":"refused"}' }, 'The bot is busy.'],
      [{ status: 302, headers: { location: '/login' } }, 'The bot, or a proxy in front of it, refused this.'],
    ] as const) {
      answer = next;
      await press(page, 'Add 11 inboxes');
      await page.getByText(sentence).waitFor();
    }
    await page.clock.fastForward('31:00');
    await page.getByText("This link doesn't work anymore. These rows are not added from this page.").waitFor();
    assert.deepEqual(behind.added, []);
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

describe('a link for many inboxes that ends', { skip: skipWithoutBrowser, concurrency: 2 }, async () => {
  const browser = await openBrowser();
  after(() => browser.close());

  /** A page with a clock that the test sets, and its rows. */
  const start = async (context: TestContext, change: Partial<Behind> = {}) => {
    const world = await startStandIn(context, change);
    const page = await open(browser, context, world.url, {}, (opened) => opened.clock.install());
    return { ...world, page };
  };

  const ENDED = "This link doesn't work anymore. These rows are not added from this page.";

  test('says so in amber before; then what was typed stays, and a page with a new link goes on with it', async (context) => {
    const { behind, url, page } = await start(context);
    await openSheet(page);
    await input(page, 'Use as').selectOption('Daily limit (suggested)');
    await waitForCell(page, 2, 'limit', '20');
    await input(page, 'Password, line 9').fill('typed-8K');
    await waitForCounts(page, '12 ready 1 to fix 1 held back 1 twice', 'Add 12 inboxes');
    await press(page, 'Leave out line 6');
    await waitForCounts(page, '12 ready 1 held back 1 twice 1 left out', 'Add 12 inboxes');
    await page.clock.fastForward('26:00');
    await until(page, `document.querySelector('#until').classList.contains('warn')`);
    behind.isGone = true;
    await page.clock.fastForward('05:00');
    await page.getByText(ENDED).waitFor();
    await page.getByText('Type /add-inbox many in Slack, and open the new link in this browser.').waitFor();
    assert.equal(await page.locator('#until').isHidden(), true);
    assert.equal(await page.getByRole('button', { name: /^Add \d/ }).count(), 0);
    assert.match(await page.locator('.counts').innerText(), /^12\s+ready/);

    behind.isGone = false;
    // Somebody with the same names.
    behind.batch = { whose: 'bob' };
    const theirs = await page.context().newPage();
    await theirs.goto(url);
    await title(theirs, 'Add many inboxes');
    behind.batch = {};
    const next = await page.context().newPage();
    await next.goto(url);
    await title(next, 'Check 15 rows, then add them');
    await next.getByText('taken over from your other tab').waitFor();
    await title(page, 'Your rows are in your newer tab');
    await assertNothingKept(page, [...SECRETS, 'typed-8K']);
    await title(theirs, 'Add many inboxes');
    await waitForCounts(next, '12 ready 1 held back 1 twice 1 left out', 'Add 12 inboxes');
    await waitForCell(next, 2, 'limit', '20');
    await press(next, 'Add 12 inboxes');
    await title(next, 'Adding 12 inboxes');
    const passwords = behind.added[0]?.rows.map(({ account }) => account.smtp_password);
    assert.ok(passwords?.includes('typed-8K'));
    assert.equal(behind.added[0]?.fileName, 'globex-october.csv');
  });

  test('of rows that failed before, a page with a new link goes on with what was typed', async (context) => {
    const failed = { ...FAILED, line: 5, account: { ...FAILED.account, email_address: 'sam@globex.com' } };
    const { behind, url, page } = await start(context, { batch: { fix: [FAILED, failed] } });
    await input(page, 'Password, line 4').fill('typed-8K');
    await waitForCounts(page, '1 ready 1 to fix', 'Add 1 inbox');
    behind.isGone = true;
    await input(page, 'Password, line 5').fill('typed-9L');
    await page.getByText(ENDED).waitFor();
    await page.getByText('Press “Fix what failed” in the thread').waitFor();
    behind.isGone = false;
    // Another list that failed in the same line.
    behind.batch = { fix: [FAILED, { ...failed, account: { ...failed.account, email_address: 'eve@globex.com' } }] };
    const next = await page.context().newPage();
    await next.goto(url);
    await title(page, 'Your rows are in your newer tab');
    await waitForCounts(next, '1 ready 1 to fix', 'Add 1 inbox');
    await press(next, 'Add 1 inbox');
    await title(next, /^Adding/);
    assert.equal(behind.added[0]?.rows[0]?.account.smtp_password, 'typed-8K');
  });

  test('with rows that were only pasted keeps them in their field', async (context) => {
    const { behind, page } = await start(context);
    await input(page, 'Paste rows').fill('jane@globex.com typed-8K');
    behind.isGone = true;
    await press(page, 'Check these rows');
    await page.getByText("This link doesn't work anymore. Pasted rows stay here.").waitFor();
    assert.equal(await input(page, 'Paste rows').inputValue(), 'jane@globex.com typed-8K');
    await page.clock.fastForward('31:00');
    assert.equal(await input(page, 'Paste rows').inputValue(), 'jane@globex.com typed-8K');
  });

  test('while its rows are added: the page waits for the answer', async (context) => {
    const { behind, page } = await start(context);
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const { promise: sent, resolve: send } = Promise.withResolvers<void>();
    behind.wait = async (path) => {
      if (path !== 'add') return;
      send();
      await ended;
    };
    context.after(() => end());
    await openSheet(page);
    // Less than the time after which the page gives up waiting.
    await page.clock.fastForward('29:30');
    await press(page, 'Add 11 inboxes');
    await sent;
    await page.clock.fastForward('00:31');
    await page.getByRole('button', { name: 'Adding…' }).waitFor();
    end();
    await title(page, 'Adding 11 inboxes');
    await page.getByText('4 rows stay out: 2 to fix, 1 held back, 1 twice. To add more of them later').waitFor();
  });

  test('while its answer is lost: the rows can be sent again, and get the first answer', async (context) => {
    const { behind, page } = await start(context);
    behind.loseAnswer = true;
    await openSheet(page);
    await press(page, 'Add 11 inboxes');
    await page.getByText("We didn't get a clear answer. Press the button again.").waitFor();
    await page.clock.fastForward('31:00');
    // The link is used, so nothing is checked anymore.
    await input(page, 'Password, line 9').fill('typed-8K');
    await page.keyboard.press('Enter');
    await press(page, 'Add 11 inboxes');
    await title(page, 'Adding 11 inboxes');
    await page.getByText('We may have your rows without your last changes.').waitFor();
    assert.equal(behind.added.length, 1);
  });

  test('while its answer is lost for good: the page says that it does not know, and where to look', async (context) => {
    const { behind, page } = await start(context);
    behind.loseAnswer = true;
    await openSheet(page);
    await press(page, 'Add 11 inboxes');
    await page.getByText("We didn't get a clear answer. Press the button again.").waitFor();
    behind.isGone = true;
    await press(page, 'Add 11 inboxes');
    await page.getByText("We don't know if these rows were added, and this link doesn't work anymore.").waitFor();
    const link = page.getByRole('link', { name: 'Open Slack' });
    assert.equal(await link.getAttribute('href'), 'https://acme.slack.com/archives/C1');
  });

  test('with the right of its person, once the rows are added: the page says that they are', async (context) => {
    const { behind, page } = await start(context, { answers: { add: { kind: 'taken' } } });
    await openSheet(page);
    await press(page, 'Add 11 inboxes');
    await title(page, 'We got your rows');
    await assertNothingKept(page, SECRETS);
    assert.deepEqual(behind.added, []);
  });

  test('two tabs with one link: the first that adds wins, and the other says that it added nothing', async (context) => {
    const { behind, url, page: first } = await start(context);
    const second = await open(browser, context, url);
    await openSheet(first);
    await openSheet(second);
    await press(first, 'Add 11 inboxes');
    await title(first, 'Adding 11 inboxes');
    behind.isGone = true;
    await press(second, 'Add 11 inboxes');
    await second.getByText(ENDED).waitFor();
    await first.clock.fastForward('00:05');
    await first.getByText('This page shows no more news. The thread in Slack has the result.').waitFor();
    const third = await open(browser, context, url);
    await title(third, "This link doesn't work anymore");
  });

  test('a fix of a list that is being stopped can be sent again', async (context) => {
    const { behind, page } = await start(context, { batch: { fix: [FAILED] }, answers: { add: { kind: 'stopping' } } });
    await input(page, 'Password, line 4').fill('typed-8K');
    await press(page, 'Add 1 inbox');
    await page.getByText('Not added yet. Someone stopped this list').waitFor();
    behind.answers = {};
    await press(page, 'Add 1 inbox');
    await title(page, /^Adding/);
  });
});
