import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModalSeen, Person } from '../../../playground/local-slack/local-slack.ts';
import { openManyForm, PREVIEW } from '../batches/batch-world.ts';
import {
  closeAll,
  fieldOf,
  HOW_PAGE,
  NOTICE,
  openForm,
  openHowPage,
  typeAll,
  valuesOf,
  waitForPage,
} from '../world/fill-form.ts';
import { MANY_POSTS, startWorld } from '../world/start-bot.ts';
import { ACME_KEY, bindClient } from './key-world.ts';

const PRESETS = 'client_presets';

test('presets of a client', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, admin, member, channelId } = world;
  coldsend.addKey(ACME_KEY, { name: 'acme' });
  const acme = slack.addChannel({ name: 'acme', members: [admin.userId, member.userId], withBot: true }).id;
  await bindClient(admin, acme);
  const other = slack.as(slack.addPerson({ name: 'eve', is_admin: true }).id);

  await context.test('what is no preset is said at its field', async () => {
    await openPresets(admin);
    await typeAll(admin, { preset_domains: 'acme.com\nacme, 10.0.0.1' });
    const { errors } = await admin.submit();
    assert.match(Object.values(errors).join(), /“acme,?” is not a domain/);
    await typeAll(admin, { preset_domains: Array.from({ length: 101 }, (_, index) => `d${index}.com`).join(' ') });
    assert.match(Object.values((await admin.submit()).errors).join(), /at most 100 domains/);
    await closeAll(admin);
  });

  await context.test('the forms of its channels begin with them', async () => {
    await openPresets(admin);
    await openPresets(other);
    await typeAll(admin, { preset_daily_limit: '45', preset_name: '{local} from Acme', preset_domains: 'acme.com' });
    assert.equal((await admin.submit()).modal, undefined);
    assert.match((await other.submit()).modal?.rendered ?? '', /have changed since you opened this/);
    await closeAll(other);

    const page = await openForm(member, acme);
    assert.equal(fieldOf(page, 'display_name').value, '{local} from Acme');
    const how = await openHowPage(member, acme, {
      address: 'jane@acme.com',
      provider: 'GOOGLE_WORKSPACE',
      name: '{local} from Acme',
    });
    assert.equal(valuesOf(how).daily_limit, '45');
    await closeAll(member);
    const many = await openManyForm(member, acme);
    assert.deepEqual(
      [fieldOf(many, 'default_daily_limit').value, fieldOf(many, 'default_name').value],
      ['45', '{local} from Acme'],
    );
    await closeAll(member);
    assert.equal(fieldOf(await openForm(member, channelId), 'display_name').value, undefined);
    await closeAll(member);
  });

  await context.test('an address of another domain gets a warning, and is added all the same', async () => {
    await openHowPage(member, acme, {
      address: 'jane@globex.com',
      provider: 'GOOGLE_WORKSPACE',
      name: '{local} from Acme',
    });
    await member.type('smtp_password', 'abcd efgh ijkl mnop');
    const warned = (await member.submit()).modal;
    assert.equal(warned?.callbackId, HOW_PAGE);
    assert.match(warned.rendered, /This channel is not for inboxes of globex\.com/);
    assert.equal((await member.submit()).modal?.callbackId, NOTICE);
    await closeAll(member);
    const sent = await coldsend.waitFor(({ body }) => JSON.stringify(body ?? '').includes('jane@globex.com'));
    assert.match(JSON.stringify(sent.body), /"display_name":"jane from Acme"/);
  });

  await context.test("so does one of the client's domain in another channel", async () => {
    await openHowPage(member, channelId, { address: 'bob@mail.acme.com', provider: 'GOOGLE_WORKSPACE' });
    await member.type('smtp_password', 'abcd efgh ijkl mnop');
    assert.match((await member.submit()).modal?.rendered ?? '', /This channel is not for inboxes of mail\.acme\.com/);
    await closeAll(member);
  });

  await context.test('a list says which rows have other domains', async () => {
    await openManyForm(member, acme);
    const rows = ['a@acme.com', 'b@globex.com'].map((address) => `${address},abcd efgh ijkl mnop,google`);
    await member.type('rows', ['Email,Password,Provider', ...rows].join('\n'));
    const preview = (await member.submit()).modal;
    assert.equal(preview?.callbackId, PREVIEW);
    assert.match(
      preview.rendered,
      /This channel is not for inboxes of this domain\. Check the address and the channel\. Line 3\n/,
    );
    await closeAll(member);
  });

  await context.test('a sender name with other words in braces is none', async () => {
    await openPresets(admin);
    await typeAll(admin, { preset_name: '{local} {company}' });
    assert.match(Object.values((await admin.submit()).errors).join(), /Use \{local\} or plain words only/);
    await closeAll(admin);
  });

  await context.test('members neither see nor change them', async () => {
    assert.doesNotMatch((await member.openHome()).rendered, /Presets|Remembered/);
  });
  assert.deepEqual(slack.problems, []);
});

async function openPresets(admin: Person): Promise<ModalSeen> {
  await admin.openHome();
  await admin.click('Presets', { in: 'home' });
  return waitForPage(admin, PRESETS);
}
