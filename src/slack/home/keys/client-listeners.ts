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
import type { Actor, InModal, Interaction, Press } from '../../bolt/interaction.ts';
import type { ViewPayload } from '../../bolt/payloads.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import type { SubmissionAnswer } from '../../modals/submission-answer.ts';
import { createAdminOnly } from '../../permissions/admin-only.ts';
import type { Permissions } from '../../permissions/permissions.ts';
import { INTRODUCTIONS } from '../../sentences/keys.ts';
import { sentences } from '../../sentences/notices.ts';
import { createCheckChannel } from '../../web-api/check-channel.ts';
import { announceChange, renderChange } from '../announce-change.ts';
import { keyOutdated } from '../outdated.ts';
import { parseClientForm, renderClientForm, type TypedClient } from './client-form.ts';
import { toKeyErrors } from './key-errors.ts';

/** Slack waits 3 s for an answer; everything before the check of the client's new channels may take this long. */
const BEFORE_CHECKING_MS = 1_800;

/** Stores and changes the keys of clients, for admins and owners. A channel belongs to one client at most. */
export function createClientPages(deps: {
  permissions: Permissions;
  listKeys(teamId: string): Promise<OwnedKey[]>;
  /** The stamp for a form about this client's key. Read it before the data that the form shows. */
  keyStamp(teamId: string, owner: OwnerName): Promise<string>;
  storeKey(toStore: KeyToStore, withinMs: number, checkChannel: CheckChannel): Promise<KeyStored>;
  /** Assigns the stored key to these channels; false where `stamp` is outdated. */
  rebindKey(teamId: string, userId: string, client: Client, stamp: string): Promise<boolean>;
  showHome(interaction: Interaction, page?: number): Promise<void>;
}) {
  const { opens, submits } = createAdminOnly(deps.permissions);
  return {
    openAdd: opens(prepareAdd),
    openChange: opens(prepareChange),
    turnPage,
    submit: submits(submit),
  };

  async function prepareAdd({ actor: { teamId, userId } }: Interaction): Promise<ModalView> {
    return renderClientForm({ openedBy: userId, stamp: await deps.keyStamp(teamId, NEW_CLIENT) });
  }

  async function prepareChange({ actor: { teamId, userId }, value }: Press): Promise<ModalView> {
    const stored = findStored(await deps.listKeys(teamId), value);
    return stored === undefined
      ? renderNotice(sentences.clientGone)
      : renderClientForm({ openedBy: userId, stamp: stored.stamp, client: stored });
  }

  /** Needs no check of its own, because `showHome` decides what the person may see. */
  async function turnPage(press: Press): Promise<void> {
    const page = Number(press.value);
    await deps.showHome(press, Number.isSafeInteger(page) && page > 0 ? page : 0);
  }

  /** An answer of undefined closes the form. */
  async function submit(submission: InModal): Promise<SubmissionAnswer | undefined> {
    const { api, actor, view, startedAt } = submission;
    const typed = parseClientForm(view);
    const withinMs = Math.max(BEFORE_CHECKING_MS - (performance.now() - startedAt), 200);
    const stored = await store(actor, typed, withinMs, createCheckChannel(api));
    if (stored.kind !== 'stored') return explain(actor, view, typed, stored);
    const message = renderChange(INTRODUCTIONS.client(`<@${actor.userId}>`), typed.name);
    return announceChange(submission, stored.newChannelIds, message);
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

/** No client has this name, so its stamp is that of a missing key, as the form for a new client needs. */
const NEW_CLIENT: OwnerName = { kind: 'client', name: ' ' };

function findStored(keys: OwnedKey[], name: string) {
  const key = findKeyOf(keys, { kind: 'client', name });
  if (key?.owner.kind !== 'client') return undefined;
  return { ...key.owner, lastFour: key.lastFour, stamp: key.revision };
}
