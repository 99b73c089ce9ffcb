import { cleanText } from '../../add-inbox/clean-text.ts';
import type { ColdsendKey } from '../../add-inbox/coldsend-key.ts';
import { findClosed, findMistake, type Introduce, type KeyStored, type KeyToStore } from '../../add-inbox/store-key.ts';
import { canPost } from '../can-post.ts';
import { parseClientForm, renderClientForm, type TypedClient } from '../client-form.ts';
import { ACTIONS, CALLBACKS } from '../ids.ts';
import { toKeyErrors } from '../key-errors.ts';
import { renderNotice } from '../notice-page.ts';
import type { ActionPayload, Actor, ViewPayload } from '../payloads.ts';
import { findNotice, type Rights } from '../rights.ts';
import { INTRODUCTIONS, sentences } from '../sentences.ts';
import type { SlackApi } from '../slack-api.ts';
import { stampOf } from '../stamp.ts';
import { pushNotice, type SubmissionAnswer } from './form-pages.ts';

/** Of Slack's three seconds, what everything before the posts in the client's new channels may take together. */
const BEFORE_POSTING_MS = 1_800;

/** One channel, one client: storing, changing and removing the keys of clients; for admins and owners. */
export function createClientPages(deps: {
  rights: Rights;
  listKeys(teamId: string): Promise<ColdsendKey[]>;
  storeKey(toStore: KeyToStore, withinMs: number, introduce: Introduce): Promise<KeyStored>;
  /** Binds the key as it is to these channels; false where the client has none any more. */
  rebindKey(teamId: string, userId: string, label: string, channelIds: string[]): Promise<boolean>;
  removeKey(teamId: string, userId: string, label: string): Promise<boolean>;
  showHome(api: SlackApi, actor: Actor, page?: number): Promise<void>;
  /** Never rejects: what is shown anew is done already. */
  refreshHome(api: SlackApi, actor: Actor): Promise<void>;
}) {
  return { openAdd, openChange, remove, turnPage, submit };

  async function openAdd(api: SlackApi, actor: Actor, action: ActionPayload): Promise<void> {
    const refusal = findNotice(await deps.rights.checkAdmin(api, actor, { what: ACTIONS.addClient }));
    const page = refusal === undefined ? renderClientForm(actor.userId) : renderNotice(refusal);
    await api.openView(action.trigger_id, page);
  }

  async function openChange(api: SlackApi, actor: Actor, action: ActionPayload): Promise<void> {
    const [right, keys] = await Promise.all([
      deps.rights.checkAdmin(api, actor, { what: ACTIONS.changeClient }),
      deps.listKeys(actor.teamId),
    ]);
    const refusal = findNotice(right);
    const label = readValue(action);
    const [key, ...others] = keys.filter((candidate) => candidate.label === label && label !== '');
    const notice = refusal ?? (key === undefined ? sentences.clientGone : undefined);
    const channelIds = [key, ...others].flatMap((each) => (each === undefined ? [] : [each.channelId]));
    const page =
      notice === undefined && key !== undefined
        ? renderClientForm(
            actor.userId,
            { label, channelIds, lastFour: key.lastFour },
            stampOf([key.version, channelIds]),
          )
        : renderNotice(notice ?? sentences.clientGone);
    await api.openView(action.trigger_id, page);
  }

  async function remove(api: SlackApi, actor: Actor, action: ActionPayload): Promise<void> {
    const refusal = findNotice(await deps.rights.checkAdmin(api, actor, { what: ACTIONS.removeClient }));
    if (refusal !== undefined) {
      await api.openView(action.trigger_id, renderNotice(refusal));
      return;
    }
    const label = readValue(action);
    const removed = label !== '' && (await deps.removeKey(actor.teamId, actor.userId, label));
    if (!removed) await api.openView(action.trigger_id, renderNotice(sentences.clientGone));
    await deps.refreshHome(api, actor);
  }

  /** The Home itself says who may see what. */
  async function turnPage(api: SlackApi, actor: Actor, action: ActionPayload): Promise<void> {
    const page = Number(readValue(action));
    await deps.showHome(api, actor, Number.isSafeInteger(page) && page > 0 ? page : 0);
  }

  /** An answer of undefined closes the form. */
  async function submit(api: SlackApi, actor: Actor, view: ViewPayload): Promise<SubmissionAnswer | undefined> {
    const startedAt = performance.now();
    const typed = parseClientForm(view);
    const refusal = findNotice(await deps.rights.checkAdmin(api, actor, { what: CALLBACKS.clientKey, view }));
    if (refusal !== undefined) return pushNotice(refusal);
    const introduce: Introduce = (channelId) => canPost(api, channelId, INTRODUCTIONS.client(`<@${actor.userId}>`));
    const withinMs = Math.max(BEFORE_POSTING_MS - (performance.now() - startedAt), 200);
    const stored = await store(actor, typed, withinMs, introduce);
    if (stored === 'gone') return { response_action: 'update', view: renderNotice(sentences.clientGone) };
    if (stored === 'outdated') return { response_action: 'update', view: renderNotice(sentences.clientOutdated) };
    if (stored.kind === 'stored' || stored.kind === 'moved') return undefined;
    return { response_action: 'errors', errors: toKeyErrors(stored, view, typed.channelIds) };
  }

  async function store(
    { teamId, userId }: Actor,
    { label, channelIds, apiKey, isNew, stamp }: TypedClient,
    withinMs: number,
    introduce: Introduce,
  ): Promise<KeyStored | { kind: 'moved' } | 'gone' | 'outdated'> {
    const client = { label, channelIds };
    const keys = await deps.listKeys(teamId);
    const stored = keys.filter((key) => key.label === label);
    if (!isNew && stored.length === 0) return 'gone';
    if (!isNew && stamp !== stampOf([stored[0]?.version, stored.map((key) => key.channelId)])) return 'outdated';
    if (isNew || cleanText(apiKey) !== '') {
      return deps.storeKey({ teamId, userId, apiKey, client, isNew }, withinMs, introduce);
    }
    if (stored[0]?.status === 'unreadable') return { kind: 'key_unreadable' };
    const mistake = findMistake(client, keys, isNew) ?? (await findClosed(client, keys, introduce));
    if (mistake !== undefined) return mistake;
    return (await deps.rebindKey(teamId, userId, label, channelIds)) ? { kind: 'moved' } : 'gone';
  }
}

function readValue({ actions }: ActionPayload): string {
  return actions[0]?.value ?? '';
}
