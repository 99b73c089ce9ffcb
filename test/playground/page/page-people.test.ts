import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { callSlack } from '../local-slack/call-slack.ts';
import { addExample, closeModal, openPage, send, storeKey } from './open-page.ts';
import { openBrowser, skipWithoutBrowser } from './test-browser.ts';

// page.test.ts says what is missing where there is no Chromium.
describe('what people see on the page of the playground', {
  skip: skipWithoutBrowser,
  concurrency: 3,
}, async () => {
  const browser = await openBrowser();
  after(() => browser.close());

  test('each kind of person sees what is theirs', async (context) => {
    const opened = await openPage(context, browser);
    const { page, modal, conversation } = opened;
    await storeKey(opened);
    const openHome = async () => {
      await page.getByRole('button', { name: 'inbox-bot', exact: true }).click();
      await conversation.getByText('The key ends in').waitFor();
    };
    await openHome();
    await conversation.getByRole('button', { name: 'Replace the key' }).waitFor();
    await conversation.getByRole('button', { name: 'Remove the key' }).click();
    const question = page.getByRole('alertdialog');
    await question.getByRole('button', { name: 'Keep it' }).click();
    await question.waitFor({ state: 'hidden' });

    await page.getByText('Mel member').click();
    await conversation.getByRole('button', { name: 'Remove the key' }).waitFor({ state: 'detached' });
    await openHome();
    assert.equal(await conversation.getByRole('button', { name: /the key/ }).count(), 0);

    await page.getByText('Gus guest').click();
    await page.getByRole('button', { name: 'inboxes', exact: true }).click();
    await send(page, '/add-inbox');
    await modal.getByText("Guests can't add inboxes.").waitFor();
    assert.equal(await modal.getByRole('textbox').count(), 0);
    await closeModal(modal);

    await page.getByText('Sam of Globex').click();
    await conversation.getByRole('heading', { name: 'acme-globex' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'deals' }).count(), 0, 'not a member of the private channel');
    await send(page, '/add-inbox');
    await conversation.getByText('/add-inbox is not a valid command').waitFor();

    await page.getByText('Ada admin').click();
    await openHome();
    await conversation.getByRole('button', { name: 'Remove the key' }).click();
    await question.getByRole('button', { name: 'Remove it' }).click();
    await conversation.getByText('This workspace has no key yet').waitFor();
  });

  test('what one person does is seen by others at once, but for what is only visible to them', async (context) => {
    const opened = await openPage(context, browser);
    const { page, conversation, open, cast } = opened;
    const other = await open();
    await other.getByText('Mel member').click();
    await send(page, '/add-inbox help');
    await conversation.getByText('Only visible to you').waitFor();
    await send(page, 'Hello, *Mel* <b>!');
    const seen = other.getByRole('main').getByRole('article');
    await seen.getByText('Hello,').waitFor();
    assert.equal(await seen.count(), 1, "Ada's help is hers alone");
    assert.equal(await seen.locator('strong').last().textContent(), 'Mel');
    assert.match((await seen.textContent()) ?? '', /<b>!/);
    assert.match(other.url(), new RegExp(cast[1]?.userId ?? 'nobody'), 'who one acts as outlives a reload');
  });

  test('menus offer what the person can see, and keep what is chosen', async (context) => {
    const opened = await openPage(context, browser);
    const { page, conversation, playground, cast } = opened;
    const { slack } = playground;
    const [ada, mel] = cast.map(({ userId }) => userId);
    const option = (value: string) => ({ value, text: { type: 'plain_text', text: value.toUpperCase() } });
    const input = (label: string, element: object) => ({
      type: 'input',
      block_id: label,
      label: { type: 'plain_text', text: label },
      element: { action_id: label, ...element },
    });
    await page.getByRole('button', { name: 'inbox-bot', exact: true }).click();
    await conversation.getByText('This workspace has no key yet').waitFor();
    const published = await callSlack(slack, 'views.publish', {
      user_id: ada,
      view: {
        type: 'home',
        blocks: [
          input('Plan', { type: 'static_select', options: [option('small'), option('large')] }),
          input('Place', { type: 'conversations_select', filter: { include: ['public'] } }),
          input('People', { type: 'multi_users_select' }),
        ],
      },
    });
    assert.equal(published.ok, true);
    await conversation.getByRole('combobox', { name: 'Plan' }).selectOption('LARGE');
    const places = conversation.getByRole('combobox', { name: 'Place' });
    assert.deepEqual(await places.locator('option').allTextContents(), [
      'Choose…',
      '#inboxes',
      '#general',
      '#acme-globex',
    ]);
    await places.selectOption('#general');
    const people = conversation.getByRole('group', { name: 'People' });
    assert.equal(await people.getByRole('checkbox', { name: 'Sam' }).count(), 0, 'is of another workspace');
    await people.getByRole('checkbox', { name: 'Ada' }).check();
    await people.getByRole('checkbox', { name: 'Mel' }).check();
    const held = () =>
      slack
        .as(ada ?? '')
        .home()
        .fields.map(({ value }) => value);
    const general = slack
      .as(ada ?? '')
      .channels()
      .find(({ name }) => name === 'general')?.id;
    await slack.waitFor(() => (held()[2]?.length === 2 ? true : undefined), 'both people');
    assert.deepEqual(held(), ['large', general, [ada, mel]]);
  });

  test('a file can be read where it was shared', async (context) => {
    const { conversation, playground, page } = await openPage(context, browser);
    const { slack } = playground;
    const channelId = slack.as(slack.people().find(({ name }) => name === 'Ada')?.id ?? '').channels()[0]?.id;
    slack.setScopes(slack.workspace.teamId, [...playground.app.scopes, 'files:write']);
    const upload = await callSlack(slack, 'files.getUploadURLExternal', { filename: 'audit.csv', length: 3 }, 'form');
    await fetch(String(upload.upload_url), { method: 'POST', body: 'a,b' });
    const files = [{ id: upload.file_id, title: 'audit.csv' }];
    await callSlack(slack, 'files.completeUploadExternal', { files, channel_id: channelId });
    await conversation.getByText('audit.csv').click();
    await page.getByText('a,b').waitFor();
  });

  test('the traffic shows both directions without secrets, and broken rules in red', async (context) => {
    const opened = await openPage(context, browser);
    const { modal, bench, playground } = opened;
    await storeKey(opened);
    await addExample(opened, 'jane@acme.com');
    await modal.getByText('ACTIVE').waitFor();
    await closeModal(modal);
    const request = bench.getByRole('button', { name: /POST sender-accounts jane@acme.com/ });
    await request.click();
    const detail = bench.locator('.detail');
    await detail.getByText('"smtp_password": "********"').waitFor();
    await bench.getByRole('button', { name: 'Traffic' }).click();
    await bench.getByRole('button', { name: /Slack → bot .*view_submission add_inbox_how/ }).click();
    await detail.filter({ hasText: '••••' }).waitFor();
    await bench.getByRole('button', { name: /view_submission store_key/ }).click();
    await detail.nth(2).waitFor();
    const shown = (await bench.textContent()) ?? '';
    assert.doesNotMatch(shown, /abcd efgh/);
    assert.ok(!shown.includes(playground.apiKey));
    assert.equal(await bench.locator('.bad').count(), 0);

    await callSlack(playground.slack, 'views.publish', {
      user_id: 'U0',
      view: { type: 'home', blocks: [{ type: 'header' }] },
    });
    await bench.locator('.bad').first().waitFor();
    assert.match(
      (await bench.locator('.bad').first().textContent()) ?? '',
      /missing required field|broken rule|views.publish/,
    );
  });
});
