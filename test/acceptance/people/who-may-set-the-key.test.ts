import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import {
  closeAll,
  fieldOf,
  KEY_FORM,
  NOTICE,
  openForm,
  openHowPage,
  typeAll,
  waitForPage,
} from '../world/fill-form.ts';
import { MANY_POSTS, startWorld, storeKey } from '../world/start-bot.ts';
import { addPerson, assertRefused, clickAs, DEMOTIONS } from './people-world.ts';

const NOT_AN_ADMIN = /^Only admins and owners of this workspace can change its keys and settings/m;

test('who may set the key', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, admin, member, channelId } = world;
  coldsend.addKey('cs_live_other');
  const asked = coldsend.ledger.length;

  const forgeries = [{ action_id: 'home_store_key' }, { action_id: 'home_remove_key' }];
  for (const forged of forgeries) {
    await context.test(`a member who forges the button ${forged.action_id} is refused`, async () => {
      await openHowPage(member, channelId, { address: 'jane@acme.com', provider: 'GOOGLE_WORKSPACE' });
      const home = (await admin.openHome()).view;
      assert.ok(home);
      await clickAs(world, member, forged, { ...home });
      assertRefused(await member.waitForModal(({ rendered }) => NOT_AN_ADMIN.test(rendered)), NOT_AN_ADMIN);
      await closeAll(member);
    });
  }

  await context.test('a member who forges the key form is refused', async () => {
    await openForm(member, channelId);
    await typeAll(member, { email_address: 'jane@acme.com', display_name: 'Jane' });
    await member.choose('inbox_type', 'GOOGLE_WORKSPACE');
    slack.tamperNext({
      payload: (payload) => {
        const { view, ...rest } = z.looseObject({ view: z.looseObject({}) }).parse(payload);
        const values = { 'api_key.0': { api_key: { type: 'plain_text_input', value: 'cs_live_other' } } };
        return { ...rest, view: { ...view, callback_id: KEY_FORM, private_metadata: '', state: { values } } };
      },
    });
    const { modal } = await member.submit();
    assert.ok(modal);
    assertRefused(modal, NOT_AN_ADMIN);
    await closeAll(member);
  });

  for (const [what, change, says] of [['made a member', { is_admin: false }, NOT_AN_ADMIN], ...DEMOTIONS] as const) {
    await context.test(`an admin who is ${what} while they type the key can not store it`, async () => {
      const person = addPerson(world, { is_admin: true });
      await person.openHome();
      await person.click('home_store_key', { in: 'home' });
      await waitForPage(person, KEY_FORM);
      await person.type('api_key', 'cs_live_other');
      slack.setPerson(person.userId, change);
      const { modal } = await person.submit();
      assert.ok(modal);
      assertRefused(modal, says);
    });

    for (const button of ['home_store_key', 'home_remove_key']) {
      await context.test(`an admin who is ${what} is refused at the button ${button} of the Home`, async () => {
        const person = addPerson(world, { is_admin: true });
        await person.openHome();
        slack.setPerson(person.userId, change);
        await person.click(button, { in: 'home' });
        assertRefused(await waitForPage(person, NOTICE), says);
      });
    }
  }

  await context.test('the key is as it was, and no other was tried', async () => {
    assert.match((await member.openHome()).rendered, /The key ends in 4567/);
    assert.equal(coldsend.ledger.length, asked);
    assert.deepEqual(slack.problems, []);
  });

  await context.test('an owner replaces it', async () => {
    await storeKey(addPerson(world, { is_owner: true }), 'cs_live_other');
    await openForm(member, channelId);
    assert.equal(fieldOf(member.modal(), 'email_address').value, undefined);
  });
});
