import type { ModalView } from '@slack/types';
import type { AccountToAdd } from '../../../add-inbox/account/sender-account.ts';
import type { ClientPresets } from '../../../add-inbox/keys/client-presets.ts';
import { fromStoredName, type OwnerName } from '../../../add-inbox/keys/key-owner.ts';
import type { InModal, Press } from '../../bolt/interaction.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import type { SubmissionAnswer } from '../../modals/submission-answer.ts';
import { createAdminOnly } from '../../permissions/admin-only.ts';
import type { Permissions } from '../../permissions/permissions.ts';
import { PRESETS_FORM } from '../../sentences/keys.ts';
import { parsePresetsForm, renderPresetsForm } from './presets-form.ts';

/** Shows and changes the presets of a client, and what is remembered of added inboxes, for admins and owners. */
export function createPresetsPages(deps: {
  permissions: Permissions;
  findStamped(teamId: string, owner: OwnerName): Promise<{ presets: ClientPresets; stamp: string }>;
  /** The accounts added since then, the last one first. */
  listAdded(teamId: string, owner: OwnerName, since: number | undefined): Promise<AccountToAdd[]>;
  /** False where `stamp` is outdated, or the client is removed. */
  savePresets(
    teamId: string,
    userId: string,
    owner: OwnerName,
    presets: ClientPresets,
    stamp: string,
  ): Promise<boolean>;
  now(): number;
}) {
  const { opens, submits } = createAdminOnly(deps.permissions);
  return { open: opens(prepare), submit: submits(submit) };

  /** The value is the owner's stored name. */
  async function prepare({ actor: { teamId, userId }, value }: Press): Promise<ModalView> {
    const owner = fromStoredName(value === WORKSPACE_VALUE ? '' : value);
    const stamped = await deps.findStamped(teamId, owner);
    const added = await deps.listAdded(teamId, owner, stamped.presets.forgottenAt);
    return renderPresetsForm(userId, owner, { ...stamped, added });
  }

  /** An answer of undefined closes the form. */
  async function submit({ view, actor: { teamId, userId } }: InModal): Promise<SubmissionAnswer | undefined> {
    const typed = parsePresetsForm(view);
    if (!typed.ok) return { response_action: 'errors', errors: typed.errors };
    const { owner, stamp, presets, forgets } = typed;
    const before = await deps.findStamped(teamId, owner);
    const forgottenAt = forgets ? deps.now() : before.presets.forgottenAt;
    if (await deps.savePresets(teamId, userId, owner, { ...presets, forgottenAt }, stamp)) return undefined;
    return { response_action: 'update', view: renderNotice(PRESETS_FORM.outdated) };
  }
}

/** Slack requires a value with every button. */
export const WORKSPACE_VALUE = ' ';
