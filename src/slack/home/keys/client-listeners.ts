import type { ModalView } from '@slack/types';
import { cleanText } from '../../../add-inbox/account/clean-text.ts';
import type { OwnedKey } from '../../../add-inbox/keys/coldsend-key.ts';
import { type Client, findKeyOf, type OwnerName } from '../../../add-inbox/keys/key-owner.ts';
import {
  type CheckChannel,
  findClosed,
  findMistake,
  findNew,
  type KeyNotStored,
  type KeyStored,
  type KeyToStore,
} from '../../../add-inbox/keys/store-key.ts';
import type { ActionPayload, Actor, ViewPayload } from '../../bolt/payloads.ts';
import { pushNotice, type SubmissionAnswer } from '../../form/form-listeners.ts';
import { ACTIONS, CALLBACKS } from '../../ids.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import { createAdminOnly } from '../../permissions/admin-only.ts';
import { findNotice, type Rights } from '../../permissions/permissions.ts';
import { INTRODUCTIONS } from '../../sentences/keys.ts';
import { sentences } from '../../sentences/notices.ts';
import { createCheckChannel } from '../../web-api/check-channel.ts';
import type { SlackApi } from '../../web-api/slack-api.ts';
import { announceChange, renderChange } from '../announce-change.ts';
import { parseRemoval } from '../home-clients.ts';
import { keyOutdated } from '../outdated.ts';
import { parseClientForm, renderClientForm, type TypedClient } from './client-form.ts';
import { toKeyErrors } from './key-errors.ts';

/** Of Slack's three seconds, what everything before the look at the client's new channels may take together. */
const BEFORE_CHECKING_MS = 1_800;

/** One channel, one client: storing, changing and removing the keys of clients; for admins and owners. */
export function createClientPages(deps: {
  rights: Rights;
  listKeys(teamId: string): Promise<OwnedKey[]>;
  /** What a form about this client's key is made for; read before what it shows. */
  keyStamp(teamId: string, owner: OwnerName): Promise<string>;
  storeKey(toStore: KeyToStore, withinMs: number, checkChannel: CheckChannel): Promise<KeyStored>;
  /** Binds the key as it is to these channels; false where `stamp` is outdated. */
  rebindKey(teamId: string, userId: string, client: Client, stamp: string): Promise<boolean>;
  /** False where `stamp` is outdated. */
  removeKey(teamId: string, userId: string, owner: OwnerName, stamp: string): Promise<boolean>;
  showHome(api: SlackApi, actor: Actor, page?: number): Promise<void>;
  /** Never rejects: what is shown anew is done already. */
  refreshHome(api: SlackApi, actor: Actor): Promise<void>;
}) {
  const { opens, does } = createAdminOnly(deps.rights);
  return {
    openAdd: opens(ACTIONS.addClient, prepareAdd),
    openChange: opens(ACTIONS.changeClient, prepareChange),
    remove: does(ACTIONS.removeClient, remove),
    turnPage,
    submit,
  };

  async function prepareAdd(_api: SlackApi, { teamId, userId }: Actor): Promise<ModalView> {
    return renderClientForm({ openedBy: userId, stamp: await deps.keyStamp(teamId, NEW_CLIENT) });
  }

  async function prepareChange(_api: SlackApi, { teamId, userId }: Actor, action: ActionPayload): Promise<ModalView> {
    const stored = findStored(await deps.listKeys(teamId), readValue(action));
    return stored === undefined
      ? renderNotice(sentences.clientGone)
      : renderClientForm({ openedBy: userId, stamp: stored.stamp, client: stored });
  }

  async function remove(api: SlackApi, actor: Actor, action: ActionPayload): Promise<void> {
    const { owner, stamp } = parseRemoval(readValue(action));
    const removed = owner.kind === 'client' && (await deps.removeKey(actor.teamId, actor.userId, owner, stamp));
    const refreshed = deps.refreshHome(api, actor);
    if (!removed) {
      await api.openView(action.trigger_id, renderNotice(keyOutdated(await deps.listKeys(actor.teamId), owner)));
    }
    await refreshed;
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
    const withinMs = Math.max(BEFORE_CHECKING_MS - (performance.now() - startedAt), 200);
    const stored = await store(actor, typed, withinMs, createCheckChannel(api));
    if (stored.kind !== 'stored') return explain(actor, view, typed, stored);
    const message = renderChange(INTRODUCTIONS.client(`<@${actor.userId}>`), typed.name);
    return announceChange(api, stored.newChannelIds, message, startedAt);
  }

  async function store(
    { teamId, userId }: Actor,
    { apiKey, isNew, stamp, ...client }: TypedClient,
    withinMs: number,
    checkChannel: CheckChannel,
  ): Promise<{ kind: 'stored'; newChannelIds: string[] } | KeyNotStored> {
    if (isNew || cleanText(apiKey) !== '') {
      return deps.storeKey({ teamId, userId, apiKey, owner: client, isNew, stamp }, withinMs, checkChannel);
    }
    const keys = await deps.listKeys(teamId);
    if (findKeyOf(keys, client)?.status === 'unreadable') return { kind: 'key_unreadable' };
    const newChannelIds = findNew(client, keys);
    const mistake = findMistake(client, keys, isNew) ?? (await findClosed(newChannelIds, checkChannel));
    if (mistake !== undefined) return mistake;
    if (!(await deps.rebindKey(teamId, userId, client, stamp))) return { kind: 'outdated' };
    return { kind: 'stored', newChannelIds };
  }

  async function explain(
    { teamId, userId }: Actor,
    view: ViewPayload,
    typed: TypedClient,
    why: KeyNotStored,
  ): Promise<SubmissionAnswer> {
    const { name, channelIds, isNew, stamp } = typed;
    const keys = await deps.listKeys(teamId);
    if (why.kind === 'outdated')
      return { response_action: 'update', view: renderNotice(keyOutdated(keys, typed, isNew)) };
    const isAboutSome = (why.kind === 'cannot_post' || why.kind === 'channel_taken') && channelIds.length > 1;
    if (!isAboutSome) return { response_action: 'errors', errors: toKeyErrors(why, view) };
    const client = isNew ? undefined : findStored(keys, name);
    const again = { channelIds, problem: why };
    return { response_action: 'update', view: renderClientForm({ openedBy: userId, stamp, client, again }) };
  }
}

/** A name that no client has: the form for a new one is made for a key that is not there. */
const NEW_CLIENT: OwnerName = { kind: 'client', name: ' ' };

function findStored(keys: OwnedKey[], name: string) {
  const key = findKeyOf(keys, { kind: 'client', name });
  if (key?.owner.kind !== 'client') return undefined;
  return { ...key.owner, lastFour: key.lastFour, stamp: key.revision };
}

function readValue({ actions }: ActionPayload): string {
  return actions[0]?.value ?? '';
}
