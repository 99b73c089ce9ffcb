import type { ModalView } from '@slack/types';
import type { ColdsendKey } from '../../../add-inbox/keys/coldsend-key.ts';
import type { UncheckedWhy } from '../../../add-inbox/keys/key-check.ts';
import type { KeyStored, KeyToStore } from '../../../add-inbox/keys/store-key.ts';
import { isUsable } from '../../../add-inbox/request/next-step.ts';
import type { InModal, Interaction, Press } from '../../bolt/interaction.ts';
import type { FormContext } from '../../form/form-metadata.ts';
import { renderWhoPage } from '../../form/who-page.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import { pushNotice, type SubmissionAnswer } from '../../modals/submission-answer.ts';
import { createAdminOnly } from '../../permissions/admin-only.ts';
import type { Rights } from '../../permissions/permissions.ts';
import { OUTDATED } from '../../sentences/home.ts';
import { sentences } from '../../sentences/notices.ts';
import { keyOutdated } from '../outdated.ts';
import { toKeyErrors } from './key-errors.ts';
import { parseKeyForm, renderKeyForm } from './key-form.ts';

/** Of Slack's three seconds, what the look-up of the person and the trial of the key may take together. */
const ANSWER_WITHIN_MS = 2_600;

/** Storing, replacing and removing the workspace's ColdSend key; for admins and owners. */
export function createKeyPages(deps: {
  rights: Rights;
  listKeys(teamId: string): Promise<ColdsendKey[]>;
  /** What a form about a client's key ('' for the workspace's own) is made for; read before what it shows. */
  keyStamp(teamId: string, label: string): Promise<string>;
  storeKey(toStore: KeyToStore, withinMs: number): Promise<KeyStored>;
  /** `label` is '' for the workspace's own; false where `stamp` is outdated. */
  removeKey(teamId: string, userId: string, label: string, stamp: string): Promise<boolean>;
  /** Never rejects: what is shown anew is done already. */
  refreshHome(interaction: Interaction): Promise<void>;
}) {
  const { opens, does, submits } = createAdminOnly(deps.rights);
  return { submitKey: submits(submitKey), openKeyForm: opens(prepareKeyForm), removeKey: does(removeKey) };

  /** An answer of undefined closes the form. */
  async function submitKey({ actor, view, startedAt }: InModal): Promise<SubmissionAnswer | undefined> {
    const { context, draft, stamp, apiKey } = parseKeyForm(view);
    const client = await findClient(actor.teamId, context);
    if (client === 'gone') return pushNotice(sentences.clientGone);
    const withinMs = Math.max(ANSWER_WITHIN_MS - (performance.now() - startedAt), 200);
    const { teamId, userId } = actor;
    const stored = await deps.storeKey({ teamId, userId, apiKey, client, isNew: false, stamp }, withinMs);
    if (stored.kind === 'outdated') {
      const [keys, label] = [await deps.listKeys(teamId), client?.label ?? ''];
      const current = keys.find((key) => key.label === label);
      if (context === undefined || current === undefined || !isUsable(current)) {
        return update(renderNotice(keyOutdated(keys, label)));
      }
      return update(renderWhoPage({ context, draft, notice: OUTDATED.goOn(current.lastFour) }));
    }
    if (stored.kind !== 'stored') return { response_action: 'errors', errors: toKeyErrors(stored, view) };
    if (context === undefined) return undefined;
    return update(renderWhoPage({ context, draft, notice: sayHowItWent(stored.unchecked) }));
  }

  /** Whose key the form is for: the one of the channel's client where it says so, else the workspace's own. */
  async function findClient(teamId: string, context: FormContext | undefined) {
    const label = context?.client ?? '';
    if (label === '') return undefined;
    const keys = (await deps.listKeys(teamId)).filter((key) => key.label === label);
    return keys.length === 0 ? 'gone' : { label, channelIds: keys.map(({ channelId }) => channelId) };
  }

  async function prepareKeyForm({ actor: { teamId, userId } }: Interaction): Promise<ModalView> {
    const stamp = await deps.keyStamp(teamId, '');
    const current = (await deps.listKeys(teamId)).find(({ label }) => label === '');
    return renderKeyForm({ context: { openedBy: userId }, current, stamp });
  }

  async function removeKey(press: Press): Promise<void> {
    const { api, actor } = press;
    const removed = await deps.removeKey(actor.teamId, actor.userId, '', press.value);
    const refreshed = deps.refreshHome(press);
    if (!removed) {
      await api.openView(press.triggerId, renderNotice(keyOutdated(await deps.listKeys(actor.teamId), '')));
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
