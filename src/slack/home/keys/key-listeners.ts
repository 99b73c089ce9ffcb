import type { ModalView } from '@slack/types';
import type { OwnedKey } from '../../../add-inbox/keys/coldsend-key.ts';
import type { UncheckedWhy } from '../../../add-inbox/keys/key-check.ts';
import { findKeyOf, type KeyOwner, type OwnerName, WORKSPACE } from '../../../add-inbox/keys/key-owner.ts';
import type { KeyStored, KeyToStore } from '../../../add-inbox/keys/store-key.ts';
import { isUsable } from '../../../add-inbox/request/next-step.ts';
import { canReadFiles } from '../../batches/form/can-read-files.ts';
import type { ManyForm } from '../../batches/form/many-form.ts';
import type { OfferManyForm } from '../../batches/form/offer-page.ts';
import type { InModal, Interaction, Press } from '../../bolt/interaction.ts';
import { renderForm } from '../../form/open-form.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import { pushNotice, type SubmissionAnswer } from '../../modals/submission-answer.ts';
import { createAdminOnly } from '../../permissions/admin-only.ts';
import type { Permissions } from '../../permissions/permissions.ts';
import { OUTDATED } from '../../sentences/home.ts';
import { sentences } from '../../sentences/notices.ts';
import { keyOutdated } from '../outdated.ts';
import { toKeyErrors } from './key-errors.ts';
import { parseKeyForm, renderKeyForm } from './key-form.ts';

/** Slack waits 3 s for an answer; the look-up of the person and the check of the key may take this long together. */
const ANSWER_WITHIN_MS = 2_600;

/** Stores, replaces and removes the workspace's ColdSend key, for admins and owners. */
export function createKeyPages(deps: {
  permissions: Permissions;
  /** For the form that follows; see `createOpenForm`. */
  findsServers: boolean;
  offerManyForm: OfferManyForm;
  listKeys(teamId: string): Promise<OwnedKey[]>;
  /** The stamp for a form about this owner's key. Read it before the data that the form shows. */
  keyStamp(teamId: string, owner: OwnerName): Promise<string>;
  storeKey(toStore: KeyToStore, withinMs: number): Promise<KeyStored>;
  /** False where `stamp` is outdated. */
  removeKey(teamId: string, userId: string, owner: OwnerName, stamp: string): Promise<boolean>;
  /** Never rejects, because the change is already done. */
  refreshHome(interaction: Interaction): Promise<void>;
}) {
  const { opens, does, submits } = createAdminOnly(deps.permissions);
  return { submitKey: submits(submitKey), openKeyForm: opens(prepareKeyForm), removeKey: does(removeKey) };

  /** An answer of undefined closes the form. */
  async function submitKey({ actor, api, view, startedAt }: InModal): Promise<SubmissionAnswer | undefined> {
    const { context, draft, stamp, apiKey } = parseKeyForm(view);
    const owner = await findOwner(actor.teamId, context?.owner);
    if (owner === undefined) return pushNotice(sentences.clientGone);
    const withinMs = Math.max(ANSWER_WITHIN_MS - (performance.now() - startedAt), 200);
    const { teamId, userId } = actor;
    const [stored, takesFiles] = await Promise.all([
      deps.storeKey({ teamId, userId, apiKey, owner, isNew: false, stamp }, withinMs),
      context?.batch === undefined ? false : canReadFiles(api),
    ]);
    const { findsServers, offerManyForm } = deps;
    const renderNext = (page: Omit<ManyForm, 'takesFiles'>) =>
      renderForm(actor, { ...page, takesFiles, findsServers }, offerManyForm);
    if (stored.kind === 'outdated') {
      const keys = await deps.listKeys(teamId);
      const current = findKeyOf(keys, owner);
      if (context === undefined || current === undefined || !isUsable(current)) {
        return update(renderNotice(keyOutdated(keys, owner)));
      }
      return update(await renderNext({ context, draft, notice: OUTDATED.goOn(current.lastFour) }));
    }
    if (stored.kind !== 'stored') return { response_action: 'errors', errors: toKeyErrors(stored, view) };
    if (context === undefined) return undefined;
    return update(await renderNext({ context, draft, notice: sayHowItWent(stored.unchecked) }));
  }

  /** The owner with its current channels; undefined where the client has been removed. */
  async function findOwner(teamId: string, owner: OwnerName = WORKSPACE): Promise<KeyOwner | undefined> {
    if (owner.kind === 'workspace') return owner;
    return findKeyOf(await deps.listKeys(teamId), owner)?.owner;
  }

  async function prepareKeyForm({ actor: { teamId, userId } }: Interaction): Promise<ModalView> {
    const stamp = await deps.keyStamp(teamId, WORKSPACE);
    const current = findKeyOf(await deps.listKeys(teamId), WORKSPACE);
    return renderKeyForm({ context: { openedBy: userId }, current, stamp });
  }

  async function removeKey(press: Press): Promise<void> {
    const { api, actor } = press;
    const removed = await deps.removeKey(actor.teamId, actor.userId, WORKSPACE, press.value);
    const refreshed = deps.refreshHome(press);
    if (!removed) {
      await api.openView(press.triggerId, renderNotice(keyOutdated(await deps.listKeys(actor.teamId), WORKSPACE)));
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
