import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openBrowser, skipWithoutBrowser } from '../../../playground/page/test-browser.ts';
import { assertNothingKept, findViolations, open, press, title } from '../page-in-browser.ts';
import { startBatchPage } from '../start-batch-page.ts';
import { cellAt, input, openSheet, waitForCell, waitForCounts } from './batch-in-browser.ts';
import { SAMPLE_SECRETS } from './sample-file.ts';

const ROWS = ['right password 7', 'wrong password 8', 'wrong password 9'].map((password, index) => [
  `u${index}@acme.com`,
  'Jane',
  'google',
  password,
]);

describe('the secure page for many inboxes over the bot’s own routes', { skip: skipWithoutBrowser }, async () => {
  const browser = await openBrowser();
  after(() => browser.close());

  test('a file with problems, columns by hand, corrections, and the batch that comes of it', async (context) => {
    const { behind, publicUrl, createLink } = await startBatchPage(context);
    const token = await createLink();
    const page = await open(browser, context, `${publicUrl}/secure#${token}`);
    await openSheet(page);
    await waitForCounts(page, '11 ready 2 to fix 1 held back 1 twice', 'Add 11 inboxes');
    await page.getByText('15 numbers from 20 to 50. We').waitFor();
    await input(page, 'Use as').selectOption('Daily limit (suggested)');
    await waitForCell(page, 2, 'limit', '20');
    await press(page, 'Use kim@mail.globex.com in line 6');
    await waitForCounts(page, '12 ready 1 to fix 1 held back 1 twice', 'Add 12 inboxes');
    await page.keyboard.type('typed-8K');
    await page.keyboard.press('Enter');
    await waitForCounts(page, '13 ready 1 held back 1 twice', 'Add 13 inboxes');
    await cellAt(page, 3, 'name').click();
    // A whole file, by mistake.
    await page.keyboard.insertText('x'.repeat(300_000));
    await page.getByText('This is too long: at most 255 characters.').waitFor();
    await page.keyboard.press('Escape');
    await waitForCounts(page, '13 ready 1 held back 1 twice', 'Add 13 inboxes');
    await press(page, 'Add 13 inboxes');
    await title(page, 'Adding 13 inboxes');
    await page.getByText('0 of 13').waitFor();
    assert.deepEqual(
      behind.confirmed.map(({ total, fileName }) => [total, fileName]),
      [[13, 'globex-october.csv']],
    );
    assert.deepEqual([behind.errors, behind.refused], [[], []]);
    await assertNothingKept(page, [...SAMPLE_SECRETS, 'typed-8K', token]);
    const later = await open(browser, context, `${publicUrl}/secure#${token}`);
    await title(later, "This link doesn't work anymore");
  });

  test('refused logins are held back with the reason, until they are corrected or wanted all the same', async (context) => {
    const { behind, publicUrl, createLink } = await startBatchPage(context);
    const tried: string[][] = [];
    behind.checkLogins = async (accounts) => {
      tried.push(accounts.map(({ smtp_password }) => smtp_password));
      return accounts.map(({ smtp_password }) => ({
        smtp: smtp_password.startsWith('corrected') ? { kind: 'unknown', reason: 'try_later' } : { kind: 'works' },
        imap: smtp_password.startsWith('wrong') ? { kind: 'refused', reason: 'wrong_login' } : { kind: 'works' },
      }));
    };
    const token = await createLink();
    const page = await open(browser, context, `${publicUrl}/secure#${token}`, { bypassCSP: true });
    await openSheet(page, `Email,Name,Provider,App Password\n${ROWS.map((row) => row.join()).join('\n')}`);
    await waitForCounts(page, '3 ready', 'Add 3 inboxes');
    await press(page, 'Add 3 inboxes');
    await page
      .getByText('Nothing is added yet: 2 logins were refused. Correct them, or press “Add it anyway”.')
      .waitFor();
    await page.getByText('Press the button again to add the other one.').waitFor();
    await waitForCounts(page, '1 ready 2 held back', 'Add 1 inbox');
    await page.getByText('Reading (IMAP): The user name or password is wrong. Check both.').first().waitFor();
    assert.deepEqual(await findViolations(page), []);
    await press(page, 'Add it anyway in line 4');
    await waitForCounts(page, '2 ready 1 held back', 'Add 2 inboxes');
    await input(page, 'Password, line 3').click();
    await page.keyboard.type('corrected password 9');
    await page.keyboard.press('Enter');
    await waitForCounts(page, '3 ready', 'Add 3 inboxes');
    await press(page, 'Add 3 inboxes');
    await title(page, 'Adding 3 inboxes');
    await page.getByText("We couldn't check 1 login. ColdSend tries it all the same.").waitFor();
    assert.deepEqual(tried, [ROWS.map(([, , , password]) => password), ['corrected password 9']]);
    assert.deepEqual(
      behind.confirmed.map(({ total }) => total),
      [3],
    );
    assert.deepEqual([behind.errors, behind.refused], [[], []]);
    await assertNothingKept(page, [...tried.flat(), token]);
  });

  test('5,000 rows are read, checked again after a change of the defaults, and added', async (context) => {
    const { behind, publicUrl, createLink } = await startBatchPage(context);
    const page = await open(browser, context, `${publicUrl}/secure#${await createLink()}`);
    const lines = Array.from(
      { length: 5_000 },
      (_, index) => `inbox-${index}@globex.com,Jänë Döe ${index},abcd efgh ijkl mnop`,
    );
    await openSheet(page, ['Email,Name,App Password', ...lines].join('\n'));
    await waitForCounts(page, '5,000 to fix', 'Fix 5,000 rows first');
    await input(page, 'Provider').selectOption('Google Workspace');
    await waitForCounts(page, '5,000 ready', 'Add 5,000 inboxes');
    await press(page, 'Add 5,000 inboxes');
    await title(page, 'Adding 5,000 inboxes');
    assert.deepEqual(
      behind.confirmed.map(({ total }) => total),
      [5_000],
    );
    assert.deepEqual([behind.errors, behind.refused], [[], []]);
  });
});
