import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openBrowser, skipWithoutBrowser } from '../../playground/page/test-browser.ts';
import { assertNothingKept, findViolations, open, press, title } from './page-in-browser.ts';
import { startSecurePage, TOKEN } from './start-secure-page.ts';

const SECRET = 'planted-secret-7Q';

const CUSTOM = {
  account: {
    email_address: 'jane@globex.com',
    display_name: 'Jane Doe',
    inbox_type: 'CUSTOM_SMTP',
    smtp_host: 'smtp.globex.com',
    smtp_port: 587,
    smtp_username: 'jane',
    imap_host: 'imap.globex.com',
    imap_port: 993,
    imap_username: 'jane-imap',
    daily_limit: 1200,
    smtp_use_tls: true,
    imap_use_ssl: false,
  },
} as const;

// The playground's page.test.ts says what is missing where there is no Chromium.
describe('the secure page in a browser', { skip: skipWithoutBrowser, concurrency: 2 }, async () => {
  const browser = await openBrowser();
  after(() => browser.close());

  test('says for whom and what it is, takes the password once, and says where the result will be', async (context) => {
    const { behind, url, publicUrl } = await startSecurePage(context, {
      keyName: { kind: 'client', name: 'Globex', channelId: 'C1' },
    });
    const page = await open(browser, context, url);
    await title(page, 'Enter the password for jane@acme.com');
    const text = await page.getByRole('main').innerText();
    for (const fact of [
      /Client Globex/,
      /Workspace Acme/,
      /Requested by Ann/,
      /Jane Doe/,
      /Google Workspace/,
      /smtp\.gmail\.com, port 587, TLS/,
      /30 emails/,
    ]) {
      assert.match(text, fact);
    }
    assert.equal(page.url(), `${publicUrl}/secure`, 'the token is in the address no longer');
    assert.equal(await password(page).getAttribute('type'), 'password');
    await password(page).fill(SECRET);
    await page.getByRole('button', { name: 'Show App password' }).click();
    assert.equal(await password(page).getAttribute('type'), 'text');
    await page.getByRole('button', { name: 'Hide App password' }).click();
    await password(page).press('Enter');
    await title(page, 'The password for jane@acme.com is saved');
    assert.deepEqual(behind.saved, [{ smtp_password: SECRET, imap_password: SECRET }]);
    const link = page.getByRole('link', { name: 'Open the thread in Slack' });
    assert.equal(await link.getAttribute('href'), 'https://acme.slack.com/archives/C1/p1');
    await assertForgotten(page);
  });

  test('the login can be checked first, which saves nothing', async (context) => {
    const { behind, url } = await startSecurePage(context);
    const page = await open(browser, context, url);
    await title(page, /^Enter/);
    await press(page, 'Check the login');
    await page.getByText('Enter the password.').waitFor();
    await password(page).fill(SECRET);
    await press(page, 'Check the login');
    await page.getByText('Sending and reading: The login works.').waitFor();
    await page.getByText('Nothing is saved yet. Press “Add inbox”.').waitFor();
    behind.verdict = { smtp: { kind: 'works' }, imap: { kind: 'refused', reason: 'wrong_login' } };
    await press(page, 'Check the login');
    await page.getByText('Reading (IMAP): The user name or password is wrong. Check both.').waitFor();
    behind.verdict = undefined;
    await press(page, 'Check the login');
    await page.getByText('We can check this login no more for now.').waitFor();
    assert.deepEqual([behind.checked.length, behind.saved], [3, []]);
    await press(page, 'Add inbox');
    await title(page, /is saved/);
    await assertForgotten(page);
    const off = await open(browser, context, (await startSecurePage(context, {}, false)).url);
    await title(off, /^Enter/);
    assert.equal(await off.getByRole('button', { name: 'Check the login' }).count(), 0);
  });

  test('with a matching code, the page shows the code, and goes on by itself once it is confirmed', async (context) => {
    const { behind, url } = await startSecurePage(context);
    behind.matchingCode = true;
    const page = await open(browser, context, url);
    await title(page, 'Confirm in Slack that this is you');
    assert.equal(await page.locator('.code').innerText(), 'K7-4Q0');
    const text = await page.locator('body').innerText();
    assert.match(text, /Press “This is me: K7-4Q0” there/);
    assert.doesNotMatch(text, /jane|acme/i);
    assert.equal(await page.locator('input').count(), 0);
    behind.confirmedPageId = behind.shown?.pageId;
    await title(page, /^Enter the password/);
    await password(page).fill(SECRET);
    await press(page, 'Add inbox');
    await title(page, /is saved/);
    await assertForgotten(page);
    assert.deepEqual(behind.asked, ['K7-4Q0']);
  });

  test('a page that waits for its person notices that the link is dead', async (context) => {
    const { behind, url } = await startSecurePage(context);
    behind.matchingCode = true;
    const page = await open(browser, context, url);
    await title(page, 'Confirm in Slack that this is you');
    behind.link = undefined;
    await title(page, "This link doesn't work anymore");
  });

  test('nothing typed is left after a reload, after going back, or in what the browser keeps', async (context) => {
    const { behind, url, publicUrl } = await startSecurePage(context);
    const page = await open(browser, context, url);
    await password(page).fill(SECRET);
    await page.reload();
    await title(page, 'Open the link in Slack again');
    await assertForgotten(page);

    await page.goto(url);
    await password(page).fill(SECRET);
    await page.goto(`${publicUrl}/secure?elsewhere`);
    await page.goBack();
    await title(page, 'Open the link in Slack again');
    await assertForgotten(page);
    assert.deepEqual(behind.saved, []);
    assert.ok(behind.link !== undefined && behind.spentBy === undefined, 'the link still works');
  });

  test('another link in the same tab is looked up', async (context) => {
    const { url } = await startSecurePage(context);
    const page = await open(browser, context, url.replace(TOKEN, 'A'.repeat(43)));
    await title(page, /doesn't work anymore/);
    await page.goto(url);
    await title(page, /^Enter the password/);
  });

  test('two logins take two passwords; one login can have two', async (context) => {
    const two = await startSecurePage(context, CUSTOM);
    const page = await open(browser, context, two.url);
    assert.match(
      await page.getByRole('main').innerText(),
      /imap\.globex\.com, port 993, not encrypted[\s\S]*jane \(SMTP\), jane-imap \(IMAP\)/,
    );
    await page.getByRole('textbox', { name: 'SMTP password' }).fill('one');
    await press(page, 'Add inbox');
    await page.getByText('Enter the IMAP password.').waitFor();
    const imap = page.getByRole('textbox', { name: 'IMAP password' });
    assert.equal(await imap.evaluate('this === document.activeElement || document.activeElement.id'), 'imap_password');
    await imap.fill('two');
    await press(page, 'Add inbox');
    await title(page, /is saved/);
    assert.deepEqual(two.behind.saved, [{ smtp_password: 'one', imap_password: 'two' }]);

    const one = await startSecurePage(context, { account: { ...CUSTOM.account, imap_username: 'jane' } });
    const other = await open(browser, context, one.url);
    await other.getByRole('textbox', { name: 'Password' }).fill('one');
    await press(other, 'IMAP has another password');
    await other.getByRole('textbox', { name: 'IMAP password' }).fill('two');
    await press(other, 'Add inbox');
    await title(other, /is saved/);
    assert.deepEqual(one.behind.saved, [{ smtp_password: 'one', imap_password: 'two' }]);
  });

  test('a mistake is shown beside its field, and a doubt is asked about once', async (context) => {
    const { behind, url } = await startSecurePage(context);
    const page = await open(browser, context, url);
    await title(page, /^Enter/);
    await press(page, 'Add inbox');
    await page.getByRole('alert').filter({ hasText: 'Enter the password.' }).waitFor();
    assert.equal(behind.wrong, 0, 'an empty field is no try');
    await password(page).click();
    // More than the bot reads.
    await page.keyboard.insertText('x'.repeat(3_000));
    await press(page, 'Add inbox');
    await page.getByText('a password has at most 500 characters').waitFor();
    assert.equal(behind.wrong, 1);
    await password(page).fill(' spaced ');
    await press(page, 'Add inbox');
    await page.getByText('begins or ends with a space').waitFor();
    await press(page, 'Add inbox anyway');
    await title(page, /is saved/);
    assert.deepEqual(behind.saved, [{ smtp_password: ' spaced ', imap_password: ' spaced ' }]);
  });
});

describe('the secure page, where not all goes well', { skip: skipWithoutBrowser, concurrency: 2 }, async () => {
  const browser = await openBrowser();
  after(() => browser.close());

  test('two tabs with one link: the first that saves wins, and the other learns nothing', async (context) => {
    const { behind, url } = await startSecurePage(context);
    const [first, second] = [await open(browser, context, url), await open(browser, context, url)];
    await password(first).fill('first');
    await password(second).fill('second');
    await press(first, 'Add inbox');
    await title(first, /is saved/);
    await press(second, 'Add inbox');
    await title(second, "This link doesn't work anymore");
    assert.deepEqual(behind.saved, [{ smtp_password: 'first', imap_password: 'first' }]);
    await assertForgotten(second);
  });

  test('a dead link is one and the same page, whatever it died of', async (context) => {
    const { behind, url } = await startSecurePage(context);
    const alive = { ...behind };
    const deaths: Partial<typeof behind>[] = [
      { link: undefined },
      { wrong: 5 },
      { spentBy: 'another page' },
      { permission: { kind: 'lost', why: 'deactivated' } },
      { request: { ...behind.request, waitsFor: undefined } },
      { request: { ...behind.request, userId: 'U2' } },
      { request: { ...behind.request, expiresAt: 0 } },
    ];
    const texts = new Set<string>();
    for (const death of deaths) {
      Object.assign(behind, alive, death);
      const page = await open(browser, context, url);
      await title(page, "This link doesn't work anymore");
      texts.add(await page.locator('body').innerText());
    }
    assert.equal(texts.size, 1);
  });

  test('a link ends while the page is open', async (context) => {
    const { behind, url } = await startSecurePage(context);
    Object.assign(behind, { link: { ...behind.link, expiresAt: 1_500 } });
    const page = await open(browser, context, url);
    await title(page, /^Enter/);
    await title(page, "This link doesn't work anymore");
    await assertForgotten(page);
  });

  test('a link that ends while the password is saved: the page waits for the answer, or says that it got none', async (context) => {
    for (const isLost of [false, true]) {
      const { behind, url, routes } = await startSecurePage(context);
      const save = routes['POST /secure/save'];
      assert.ok(save !== undefined);
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      const { promise: sent, resolve: send } = Promise.withResolvers<void>();
      const page = await open(browser, context, url, {}, (opened) => opened.clock.install());
      routes['POST /secure/save'] = async (request, response) => {
        send();
        await ended;
        if (isLost) response.writeHead(502).end();
        else await save(request, response);
      };
      context.after(() => end());
      await password(page).fill(SECRET);
      // Less than the time after which the page gives up waiting.
      await page.clock.fastForward('29:40');
      await press(page, 'Add inbox');
      await sent;
      await page.clock.fastForward('00:21');
      await page.getByRole('button', { name: 'Saving…' }).waitFor();
      end();
      if (!isLost) {
        await title(page, /is saved/);
        continue;
      }
      await page.getByText("We didn't get a clear answer.").waitFor();
      assert.equal(await password(page).inputValue(), SECRET);
      routes['POST /secure/save'] = save;
      behind.link = undefined;
      await press(page, 'Add inbox');
      await title(page, "We don't know if the password was saved");
      await page.getByRole('link', { name: 'Open the thread in Slack' }).waitFor();
      await assertForgotten(page);
    }
  });

  test('offline in between: what was typed stays, and a second press gets the first answer', async (context) => {
    const { behind, url, stop, start, routes } = await startSecurePage(context);
    const save = routes['POST /secure/save'];
    assert.ok(save !== undefined);
    const page = await open(browser, context, url);
    await password(page).fill(SECRET);
    await stop();
    await press(page, 'Add inbox');
    await page.getByText('No answer. Check your connection, then press the button again.').waitFor();
    assert.equal(await password(page).inputValue(), SECRET);
    // The answer is lost after it was saved.
    routes['POST /secure/save'] = async (request, response) => {
      response.end = () => response.destroy();
      await save(request, response);
    };
    await start();
    await press(page, 'Add inbox');
    await page.getByText('No answer.').waitFor();
    assert.equal(behind.saved.length, 1);
    routes['POST /secure/save'] = save;
    await press(page, 'Add inbox');
    await title(page, /is saved/);
    assert.equal(behind.saved.length, 1);
  });

  test('a bot that does not answer, or Slack, can be asked again', async (context) => {
    const { behind, url, routes } = await startSecurePage(context);
    const look = routes['POST /secure/look'];
    assert.ok(look !== undefined);
    behind.permission = { kind: 'unknown' };
    const page = await open(browser, context, url);
    await page.getByText("Slack didn't confirm your account. Try again in a minute.").waitFor();
    behind.permission = { kind: 'may' };
    routes['POST /secure/look'] = (_request, response) => void response.writeHead(502).end('<h1>Bad gateway</h1>');
    await press(page, 'Try again');
    await page.getByText('The bot had a problem.').waitFor();
    routes['POST /secure/look'] = look;
    await press(page, 'Try again');
    await title(page, /^Enter/);
  });

  test('without scripts, and where the script breaks, the page says so', async (context) => {
    const { url } = await startSecurePage(context);
    const plain = await open(browser, context, url, { javaScriptEnabled: false });
    assert.match(await plain.locator('body').innerText(), /This page needs JavaScript/);
    const window = await browser.newContext();
    context.after(() => window.close());
    const broken = await window.newPage();
    await broken.addInitScript('crypto.getRandomValues = () => { throw new Error("no luck"); };');
    await broken.goto(url);
    await title(broken, 'Something went wrong on this page');
  });
});

describe('the looks of the secure page', { skip: skipWithoutBrowser, concurrency: 2 }, async () => {
  const browser = await openBrowser();
  after(() => browser.close());

  // Colors and widths don't depend on each other.
  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 320],
  ] as const) {
    test(`${colorScheme}, ${width} pixels wide: axe finds nothing and nothing sticks out`, async (context) => {
      const { behind, url, publicUrl } = await startSecurePage(context, CUSTOM);
      behind.matchingCode = true;
      const page = await open(browser, context, url, {
        colorScheme,
        viewport: { width, height: 800 },
        bypassCSP: true,
      });
      const check = async (state: string) => {
        const folder = process.env.SECURE_PAGE_PICTURES;
        const path = `${folder}/${state}-${width}-${colorScheme}.png`;
        if (folder !== undefined) await page.screenshot({ path, fullPage: true });
        assert.deepEqual(await findViolations(page), [], state);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        assert.ok(Number(overflow) <= 0, `${state}: nothing sticks out of the window`);
      };
      await title(page, /^Confirm/);
      await check('code');
      behind.matchingCode = false;
      await title(page, /^Enter/);
      await check('one');
      await page.getByRole('textbox', { name: 'SMTP password' }).fill(' quoted ');
      await press(page, 'Add inbox');
      await page.getByText('Enter the IMAP password.').waitFor();
      await page.getByRole('textbox', { name: 'IMAP password' }).fill('x');
      await press(page, 'Add inbox');
      await page.getByText('begins or ends').waitFor();
      await check('unsure');
      await press(page, 'Add inbox anyway');
      await title(page, /is saved/);
      await check('saved');
      await page.goto(`${publicUrl}/secure`);
      await title(page, /again$/);
      await check('no-token');
      behind.permission = { kind: 'lost', why: 'guest' };
      await page.goto(url);
      await title(page, /anymore/);
      await check('gone');
    });
  }
});

const password = (page: Page) => page.getByRole('textbox', { name: 'App password' });

const assertForgotten = (page: Page) => assertNothingKept(page, [SECRET, TOKEN]);
