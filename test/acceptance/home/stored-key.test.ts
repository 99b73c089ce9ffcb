import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  additionsIn,
  closeAll,
  errorsOf,
  fieldOf,
  KEY_FORM,
  openHowPage,
  submitInbox,
  WHO_PAGE,
  waitForPage,
} from '../world/fill-form.ts';
import { API_KEY, MANY_POSTS, OTHER_KEY, startWorld, storeKey, type World } from '../world/start-bot.ts';
import { addInbox, assertOnlySays, waitForHome, waitForText } from './key-world.ts';

test('the stored key', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, admin, member, channelId } = world;
  coldsend.addKey(OTHER_KEY, { name: 'other' });
  for (const key of [API_KEY, OTHER_KEY]) slack.watchSecret(key);

  await context.test('shows its last four characters, who stored it and when, and whether it works', async () => {
    for (const person of [admin, member]) {
      const home = await waitForHome(world, person, /The key ends in 4567\. It worked the last time I used it\./);
      assert.match(home, /Saved by @ada, \d{4}-\d\d-\d\d/);
      assert.match(home, /Last checked \d{4}-\d\d-\d\d/);
    }
  });

  await context.test('stays where the admin thinks again', async () => {
    await waitForHome(world, admin, /The key ends in 4567/);
    const { status } = await admin.click('home_remove_key', { in: 'home', confirm: false });
    assert.equal(status, 'cancelled');
    await waitForHome(world, admin, /The key ends in 4567/);
    const [confirm] = JSON.stringify(admin.home().view?.blocks).match(/"confirm":\{"title".*?\}\}/) ?? [];
    assert.match(confirm ?? '', /Remove the key\?/);
  });

  await context.test('is replaced from the Home, and the next inbox is added with the new one', async () => {
    await addInbox(member, channelId, 'before@acme.com');
    await waitForReply(world, 'before@acme.com', /ACTIVE/);
    await waitForHome(world, admin, /The key ends in 4567/);
    await admin.click('Replace the key', { in: 'home' });
    const form = await waitForPage(admin, KEY_FORM);
    assert.match(form.rendered, /This replaces the key ending in 4567/);
    assert.equal(fieldOf(form, 'api_key').value, undefined, 'the key is never filled in');
    await admin.type('api_key', OTHER_KEY);
    const { modal } = await admin.submit();
    assert.equal(modal, undefined);
    await waitForHome(world, admin, /The key ends in ano1/);
    await addInbox(member, channelId, 'after@acme.com');
    await waitForReply(world, 'after@acme.com', /ACTIVE/);
    assert.deepEqual(
      additionsIn(coldsend).map(({ key }) => key),
      ['key 1', 'other'],
    );
  });

  await context.test('stays as it was when the one to replace it is refused', async () => {
    await waitForHome(world, admin, /The key ends in ano1/);
    await admin.click('Replace the key', { in: 'home' });
    await waitForPage(admin, KEY_FORM);
    await admin.type('api_key', 'cs_live_unknown');
    const { modal } = await admin.submit();
    assert.match(errorsOf(modal).api_key ?? '', /ColdSend refused this key/);
    await closeAll(admin);
    await waitForHome(world, admin, /The key ends in ano1\. It worked/);
  });

  await context.test('outlives a restart', async () => {
    await world.bot.stop();
    await world.restart();
    await waitForHome(world, member, /The key ends in ano1\. It worked/);
    await addInbox(member, channelId, 'restarted@acme.com');
    await waitForReply(world, 'restarted@acme.com', /ACTIVE/);
    assert.equal(additionsIn(coldsend).at(-1)?.key, 'other');
  });

  await context.test('that ColdSend refuses later is told to those who would type passwords in vain', async () => {
    await openHowPage(admin, channelId, { address: 'waits@acme.com', provider: 'GOOGLE_WORKSPACE' });
    await admin.type('smtp_password', 'abcd efgh ijkl mnop');
    coldsend.revokeKey(OTHER_KEY);
    await addInbox(member, channelId, 'refused@acme.com');
    const told = await waitForReply(world, 'refused@acme.com', /ColdSend refused the API key/);
    assert.match(told, /An admin or owner of this workspace can add another key/);

    await closeAll(member);
    await member.command('/add-inbox', { channelId });
    const page = await waitForText(member, /ColdSend refuses the API key of this workspace/);
    assert.match(page.rendered, /An admin or owner of this workspace can add another key/);
    assertOnlySays(page);
    await waitForHome(
      world,
      member,
      /ColdSend refused it the last time I used it\. Inboxes wait until you add another key/,
    );
  });

  await context.test('is waited for, and a new one sets everything going', async () => {
    const page = await submitInbox(admin);
    assert.match(page.rendered, /waits@acme\.com/);
    const announced = await slack.waitFor(
      () => member.in(channelId).find(({ rendered }) => /Waiting to add an inbox.*waits@acme/s.test(rendered)),
      'the announcement of what waits',
    );
    assert.match(announced.rendered, /This workspace has no API key that works.*add another key/);
    assert.deepEqual(announced.thread, []);

    await closeAll(admin);
    await admin.command('/add-inbox next@acme.com', { channelId });
    const form = await waitForPage(admin, KEY_FORM);
    assert.match(form.rendered, /ColdSend refused the key ending in ano1\. Please enter another one/);
    await admin.type('api_key', API_KEY);
    const { modal } = await admin.submit();
    assert.equal(modal?.callbackId, WHO_PAGE);
    assert.equal(fieldOf(modal, 'email_address').value, 'next@acme.com');
    await waitForReply(world, 'waits@acme.com', /ACTIVE/);
    assert.equal(additionsIn(coldsend).at(-1)?.key, 'key 1');
  });

  await context.test('is named with the scopes it misses', async () => {
    coldsend.answerNext({ kind: 'scopes_missing', form: 'list' });
    await addInbox(member, channelId, 'scopes@acme.com');
    const told = await waitForReply(world, 'scopes@acme.com', /ColdSend refused the API key/);
    assert.match(told, /Missing scopes: sender_accounts:\w+/);
    const home = await waitForHome(world, admin, /ColdSend refused it the last time I used it/);
    assert.match(home, /Missing scopes: sender_accounts:\w+/);
    await storeKey(admin, API_KEY);
    await waitForHome(world, admin, /The key ends in 4567\. It worked/);
  });

  await context.test('has the last ten inboxes beside it, with their outcome, the newest first', async () => {
    for (let count = 1; count <= 9; count += 1) {
      await addInbox(member, channelId, `n${count}@acme.com`);
      await waitForReply(world, `n${count}@acme.com`, /ACTIVE/);
    }
    coldsend.answerNext({ kind: 'login_failed' });
    await addInbox(admin, channelId, 'last@acme.com');
    await waitForReply(world, 'last@acme.com', /Connection failed/);
    const home = await waitForHome(world, member, /last@acme\.com/);
    const shown = [...home.matchAll(/^(\w+@acme\.com)(?: {2}\[.*)?$/gm)].map(([, address]) => address);
    const latest = [9, 8, 7, 6, 5, 4, 3, 2, 1].map((count) => `n${count}@acme.com`);
    assert.deepEqual(shown, ['last@acme.com', ...latest]);
    assert.match(
      home,
      /last@acme\.com\n.*Inbox not added: ColdSend refused it · @ada · \d{4}-\d\d-\d\d .* · Open thread \(/,
    );
    assert.match(home, /n9@acme\.com.*\n.*Inbox added · @mel · .* · Open thread .*overall_status: ACTIVE/);
  });

  await context.test('shows older ones page by page, and only those with a chosen result', async () => {
    const listed = (home: string) =>
      [...home.matchAll(/^(\w+@acme\.com)(?: {2}\[.*)?$/gm)].map(([, address]) => address);
    const newest = (await member.openHome()).rendered;
    assert.doesNotMatch(newest, /\[ Newer \]/);
    await member.click('Older', { in: 'home' });
    const older = await waitForHome(world, member, /\[ Newer \]/);
    assert.ok(listed(older).length > 0);
    assert.deepEqual(
      listed(older).filter((address) => listed(newest).includes(address)),
      [],
    );
    await member.choose('home_filter_outcome', 'not_added');
    const refused = await waitForHome(world, member, /\[Not added\](?![\s\S]*Inbox added)/);
    assert.deepEqual(listed(refused)[0], 'last@acme.com');
    assert.doesNotMatch(refused, /\[ Newer \]/);
    await member.choose('home_filter_outcome', 'unknown');
    await waitForHome(world, member, /No inbox matches\. Choose something else above\./);
    await member.choose('home_filter_outcome', 'any');
    await waitForHome(world, member, /n9@acme\.com/);
  });

  await context.test('is removed once that is confirmed, and nothing is sent with it any more', async () => {
    await openHowPage(member, channelId, { address: 'removed@acme.com', provider: 'GOOGLE_WORKSPACE' });
    await member.type('smtp_password', 'abcd efgh ijkl mnop');
    await waitForHome(world, admin, /The key ends in 4567/);
    await admin.click('home_remove_key', { in: 'home' });
    await waitForHome(world, admin, /This workspace has no key yet/);
    const sent = additionsIn(coldsend).length;
    await submitInbox(member);
    await slack.waitFor(
      () => member.in(channelId).find(({ rendered }) => /Waiting to add an inbox.*removed@acme/s.test(rendered)),
      'the announcement of what waits',
    );
    assert.equal(additionsIn(coldsend).length, sent);
    await closeAll(member);
    await member.command('/add-inbox', { channelId });
    await waitForText(member, /This workspace has no ColdSend API key/);

    await storeKey(admin, API_KEY);
    await waitForReply(world, 'removed@acme.com', /ACTIVE/);
  });

  await context.test('is told of in a DM when the form for it can not be opened', async () => {
    await waitForHome(world, admin, /The key ends in 4567/);
    slack.failNext('views.open', { error: 'expired_trigger_id' });
    await admin.click('Replace the key', { in: 'home' });
    const told = await slack.waitForMessage(({ channelId: place }) => place === admin.botDm());
    assert.match(told.text, /Slack did not open the form in time, and I did nothing\. Press the button again/);
  });

  await context.test('is never sent to Slack, nor written to the log', () => {
    assert.deepEqual(slack.problems, []);
    for (const key of [API_KEY, OTHER_KEY]) {
      assert.ok(!JSON.stringify(slack.ledger.payloads).includes(key));
      assert.ok(!world.bot.output().includes(key));
    }
  });
});

/** The reply in the thread of this inbox's announcement. */
async function waitForReply({ slack, member, channelId }: World, address: string, text: RegExp): Promise<string> {
  const reply = await slack.waitFor(
    () =>
      member
        .in(channelId)
        .flatMap(({ thread }) => thread)
        .find((message) => message.text.includes(address) && text.test(message.text)),
    `the reply about ${address}`,
  );
  return reply.rendered;
}
