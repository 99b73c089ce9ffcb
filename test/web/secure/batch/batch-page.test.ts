import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { after, describe, type TestContext, test } from 'node:test';
import { openBrowser, skipWithoutBrowser } from '../../../playground/page/test-browser.ts';
import { assertNothingKept, open, press, title } from '../page-in-browser.ts';
import {
  cellAt,
  choose,
  focused,
  input,
  openSheet,
  rowAt,
  until,
  waitForCell,
  waitForCounts,
} from './batch-in-browser.ts';
import { SAMPLE_FILE, SAMPLE_SECRETS } from './sample-file.ts';
import { type Behind, holdAnswers, startStandIn, TOKEN } from './stand-in.ts';

const FAILED = {
  line: 4,
  account: { email_address: 'alex@globex.com', inbox_type: 'GOOGLE_WORKSPACE' },
  isUnknown: false,
  title: 'Google refused the login',
  next: 'Enter the app password again.',
  said: 'It wants an app password.',
} as const;

const COUNTS = { added: 0, exists: 0, failed: 0, unknown: 0, stopped: 0, left: 0 };

describe('the secure page for many inboxes', { skip: skipWithoutBrowser, concurrency: 2 }, async () => {
  const browser = await openBrowser();
  after(() => browser.close());

  const start = async (context: TestContext, change: Partial<Behind> = {}) => {
    const world = await startStandIn(context, change);
    return { ...world, page: await open(browser, context, world.url) };
  };

  test('a file with problems, from its choice to the results and the rows that failed', async (context) => {
    const { behind, page } = await start(context);
    await openSheet(page);
    await title(page, 'Check 15 rows, then add them');
    await waitForCounts(page, '11 ready 2 to fix 1 held back 1 twice', 'Add 11 inboxes');
    await page.getByText('4 rows stay out: 2 to fix, 1 held back, 1 twice. · About').waitFor();
    assert.ok(!(await page.content()).includes('planted-7Q'), 'no password is in the document');
    assert.equal(await cellAt(page, 2, 'secret').innerText(), '••••••••\nFilled in');
    await press(page, 'Use kim@mail.globex.com in line 6');
    await page
      .getByText('12 ready')
      .waitFor()
      .catch(() => {});
    await waitForCounts(page, '12 ready 1 to fix 1 held back 1 twice', 'Add 12 inboxes');
    await until(page, `document.activeElement.ariaLabel === 'Password, line 9'`);
    await page.keyboard.type('typed-8K');
    await page.keyboard.press('Enter');
    await waitForCounts(page, '13 ready 1 held back 1 twice', 'Add 13 inboxes');
    await until(page, `document.activeElement.textContent === 'Add 13 inboxes'`);
    await press(page, 'Add it anyway in line 13');
    await waitForCounts(page, '14 ready 1 twice', 'Add 14 inboxes');
    await page.keyboard.press('Escape');
    await press(page, 'Add 14 inboxes');
    await title(page, 'Adding 14 inboxes');
    const [added] = behind.added;
    assert.equal(added?.fileName, 'globex-october.csv');
    assert.deepEqual(
      added?.rows.map(({ line }) => line),
      [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16],
    );
    assert.equal(added?.withHeld, true);
    assert.equal(added?.rows[7]?.account.smtp_password, 'typed-8K');
    assert.equal(await page.locator('#until').isHidden(), true, 'the link is used');
    await page.getByText('You can close this page.').waitFor();
    await page.getByText('1 row stays out: 1 twice.', { exact: true }).waitFor();

    behind.progress = { counts: { ...COUNTS, added: 6, failed: 1, left: 7 } };
    await page.getByText('7 of 14').waitFor();
    behind.progress = { state: 'finished', counts: { ...COUNTS, added: 13, failed: 1 }, failed: [FAILED] };
    await title(page, '13 of 14 inboxes added');
    await page.getByText('Google refused the login').waitFor();
    await assertNothingKept(page, [...SAMPLE_SECRETS, 'typed-8K', TOKEN]);

    await press(page, 'Fix what failed');
    await title(page, 'Fix 1 row, then try again');
    await waitForCounts(page, '1 ready', 'Add 1 inbox');
    await cellAt(page, 4, 'secret').click();
    await page.keyboard.type('mnop abcd efgh ijkl');
    behind.progress = { state: 'finished', counts: { ...COUNTS, added: 14 } };
    await press(page, 'Add 1 inbox');
    await title(page, '14 of 14 inboxes added');
    assert.equal(behind.added[1]?.round, 1);
    assert.equal(behind.added[1]?.rows[0]?.account.display_name, undefined);
    assert.equal(behind.added[1]?.rows[0]?.account.smtp_password, 'mnop abcd efgh ijkl');
    await assertNothingKept(page, [...SAMPLE_SECRETS, 'mnop abcd', TOKEN]);
  });

  test('a file that is dropped anywhere, and pasted rows', async (context) => {
    const { page } = await start(context);
    await title(page, 'Add many inboxes');
    const file = await page.evaluateHandle(`(() => {
      const copied = new DataTransfer();
      copied.items.add(new File(['Email,Password\\njane@globex.com,x'], 'dropped.csv'));
      return copied;
    })()`);
    await page.dispatchEvent('h1', 'drop', { dataTransfer: file });
    await title(page, 'Check 1 row, then add it');
    await page.getByText('dropped.csv ·').waitFor();
    await press(page, 'Use another file');
    await title(page, 'Add many inboxes');
    await press(page, 'Check these rows');
    await page.getByText('Paste at least one row.').waitFor();
    await input(page, 'Paste rows').fill('jane@globex.com planted-7Q\njohn@globex.com planted-7Q');
    await press(page, 'Check these rows');
    await title(page, 'Check 2 rows, then add them');
    await page.getByText('Pasted rows ·').waitFor();
    await assertNothingKept(page, SAMPLE_SECRETS);
    await press(page, 'Use another file');
    await title(page, 'Add many inboxes');
    const paste = (text: string) =>
      page.evaluate(`(() => {
        const area = document.querySelector('textarea');
        area.value += ${JSON.stringify(text)};
        area.dispatchEvent(new ClipboardEvent('paste', { clipboardData: new DataTransfer() }));
      })()`);
    await paste('jane@globex.com');
    assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Add many inboxes', 'a word is no row');
    await paste('\tplanted-7Q');
    await title(page, 'Check 1 row, then add it');
  });

  test('a file that is refused says what it is and what to do', async (context) => {
    const { page } = await start(context);
    await title(page, 'Add many inboxes');
    await choose(page, Buffer.from('PK\u0003\u0004[Content_Types].xml xl/workbook.xml'), 'inboxes.xlsx');
    const alert = page.getByRole('alert');
    await alert.filter({ hasText: 'This is' }).waitFor();
    assert.match(await alert.innerText(), /^This is an? .+\. .+\.$/);
    await choose(page, 'x'.repeat(4 * 1024 * 1024 + 1));
    await alert.filter({ hasText: 'This is larger than 4 MB.' }).waitFor();
    await choose(page);
    await title(page, /^Check 15/);
  });

  test('a file that takes long says so', async (context) => {
    const { page } = await start(context, { neverReads: true });
    await title(page, 'Add many inboxes');
    await choose(page);
    await page.getByText('Reading globex-october.csv…').first().waitFor();
    assert.equal(await page.getByText('Please wait a few seconds.').count(), 0);
    await page.getByText('Please wait a few seconds.').waitFor();
  });

  test('a link for rows that failed opens with them, and asks for their passwords', async (context) => {
    const { behind, page } = await start(context, { batch: { fix: [FAILED] }, progress: { total: 38 } });
    await title(page, 'Fix 1 row, then try again');
    await page.getByText('Google refused the login: It wants an app password.').waitFor();
    await waitForCounts(page, '1 to fix', 'Fix 1 row first');
    await input(page, 'Password, line 4').fill('abcd efgh ijkl mnop');
    await page.keyboard.press('Enter');
    await waitForCounts(page, '1 ready', 'Add 1 inbox');
    await press(page, 'Add 1 inbox');
    await title(page, 'Adding 38 inboxes');
    assert.equal(await page.getByText('out:').count(), 0, 'the others were added before');
    assert.deepEqual([behind.added[0]?.round, behind.added[0]?.rows[0]?.line], [0, 4]);
  });

  test('the rest is stopped once the person confirms, and the results are downloaded', async (context) => {
    const { behind, page } = await start(context);
    await openSheet(page);
    await press(page, 'Add 11 inboxes');
    await title(page, 'Adding 11 inboxes');
    await press(page, 'Stop the rest');
    await page.getByText('11 inboxes are not sent yet. We delete their passwords.').waitFor();
    assert.equal(await focused(page), 'Stop');
    await press(page, 'Go on');
    assert.deepEqual([await focused(page), behind.stops], ['Stop the rest', 0]);
    await press(page, 'Stop the rest');
    behind.lost.add('stop');
    await press(page, 'Stop');
    await page.getByText("We didn't get a clear answer. If the rest still goes on").waitFor();
    behind.lost.clear();
    await press(page, 'Stop the rest');
    behind.progress = { state: 'stopped', canStop: false, counts: { ...COUNTS, added: 3, stopped: 7, left: 1 } };
    await press(page, 'Stop');
    await title(page, 'Stopping the rest');
    assert.equal(behind.stops, 1);
    await page.getByText('Inboxes on their way still end.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Stop the rest' }).count(), 0);
    const counts = { ...COUNTS, added: 3, failed: 1, stopped: 7 };
    behind.progress = { state: 'finished', canStop: false, counts, failed: [FAILED] };
    await title(page, 'Stopped: 3 of 11 inboxes added');
    await page.getByText('To add the 7 inboxes not sent, use the file again with a new link.').waitFor();
    await page.getByRole('button', { name: 'Fix what failed' }).waitFor();
    behind.lost.add('results');
    await press(page, 'Download results');
    await page.getByText('Not downloaded. Press the button again in a minute.').waitFor();
    behind.lost.clear();
    const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Download results')]);
    assert.equal(download.suggestedFilename(), 'globex-october-results.csv');
    const csv = String(await buffer(await download.createReadStream()));
    assert.match(csv, /^\uFEFF"Line","Address"\r\n"2","jane@globex\.com"/, 'Excel needs the mark');
  });
});

