import assert from 'node:assert/strict';
import { digestPassword, type LedgerEntry } from '../../../playground/local-coldsend/ledger.ts';
import type { LocalColdsend } from '../../../playground/local-coldsend/local-coldsend.ts';
import type { FieldSeen, ModalSeen, Person } from '../../../playground/local-slack/local-slack.ts';

export const WHO_PAGE = 'add_inbox_who';
export const HOW_PAGE = 'add_inbox_how';
export const KEY_FORM = 'store_key';
export const NOTICE = 'notice';

export type Who = { address?: string; name?: string; provider?: string };

/** Types `/add-inbox` and what follows it; resolves with the first page of the form. */
export async function openForm(person: Person, channelId: string, text = ''): Promise<ModalSeen> {
  await closeAll(person);
  const opened = await person.command(`/add-inbox ${text}`, { channelId });
  assert.equal(opened.status, 'ok');
  return waitForPage(person, WHO_PAGE);
}

export function waitForPage(person: Person, callbackId: string): Promise<ModalSeen> {
  return person.waitForModal((modal) => modal.callbackId === callbackId);
}

export async function closeAll(person: Person): Promise<void> {
  if (person.modal() !== undefined) await person.close({ all: true });
}

/** Fills in the first page as far as given and goes on; resolves with the second. */
export async function fillWho(person: Person, { address, name, provider }: Who): Promise<ModalSeen> {
  if (address !== undefined) await person.type('email_address', address);
  if (name !== undefined) await person.type('display_name', name);
  if (provider !== undefined) await person.choose('inbox_type', provider);
  const { status, errors, modal } = await person.submit();
  assert.deepEqual({ status, errors }, { status: 'ok', errors: {} });
  assert.equal(modal?.callbackId, HOW_PAGE);
  return modal;
}

/** The form up to its second page. */
export async function openHowPage(person: Person, channelId: string, who: Who): Promise<ModalSeen> {
  await openForm(person, channelId);
  return fillWho(person, { name: 'Jane Doe', ...who });
}

/** Types into each text field that is named. */
export async function typeAll(person: Person, values: Record<string, string>): Promise<void> {
  for (const [field, value] of Object.entries(values)) await person.type(field, value);
}

/** Submits the second page; resolves with the page that says that it was accepted. */
export async function submitInbox(person: Person): Promise<ModalSeen> {
  const { status, errors, modal } = await person.submit();
  assert.deepEqual({ status, errors }, { status: 'ok', errors: {} });
  assert.equal(modal?.callbackId, NOTICE);
  assert.deepEqual(modal.fields, [], 'nothing is left to type into');
  return modal;
}

/** Submits the second page where it warns first, with what was typed kept, and then again; resolves with the warning. */
export async function submitWarned(person: Person): Promise<string> {
  const before = valuesOf(person.modal());
  const { status, errors, modal } = await person.submit();
  assert.deepEqual({ status, errors }, { status: 'ok', errors: {} });
  assert.equal(modal?.callbackId, HOW_PAGE);
  assert.deepEqual(valuesOf(modal), before, 'passwords too: nothing is to be typed twice');
  await submitInbox(person);
  return modal.rendered;
}

/** The field with this `action_id`. */
export function fieldOf(modal: ModalSeen | undefined, actionId: string): FieldSeen {
  const found = modal?.fields.find((field) => field.actionId === actionId);
  if (found === undefined) throw new assert.AssertionError({ message: `no field ${actionId} in\n${modal?.rendered}` });
  return found;
}

/** What each field holds, by `action_id`. */
export function valuesOf(modal: ModalSeen | undefined): Record<string, FieldSeen['value']> {
  return Object.fromEntries((modal?.fields ?? []).map(({ actionId, value }) => [actionId, value]));
}

/** The sentence under each field that has one, by `action_id`. */
export function errorsOf(modal: ModalSeen | undefined): Record<string, string> {
  return Object.fromEntries(
    (modal?.fields ?? []).flatMap(({ actionId, error }) => (error === undefined ? [] : [[actionId, error]])),
  );
}

export type Sent = {
  /** All fields but the passwords. */
  account: Record<string, unknown>;
  smtpPassword: string | undefined;
  imapPassword: string | undefined;
};

/** What ColdSend got for this address, the passwords as their digests; it is the documented request, made once. */
export async function waitForSent(coldsend: LocalColdsend, address: string): Promise<Sent> {
  const entry = await coldsend.waitFor(({ body }) => fieldsOf(body).email_address === address);
  assert.deepEqual(entry.contractErrors, []);
  assert.equal(coldsend.ledger.filter(({ body }) => fieldsOf(body).email_address === address).length, 1);
  const { smtp_password: smtp, imap_password: imap, ...account } = fieldsOf(entry.body);
  assert.ok(smtp !== undefined && imap !== undefined);
  const { smtp_password, imap_password } = entry.passwordDigests;
  return { account, smtpPassword: smtp_password, imapPassword: imap_password };
}

/** The requests that were to add an inbox, unlike those that only try a key. */
export function additionsIn(coldsend: LocalColdsend): LedgerEntry[] {
  return coldsend.ledger.filter(({ body }) => Object.keys(fieldsOf(body)).length > 0);
}

export { digestPassword };

function fieldsOf(body: unknown): Record<string, unknown> {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}
