import assert from 'node:assert/strict';
import { z } from 'zod';
import type {
  JsonObject,
  NewPerson,
  Person,
  PersonRecord,
  StoredMessage,
} from '../../../playground/local-slack/local-slack.ts';
import { closeAll, NOTICE, openHowPage, submitInbox } from '../world/fill-form.ts';
import type { World } from '../world/start-bot.ts';

export const GUEST = /^Guests can't add inboxes\. Ask a full member of this workspace to add yours\.$/m;

export const DEACTIVATED =
  /^Your account is deactivated, so you can't add inboxes\. Ask an admin of this workspace\.$/m;

export const OTHER_WORKSPACE = /^You belong to another workspace, so you can't add inboxes here\./m;

export type Change = Partial<Omit<PersonRecord, 'id' | 'teamId'>>;

export const DEMOTIONS: [what: string, change: Change, says: RegExp][] = [
  ['made a guest', { is_restricted: true }, GUEST],
  ['made a guest of one channel', { is_restricted: true, is_ultra_restricted: true }, GUEST],
  ['deactivated', { deleted: true }, DEACTIVATED],
];

export function addPerson({ slack, channelId }: World, record: Partial<NewPerson>): Person {
  const { id } = slack.addPerson({ name: 'someone', ...record });
  slack.join(channelId, id);
  return slack.as(id);
}

/** A refusal in a thread, with its button; made by a member. */
export async function waitForRefusedRequest(world: World): Promise<StoredMessage> {
  const { slack, coldsend, member, channelId } = world;
  const isIt = ({ threadTs, text, channelId: place }: StoredMessage) =>
    threadTs !== undefined && place === channelId && text.includes('again@acme.com');
  const before = slack.messages(channelId).find(isIt);
  if (before !== undefined) return before;
  coldsend.answerNext({ kind: 'login_failed' }, { forAddress: 'again@acme.com' });
  await openHowPage(member, channelId, { address: 'again@acme.com', provider: 'GOOGLE_WORKSPACE' });
  await member.type('smtp_password', 'x');
  await submitInbox(member);
  await closeAll(member);
  return slack.waitForMessage(isIt);
}

/** Presses “Back” on the second page, but what is sent says that it was this button, in that view. */
export async function clickAs({ slack }: World, person: Person, forged: { action_id: string }, view?: JsonObject) {
  slack.tamperNext({
    payload: (payload) => {
      const [action] = z.array(z.looseObject({})).parse(payload.actions);
      return { ...payload, ...(view && { view }), actions: [{ ...action, ...forged }] };
    },
  });
  return person.click('Back');
}

/** A clear no: a sentence, and nothing to type into or to press but the button that closes it. */
export function assertRefused(page: NonNullable<ReturnType<Person['modal']>>, says: RegExp): void {
  assert.match(page.rendered, says);
  assert.equal(page.callbackId, NOTICE);
  assert.deepEqual(page.fields, []);
  assert.equal(page.submitLabel, undefined);
  assert.doesNotMatch(JSON.stringify(page.view.blocks), /"button"/);
}
