import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject, ModalSeen } from '../../../playground/local-slack/local-slack.ts';
import { writeVendorPaste } from '../../../playground/vendor-file.ts';
import { closeAll, fieldOf, NOTICE, waitForPage } from '../world/fill-form.ts';
import { startWorld } from '../world/start-bot.ts';
import { MANY_FORM, openManyForm, PREVIEW, previewPaste, readBatches, waitForNoDraft } from './batch-world.ts';

for (const transport of ['http', 'socket'] as const) {
  test(`over ${transport}, pasted rows are previewed and committed once confirmed`, async (context) => {
    const world = await startWorld(context, { transport });
    const { slack, member, channelId } = world;
    const preview = await previewPaste(member, channelId, writeVendorPaste(40));
    assert.equal(preview.title, 'Check 40 rows');
    assert.equal(preview.submitLabel, 'Add 37 inboxes');
    assert.match(preview.rendered, /37 ready +❌ 3 to fix/);
    assert.match(preview.rendered, /Pasted rows · less than a minute/);
    assert.match(preview.rendered, /Line 10 · .*Password: Enter the password\./);
    assert.doesNotMatch(JSON.stringify(preview.view), /[a-z]{4} [a-z]{4} [a-z]{4} [a-z]{4}/, 'no password');
    assert.deepEqual([readBatches(world).rows, readBatches(world).pieces], [[], 1]);

    const { status, modal } = await member.submit();
    assert.equal(status, 'ok');
    assert.equal(modal?.callbackId, NOTICE);
    assert.match(modal.rendered, /Adding 37 inboxes/);
    assert.match(modal.rendered, /You see the progress in #inboxes/);
    const { batches, rows, pieces } = readBatches(world);
    assert.equal(batches.length, 1);
    assert.equal(batches[0]?.total, 37);
    assert.equal(rows.length, 37);
    assert.equal(rows[0]?.line, 2);
    assert.equal(rows[0]?.account.inbox_type, 'GOOGLE_WORKSPACE');
    assert.equal(pieces, 0);
    await member.close();
    assert.equal(member.modal(), undefined, 'the form below is closed too');
    const isDone = () => member.in(channelId).find(({ rendered }) => rendered.includes('All 37 inboxes added'));
    await slack.waitFor(isDone, 'the card to be finished', { timeoutMs: 60_000 });
    assert.equal(world.coldsend.accounts.length, 37);
    assert.deepEqual(slack.problems, []);
  });
}

test('many inboxes, pasted', async (context) => {
  const world = await startWorld(context);
  const { slack, admin, member, channelId } = world;
  const one = 'jane@b.com abcd efgh ijkl mnop';

  for (const text of ['many', 'BULK', 'csv']) {
    await context.test(`the form opens for “${text}”`, async () => {
      const form = await openManyForm(member, channelId, text);
      assert.equal(form.title, 'Add many inboxes');
      assert.equal(fieldOf(form, 'rows').type, 'plain_text_input');
      assert.equal(fieldOf(form, 'file').type, 'file_input');
      assert.equal(fieldOf(form, 'default_daily_limit').value, '30');
    });
  }

  await context.test('several addresses are filled in, one a line, however they are separated', async () => {
    const text = '<mailto:a@acme.com|a@acme.com>, b@acme.com;c@acme.com  d@acme.com';
    slack.tamperNext({ payload: (payload) => ({ ...payload, text }) });
    const form = await openManyForm(member, channelId);
    assert.equal(fieldOf(form, 'rows').value, 'a@acme.com\nb@acme.com\nc@acme.com\nd@acme.com');
  });

  await context.test('page 1 of the form leads to it, with the address as first row', async () => {
    await closeAll(member);
    await member.command('/add-inbox jane@acme.com', { channelId });
    await waitForPage(member, 'add_inbox_who');
    await member.click('Add many');
    const form = await waitForPage(member, MANY_FORM);
    assert.equal(fieldOf(form, 'rows').value, 'jane@acme.com');
    assert.equal(member.modals().length, 1);
  });

  await context.test('the Home leads to it, and the results go to the direct messages', async () => {
    await closeAll(member);
    await member.openHome();
    await member.click('Add many', { in: 'home' });
    await waitForPage(member, MANY_FORM);
    await member.type('rows', `home@acme.com pw1234567`);
    await member.choose('default_provider', 'GOOGLE_WORKSPACE');
    await member.submit();
    const { modal } = await member.submit();
    assert.match(modal?.rendered ?? '', /Adding 1 inbox\b/);
    assert.match(modal?.rendered ?? '', /in your direct messages with me/);
  });

  await context.test('nothing given is said under the field', async () => {
    await openManyForm(member, channelId);
    const { errors } = await member.submit();
    assert.deepEqual(Object.values(errors), ['Paste at least one row, or choose a file.']);
  });

  await context.test('text that is no rows is said under the field, which keeps it', async () => {
    await openManyForm(member, channelId);
    await member.type('rows', 'Name,Tags\nJane,x');
    const { errors, modal } = await member.submit();
    assert.match(Object.values(errors).join(), /I can’t find the column with the addresses/);
    assert.equal(fieldOf(modal, 'rows').value, 'Name,Tags\nJane,x');
  });

  await context.test('rows that are all wrong have no submit button, and closing leads back to them', async () => {
    const preview = await previewPaste(member, channelId, one);
    assert.equal(preview.submitLabel, undefined);
    assert.match(preview.rendered, /There is nothing to add yet/);
    assert.match(preview.rendered, /Rows without servers need a provider/);
    await member.close();
    assert.equal(fieldOf(member.modal(), 'rows').value, one);
    await member.choose('default_provider', 'GOOGLE_WORKSPACE');
    const again = await member.submit();
    assert.equal(again.modal?.submitLabel, 'Add 1 inbox');
    assert.match(again.modal?.rendered ?? '', /jane@b\.com · jane · Google Workspace · SMTP smtp\.gmail\.com:587/);
  });

  await context.test('discarding deletes the rows', async () => {
    assert.equal(readBatches(world).pieces, 1);
    await member.close();
    await waitForNoDraft(world);
    assert.equal(readBatches(world).batches.at(-1)?.state, 'discarded');
  });

  await context.test('Microsoft rows are held back, unless the person wants them', async () => {
    const rows = 'address,password,provider\nm@acme.com,pw1234567,outlook\n';
    const preview = await previewPaste(member, channelId, rows);
    assert.equal(preview.submitLabel, 'Add 1 inbox');
    assert.match(preview.rendered, /1 held back/);
    const refused = await member.submit();
    assert.match(Object.values(refused.errors).join(), /Tick this to add them/);
    await member.tick('add_held', 'add_held');
    assert.match((await member.submit()).modal?.rendered ?? '', /Adding 1 inbox\b/);
  });

  await context.test('the daily limit of rows without one can be changed in the preview', async () => {
    await previewPaste(member, channelId, 'address,password,provider\nlimit@acme.com,pw1234567,google\n');
    await member.type('default_daily_limit', '55');
    await member.submit();
    const row = readBatches(world).rows.find(({ account }) => account.email_address === 'limit@acme.com');
    assert.equal(row?.account.daily_limit, 55);
  });

  await context.test('submitting the preview twice adds the rows once', async () => {
    await previewPaste(member, channelId, 'address,password,provider\ntwice@acme.com,pw1234567,google\n');
    const from = slack.ledger.deliveries.length;
    await member.submit();
    const delivery = slack.ledger.deliveries.slice(from).find(({ payload }) => payload.type === 'view_submission');
    assert.ok(delivery);
    const [again] = await slack.redeliver(delivery);
    assert.match(JSON.stringify(again?.response), /Adding 1 inbox/);
    const added = readBatches(world).rows.filter(({ account }) => account.email_address === 'twice@acme.com');
    assert.equal(added.length, 1);
  });

  await context.test('a newer draft takes the place of an older one', async () => {
    await previewPaste(member, channelId, 'address,password,provider\nold@acme.com,pw1234567,google\n');
    const view = viewOf(member.modal());
    await previewPaste(member, channelId, 'address,password,provider\nnew@acme.com,pw1234567,google\n');
    slack.tamperNext({ payload: (payload) => ({ ...payload, view }) });
    const { modal } = await member.submit();
    assert.match(modal?.rendered ?? '', /I do not have the rows any more/);
  });

  await context.test("another person's draft can't be confirmed", async () => {
    await previewPaste(admin, channelId, 'address,password,provider\nadmins@acme.com,pw1234567,google\n');
    const view = viewOf(admin.modal());
    await previewPaste(member, channelId, 'address,password,provider\nmels@acme.com,pw1234567,google\n');
    slack.tamperNext({ payload: (payload) => ({ ...payload, view }) });
    assert.match((await member.submit()).modal?.rendered ?? '', /This form was opened for another person/);
    const mine = JSON.stringify(view).replaceAll(admin.userId, member.userId);
    await member.close();
    slack.tamperNext({ payload: (payload) => ({ ...payload, view: JSON.parse(mine) }) });
    assert.match((await member.submit()).modal?.rendered ?? '', /I do not have the rows any more/);
    assert.ok(!readBatches(world).rows.some(({ account }) => account.email_address === 'admins@acme.com'));
  });

  await context.test('rights that are lost in between are seen at each step', async () => {
    await previewPaste(member, channelId, 'address,password,provider\nlost@acme.com,pw1234567,google\n');
    slack.setPerson(member.userId, { is_restricted: true });
    const { modal } = await member.submit();
    assert.match(modal?.rendered ?? '', /Guests can't add inboxes/);
    await member.close();
    assert.equal(member.modal()?.callbackId, PREVIEW);
    slack.setPerson(member.userId, { is_restricted: false });
    assert.match((await member.submit()).modal?.rendered ?? '', /Adding 1 inbox\b/);
  });

  await context.test("breaks no rule of Slack's", () => assert.deepEqual(slack.problems, []));
});

function viewOf(modal: ModalSeen | undefined): JsonObject {
  assert.ok(modal);
  return { ...modal.view, state: { values: modal.values } };
}