describe('the table of the secure page', { skip: skipWithoutBrowser, concurrency: 2 }, async () => {
  const browser = await openBrowser();
  after(() => browser.close());

  const start = async (context: TestContext, change: Partial<Behind> = {}) => {
    const world = await startStandIn(context, change);
    return { ...world, page: await open(browser, context, world.url) };
  };

  test('columns are chosen by hand, and what was typed stays', async (context) => {
    const { page } = await start(context);
    await openSheet(page);
    assert.equal(await cellAt(page, 2, 'limit').innerText(), '40');
    await cellAt(page, 3, 'name').click();
    await page.keyboard.type('Johnny');
    await input(page, 'Use as').selectOption('Daily limit (suggested)');
    await waitForCell(page, 2, 'limit', '20');
    assert.equal(await page.getByText('What is the column').count(), 0);
    assert.equal(await cellAt(page, 3, 'name').innerText(), 'Johnny');
    assert.equal(await cellAt(page, 4, 'name').innerText(), 'alex');
    await input(page, 'Column for Name').selectOption('from “Sender”');
    await waitForCell(page, 4, 'name', 'Alex Doe');
    assert.equal(await cellAt(page, 3, 'name').innerText(), 'Johnny');
    assert.equal(await cellAt(page, 2, 'limit').innerText(), '20', 'earlier choices stay');
    await input(page, 'Column for Daily limit').selectOption('not in file');
    await waitForCell(page, 2, 'limit', '40');
    await page.getByText('Columns: ').click();
    await page.getByText('Not read: “2FA Secret Key”.').waitFor();
    await input(page, '“Tags” · 15 numbers from 20 to 50').selectOption('SMTP user name');
    await until(page, `!document.querySelector('details').open`);
    await cellAt(page, 5, 'smtp').click();
    assert.equal(await input(page, 'SMTP user name, line 5').inputValue(), 'a', 'each field can be chosen');
  });

  test('empty cells are filled from the defaults, or from a cell above', async (context) => {
    const rows = ['a', 'b', 'c', 'd'].map((name) => `${name}@globex.com,x`).join('\n');
    const { behind, page } = await start(context);
    await openSheet(page, `Email,Password\n${rows}`);
    await waitForCounts(page, '4 to fix', 'Fix 4 rows first');
    assert.equal(await page.getByRole('switch').isChecked(), true, 'no row is ready, so only problems are shown');
    await input(page, 'SMTP server, line 2').fill('smtp.globex.com:465');
    await press(page, 'Use for 3 empty cells below in line 2');
    await input(page, 'IMAP server, line 3').fill('imap.globex.com');
    await press(page, 'Use for 2 empty cells below in line 3');
    await waitForCounts(page, '3 ready 1 to fix', 'Add 3 inboxes');
    await input(page, 'Provider').selectOption('Google Workspace');
    await waitForCounts(page, '4 ready', 'Add 4 inboxes');
    await page.getByText('Only problems').click();
    await input(page, 'Daily limit').fill('0');
    await page.keyboard.press('Tab');
    assert.equal(await input(page, 'Daily limit').getAttribute('aria-invalid'), 'true');
    await input(page, 'Daily limit').fill('55');
    await page.keyboard.press('Tab');
    await waitForCell(page, 2, 'limit', '55');
    await press(page, 'Add 4 inboxes');
    await title(page, 'Adding 4 inboxes');
    const [added] = behind.added;
    assert.deepEqual(added?.defaults, { dailyLimit: 55, displayName: '{local}', inboxType: 'GOOGLE_WORKSPACE' });
    assert.deepEqual(
      added?.rows.map(({ account }) => [account.smtp_host, account.smtp_port, account.imap_host]),
      [
        ['smtp.globex.com', '465', undefined],
        ['smtp.globex.com', '465', 'imap.globex.com'],
        ['smtp.globex.com', '465', 'imap.globex.com'],
        ['smtp.globex.com', '465', 'imap.globex.com'],
      ],
    );
  });

  test('a row that is left out can be taken back at once and later', async (context) => {
    const { page } = await start(context);
    await openSheet(page);
    await press(page, 'Leave out line 2');
    await page.getByText('Line 2 is left out.').waitFor();
    await waitForCounts(page, '11 ready 2 to fix 1 held back 1 left out', 'Add 11 inboxes');
    assert.equal(await rowAt(page, 11).getAttribute('class'), 'ready', 'the second row with the address counts by now');
    await press(page, 'Undo');
    await waitForCounts(page, '11 ready 2 to fix 1 held back 1 twice', 'Add 11 inboxes');
    await press(page, 'Leave out line 6');
    await press(page, 'Leave out line 3');
    await press(page, 'Put back line 3');
    await waitForCounts(page, '11 ready 1 to fix 1 held back 1 twice 1 left out', 'Add 11 inboxes');
  });

  test('a cell of a row without problems is changed with the keyboard alone', async (context) => {
    const { page } = await start(context);
    await openSheet(page, SAMPLE_FILE);
    await cellAt(page, 2, 'address').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    assert.equal(await focused(page), 'name 3');
    await page.keyboard.press('Enter');
    assert.equal(await focused(page), 'Name, line 3');
    await page.keyboard.type('Johnny');
    await page.keyboard.press('Escape');
    assert.equal(await focused(page), 'name 3');
    await waitForCell(page, 3, 'name', 'john');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Johnny');
    await page.keyboard.press('Enter');
    assert.equal(await focused(page), 'name 3');
    await waitForCell(page, 3, 'name', 'Johnny');
    await page.keyboard.press('Delete');
    await page.getByText('Line 3 is left out.').waitFor();
    await page.keyboard.press('End');
    assert.equal(await focused(page), 'limit 3');
    await page.keyboard.press('Delete');
    await waitForCounts(page, '11 ready 2 to fix 1 held back 1 twice', 'Add 11 inboxes');
    assert.equal(await page.locator('td[tabindex="0"]').count(), 1, 'all rows are one stop of the Tab key');
  });

  test('a server is opened with its user name and encryption, and a password is replaced, never shown', async (context) => {
    const { behind, page } = await start(context);
    await openSheet(page);
    await cellAt(page, 5, 'smtp').click();
    assert.equal(await input(page, 'SMTP server, line 5').inputValue(), 'smtp.mail.globex.com:587');
    await input(page, 'SMTP user name, line 5').fill('sam');
    await input(page, 'SMTP encryption, line 5').uncheck();
    await cellAt(page, 5, 'secret').click();
    const password = input(page, 'Password, line 5');
    assert.deepEqual([await password.getAttribute('type'), await password.inputValue()], ['password', '']);
    const check = holdAnswers(behind, 'rows');
    await password.fill('new-9L ');
    await press(page, 'Show Password, line 5');
    check();
    await page.locator('tr[data-line="5"]').getByText('The password begins or ends with a space.').waitFor();
    assert.deepEqual([await password.getAttribute('type'), await password.inputValue()], ['text', 'new-9L ']);
    await cellAt(page, 2, 'address').focus();
    await until(page, `document.querySelector('tr[data-line="5"] .secret input') === null`);
    await until(page, `document.querySelector('tr[data-line="5"] .smtp').innerText.includes('not encrypted')`);
    await press(page, 'Add 11 inboxes');
    await title(page, 'Adding 11 inboxes');
    const row = behind.added[0]?.rows.find(({ line }) => line === 5);
    assert.deepEqual(
      [row?.account.smtp_username, row?.account.smtp_use_tls, row?.account.smtp_password],
      ['sam', false, 'new-9L '],
    );
  });
});
