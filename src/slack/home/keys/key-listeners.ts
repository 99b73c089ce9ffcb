import type { ModalView } from '@slack/types';
import type { OwnedKey } from '../../../add-inbox/keys/coldsend-key.ts';
import type { UncheckedWhy } from '../../../add-inbox/keys/key-check.ts';
import { findKeyOf, type KeyOwner, type OwnerName, WORKSPACE } from '../../../add-inbox/keys/key-owner.ts';
import type { KeyStored, KeyToStore } from '../../../add-inbox/keys/store-key.ts';
import { isUsable } from '../../../add-inbox/request/next-step.ts';
import type { ActionPayload, Actor, ViewPayload } from '../../bolt/payloads.ts';
import { pushNotice, type SubmissionAnswer } from '../../form/form-listeners.ts';
import { renderWhoPage } from '../../form/who-page.ts';
import { ACTIONS, CALLBACKS } from '../../ids.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import { createAdminOnly } from '../../permissions/admin-only.ts';
import { findNotice, type Rights } from '../../permissions/permissions.ts';
import { OUTDATED } from '../../sentences/home.ts';
import { sentences } from '../../sentences/notices.ts';
import type { SlackApi } from '../../web-api/slack-api.ts';
import { keyOutdated } from '../outdated.ts';
import { toKeyErrors } from './key-errors.ts';
import { parseKeyForm, renderKeyForm } from './key-form.ts';

/** Of Slack's three seconds, what the look-up of the person and the trial of the key may take together. */
const ANSWER_WITHIN_MS = 2_600;

/** Storing, replacing and removing the workspace's ColdSend key; for admins and owners. */
export function createKeyPages(deps: {
  rights: Rights;
  listKeys(teamId: string): Promise<OwnedKey[]>;
  /** What a form about this owner's key is made for; read before what it shows. */
  keyStamp(teamId: string, owner: OwnerName): Promise<string>;
  storeKey(toStore: KeyToStore, withinMs: number): Promise<KeyStored>;
  /** False where `stamp` is outdated. */
  removeKey(teamId: string, userId: string, owner: OwnerName, stamp: string): Promise<boolean>;
  /** Never rejects: what is shown anew is done already. */
  refreshHome(api: SlackApi, actor: Actor): Promise<void>;
}) {
  const { opens, does } = createAdminOnly(deps.rights);
  return {
    submitKey,
    openKeyForm: opens(ACTIONS.storeKey, prepareKeyForm),
    removeKey: does(ACTIONS.removeKey, removeKey),
  };

  /** An answer of undefined closes the form. */
  async function submitKey(api: SlackApi, actor: Actor, view: ViewPayload): Promise<SubmissionAnswer | undefined> {
    const startedAt = performance.now();
    const { context, draft, stamp, apiKey } = parseKeyForm(view);
    const refusal = findNotice(await deps.rights.checkAdmin(api, actor, { what: CALLBACKS.storeKey, view }));
    if (refusal !== undefined) return pushNotice(refusal);
    const owner = await findOwner(actor.teamId, context?.owner);
    if (owner === undefined) return pushNotice(sentences.clientGone);
    const withinMs = Math.max(ANSWER_WITHIN_MS - (performance.now() - startedAt), 200);
    const { teamId, userId } = actor;
    const stored = await deps.storeKey({ teamId, userId, apiKey, owner, isNew: false, stamp }, withinMs);
    if (stored.kind === 'outdated') {
      const keys = await deps.listKeys(teamId);
      const current = findKeyOf(keys, owner);
      if (context === undefined || current === undefined || !isUsable(current)) {
        return update(renderNotice(keyOutdated(keys, owner)));
      }
      return update(renderWhoPage({ context, draft, notice: OUTDATED.goOn(current.lastFour) }));
    }
    if (stored.kind !== 'stored') return { response_action: 'errors', errors: toKeyErrors(stored, view) };
    if (context === undefined) return undefined;
    return update(renderWhoPage({ context, draft, notice: sayHowItWent(stored.unchecked) }));
  }

  /** With its channels of now; undefined for a client that is gone. */
  async function findOwner(teamId: string, owner: OwnerName = WORKSPACE): Promise<KeyOwner | undefined> {
    if (owner.kind === 'workspace') return owner;
    return findKeyOf(await deps.listKeys(teamId), owner)?.owner;
  }

  async function prepareKeyForm(_api: SlackApi, { teamId, userId }: Actor): Promise<ModalView> {
    const stamp = await deps.keyStamp(teamId, WORKSPACE);
    const current = findKeyOf(await deps.listKeys(teamId), WORKSPACE);
    return renderKeyForm({ context: { openedBy: userId }, current, stamp });
  }

  async function removeKey(api: SlackApi, actor: Actor, action: ActionPayload): Promise<void> {
    const removed = await deps.removeKey(actor.teamId, actor.userId, WORKSPACE, action.actions[0]?.value ?? '');
    const refreshed = deps.refreshHome(api, actor);
    if (!removed) {
      await api.openView(action.trigger_id, renderNotice(keyOutdated(await deps.listKeys(actor.teamId), WORKSPACE)));
    }
    await refreshed;
  }
}

function sayHowItWent(unchecked: UncheckedWhy | undefined): string {
  if (unchecked === undefined) return sentences.keyStored;
  return unchecked === 'not_coldsend' ? sentences.keyStoredBetween : sentences.keyStoredUnchecked;
}

function update(view: ModalView): SubmissionAnswer {
  return { response_action: 'update', view };
}
