import type { ModalView } from '@slack/types';
import type { ClientPresets } from '../../../add-inbox/keys/client-presets.ts';
import { fromStoredName, type OwnerName } from '../../../add-inbox/keys/key-owner.ts';
import type { InModal, Press } from '../../bolt/interaction.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import type { SubmissionAnswer } from '../../modals/submission-answer.ts';
import { createAdminOnly } from '../../permissions/admin-only.ts';
import type { Permissions } from '../../permissions/permissions.ts';
import { PRESETS_FORM } from '../../sentences/keys.ts';
import { parsePresetsForm, renderPresetsForm } from './presets-form.ts';

/** Shows and changes the presets of a client, for admins and owners. */
export function createPresetsPages(deps: {
  permissions: Permissions;
  findStamped(teamId: string, owner: OwnerName): Promise<{ presets: ClientPresets; stamp: string }>;
  /** False where `stamp` is outdated, or the client is removed. */
  savePresets(
    teamId: string,
    userId: string,
    owner: OwnerName,
    presets: ClientPresets,
    stamp: string,
  ): Promise<boolean>;
}) {
  const { opens, submits } = createAdminOnly(deps.permissions);
  return { open: opens(prepare), submit: submits(submit) };

  /** The value is the client's name. */
  async function prepare({ actor: { teamId, userId }, value }: Press): Promise<ModalView> {
    const owner = fromStoredName(value);
    return renderPresetsForm(userId, owner, await deps.findStamped(teamId, owner));
  }

  /** An answer of undefined closes the form. */
  async function submit({ view, actor: { teamId, userId } }: InModal): Promise<SubmissionAnswer | undefined> {
    const typed = parsePresetsForm(view);
    if (!typed.ok) return { response_action: 'errors', errors: typed.errors };
    const { owner, stamp, presets } = typed;
    if (await deps.savePresets(teamId, userId, owner, presets, stamp)) return undefined;
    return { response_action: 'update', view: renderNotice(PRESETS_FORM.outdated) };
  }
}
