import assert from 'node:assert/strict';
import type { ModalSeen, Person } from '../../../playground/local-slack/local-slack.ts';
import { closeAll, NOTICE, openHowPage, submitInbox, valuesOf, waitForPage } from '../world/fill-form.ts';
import type { World } from '../world/start-bot.ts';

export const ACME_KEY = 'cs_live_acme0acme0acme0acme0acme0acme0acm1';

/** An admin adds the client Acme for a channel. */
export async function bindClient(admin: Person, channelId: string): Promise<void> {
  await admin.openHome();
  await admin.click('home_add_client', { in: 'home' });
  await waitForPage(admin, 'client_key');
  await admin.type('client_label', 'Acme');
  await admin.choose('client_channels', [channelId]);
  await admin.type('api_key', ACME_KEY);
  assert.equal((await admin.submit()).modal, undefined);
}

export async function addInbox(person: Person, channelId: string, address: string): Promise<void> {
  await openHowPage(person, channelId, { address, provider: 'GOOGLE_WORKSPACE' });
  await person.type('smtp_password', 'abcd efgh ijkl mnop');
  await submitInbox(person);
  await closeAll(person);
}

export function waitForText(person: Person, text: RegExp): Promise<ModalSeen> {
  return person.waitForModal(({ rendered }) => text.test(rendered));
}

/** Opens the Home and looks until it says this: what was published for other reasons may still be on its way. */
export async function waitForHome({ slack }: World, person: Person, text: RegExp): Promise<string> {
  await person.openHome();
  const find = () => (text.test(person.home().rendered) ? person.home().rendered : undefined);
  return slack.waitFor(find, () => `${text} in the Home:\n${person.home().rendered}`);
}

/** A notice: nothing to type into, nothing to submit, and it says who it is. */
export function assertOnlySays(page: ModalSeen): void {
  assert.equal(page.callbackId, NOTICE);
  assert.deepEqual(valuesOf(page), {});
  assert.equal(page.submitLabel, undefined);
}
