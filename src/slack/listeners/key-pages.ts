import type { ColdsendKey } from '../../add-inbox/coldsend-key.ts';
import { maySetKey } from '../../add-inbox/person.ts';
import type { KeyStored, KeyToStore } from '../../add-inbox/store-key.ts';
import { renderWhoPage } from '../form/who-page.ts';
import { parseKeyForm, renderKeyForm, toKeyErrors } from '../key-form.ts';
import { renderNotice } from '../notice-page.ts';
import type { ActionPayload, Actor, ViewPayload } from '../payloads.ts';
import type { Right, Rights } from '../rights.ts';
import { sentences } from '../sentences.ts';
import type { SlackApi } from '../slack-api.ts';
import type { SubmissionAnswer } from './form-pages.ts';

/** Of Slack's three seconds, what the look-up of the person and the trial of the key may take together. */
const ANSWER_WITHIN_MS = 2_600;

/** Storing, replacing and removing the workspace's ColdSend key; for admins and owners. */
export function createKeyPages(deps: {
  rights: Rights;
  findKey(teamId: string): Promise<ColdsendKey | undefined>;
  storeKey(toStore: KeyToStore, withinMs: number): Promise<KeyStored>;
  removeKey(teamId: string): Promise<void>;
  showHome(api: SlackApi, actor: Actor): Promise<void>;
}) {
  return { submitKey, openKeyForm, removeKey };

  /** An answer of undefined closes the form. */
  async function submitKey(api: SlackApi, actor: Actor, view: ViewPayload): Promise<SubmissionAnswer | undefined> {
    const startedAt = performance.now();
    const { context, draft, apiKey } = parseKeyForm(view);
    const refusal = findRefusal(await deps.rights.check(api, actor), actor);
    if (refusal !== undefined) return { response_action: 'update', view: renderNotice(refusal) };
    const withinMs = Math.max(ANSWER_WITHIN_MS - (performance.now() - startedAt), 200);
    const stored = await deps.storeKey({ teamId: actor.teamId, userId: actor.userId, apiKey }, withinMs);
    if (stored.kind !== 'stored') return { response_action: 'errors', errors: toKeyErrors(stored, view) };
    if (context === undefined) return undefined;
    const notice = stored.key.status === 'unchecked' ? sentences.keyStoredUnchecked : sentences.keyStored;
    return { response_action: 'update', view: renderWhoPage({ context, draft, notice }) };
  }

  async function openKeyForm(api: SlackApi, actor: Actor, action: ActionPayload): Promise<void> {
    const [right, current] = await Promise.all([deps.rights.check(api, actor), deps.findKey(actor.teamId)]);
    const refusal = findRefusal(right, actor);
    const page =
      refusal === undefined ? renderKeyForm({ context: undefined, draft: {}, current }) : renderNotice(refusal);
    await api.openView(action.trigger_id, page);
  }

  async function removeKey(api: SlackApi, actor: Actor, action: ActionPayload): Promise<void> {
    const refusal = findRefusal(await deps.rights.check(api, actor), actor);
    if (refusal !== undefined) {
      await api.openView(action.trigger_id, renderNotice(refusal));
      return;
    }
    await deps.removeKey(actor.teamId);
    await deps.showHome(api, actor);
  }
}

function findRefusal(right: Right, actor: Actor) {
  if (right.kind === 'unknown') return sentences.whoAreYou;
  if (right.kind === 'refused') return sentences.refusals[right.why];
  return maySetKey(right.person, actor.teamId) ? undefined : sentences.notAnAdmin;
}
