import assert from 'node:assert/strict';
import type { Person, SubmitResult } from '../../../playground/local-slack/local-slack.ts';

export const GOOGLE_PASSWORD = 'abcd efgh ijkl mnop';

export type GoogleInbox = { address: string; channelId: string; name?: string; password?: string };

/** A person adds a Google mailbox: the command, both pages, submitted. Returns what they see then. */
export async function addGoogleInbox(person: Person, inbox: GoogleInbox): Promise<SubmitResult> {
  await fillInGoogleInbox(person, inbox);
  return person.submit();
}

/** The same up to the last press of the button: the second page stands there, filled in. */
export async function fillInGoogleInbox(person: Person, inbox: GoogleInbox): Promise<void> {
  const { address, channelId, name = 'Jane Doe', password = GOOGLE_PASSWORD } = inbox;
  const opened = await person.command('/add-inbox', { channelId });
  assert.equal(opened.status, 'ok');
  await person.waitForModal(({ callbackId }) => callbackId === 'add_inbox_who');
  await person.type('email_address', address);
  await person.type('display_name', name);
  await person.choose('inbox_type', 'GOOGLE_WORKSPACE');
  await person.submit();
  await person.waitForModal(({ callbackId }) => callbackId === 'add_inbox_how');
  await person.type('smtp_password', password);
}
