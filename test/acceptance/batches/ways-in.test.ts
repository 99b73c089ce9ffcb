import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeAll, fieldOf, KEY_FORM, NOTICE, waitForPage } from '../world/fill-form.ts';
import { API_KEY, OTHER_KEY, startWorld, type World } from '../world/start-bot.ts';
import { MANY_FORM, openManyForm, previewPaste, readBatches } from './batch-world.ts';

const ROWS = 'address,password,provider\njane@acme.com,pw1234567,google\n';

test('without a key', async (context) => {
  const { slack, admin, member, guest, channelId } = await startWorld(context, { withKey: false });

  for (const [who, person, says] of [
    ['a guest', guest, /Guests can't add inboxes/],
    ['a member', member, /This workspace has no ColdSend API key/],
  ] as const) {
    await context.test(`${who} is told why there is no form`, async () => {
      await person.command('/add-inbox many', { channelId });
      const page = await person.waitForModal(({ rendered }) => says.test(rendered));
      assert.deepEqual([page.callbackId, page.fields], [NOTICE, []]);
    });
  }

  await context.test('an admin stores one first, and goes on with the addresses of the command', async () => {
    await admin.command('/add-inbox a@acme.com b@acme.com', { channelId });
    await waitForPage(admin, KEY_FORM);
    await admin.type('api_key', API_KEY);
    await admin.submit();
    const form = await waitForPage(admin, MANY_FORM);
    assert.match(form.rendered, /The key works and is saved/);
    assert.equal(fieldOf(form, 'rows').value, 'a@acme.com\nb@acme.com');
    assert.equal(fieldOf(form, 'file').type, 'file_input');
  });

  await context.test('addresses that do not fit are not cut off silently', async () => {
    const many = Array.from({ length: 300 }, (_, index) => `somebody${index}@acme.com`).join(' ');
    const { ephemeral } = await admin.command(`/add-inbox ${many}`, { channelId });
    assert.match(ephemeral?.rendered ?? '', /too many addresses for one command/);
  });

  await context.test("breaks no rule of Slack's", () => assert.deepEqual(slack.problems, []));
});

test('the client of a channel', async (context) => {
  const world = await startWorld(context);
  const { slack, coldsend, admin, member, channelId } = world;
  coldsend.addKey(OTHER_KEY);
  await addClient(world, 'Globex');

  await context.test('is named at each step, and its key is that of the batch', async () => {
    assert.match((await openManyForm(member, channelId)).rendered, /These inboxes are for Globex/);
    assert.match((await previewPaste(member, channelId, ROWS)).rendered, /Client: Globex · Pasted rows/);
    assert.match((await member.submit()).modal?.rendered ?? '', /Adding 1 inbox.*Client: Globex/s);
  });

  await context.test('that is another one by now keeps the rows from going on', async () => {
    await previewPaste(member, channelId, ROWS.replace('jane', 'bob'));
    await removeClient(world);
    const refused = await member.submit();
    assert.match(refused.modal?.rendered ?? '', /An admin changed the ColdSend key of this channel/);
    await member.close();
    await member.close();
    assert.equal(member.modal()?.callbackId, MANY_FORM);
    assert.match((await member.submit()).modal?.rendered ?? '', /An admin changed the ColdSend key of this channel/);
    assert.equal(readBatches(world).rows.length, 1);
  });

  await context.test('that is required shuts the form in other channels, and in the Home', async () => {
    await admin.openHome();
    await admin.click('home_settings', { in: 'home' });
    await waitForPage(admin, 'settings');
    await admin.choose('elsewhere', 'nothing');
    await admin.submit();
    await closeAll(member);
    await member.command('/add-inbox many', { channelId });
    await member.waitForModal(({ rendered }) => /only in channels with a client/.test(rendered));
    await closeAll(member);
    await member.openHome();
    await member.click('Add many', { in: 'home' });
    await member.waitForModal(({ rendered }) => /only in channels with a client/.test(rendered));
  });

  await context.test("breaks no rule of Slack's", () => assert.deepEqual(slack.problems, []));
});

async function addClient({ admin, channelId }: World, name: string): Promise<void> {
  await admin.openHome();
  await admin.click('home_add_client', { in: 'home' });
  await waitForPage(admin, 'client_key');
  await admin.type('client_label', name);
  await admin.choose('client_channels', [channelId]);
  await admin.type('api_key', OTHER_KEY);
  assert.equal((await admin.submit()).modal, undefined);
}

async function removeClient({ slack, admin }: World): Promise<void> {
  await admin.openHome();
  await admin.click('home_remove_client', { in: 'home' });
  await slack.waitFor(() => !admin.home().rendered.includes('Globex:') || undefined, 'the client to be gone');
}
