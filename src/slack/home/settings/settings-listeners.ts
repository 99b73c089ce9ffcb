import type { ModalView } from '@slack/types';
import type { WorkspaceSettings } from '../../../add-inbox/people/workspace-settings.ts';
import type { InModal, Interaction } from '../../bolt/interaction.ts';
import type { ViewPayload } from '../../bolt/payloads.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import { placeErrors, type SubmissionAnswer } from '../../modals/submission-answer.ts';
import { readView } from '../../modals/view-state.ts';
import { createAdminOnly } from '../../permissions/admin-only.ts';
import type { Permissions } from '../../permissions/permissions.ts';
import { INTRODUCTIONS } from '../../sentences/keys.ts';
import { SETTINGS_ERRORS } from '../../sentences/settings.ts';
import { createCheckChannel } from '../../web-api/check-channel.ts';
import { isOfSlack, type SlackApi, type UserGroup } from '../../web-api/slack-api.ts';
import { announceChange, renderChange } from '../announce-change.ts';
import { settingsOutdated } from '../outdated.ts';
import { parseSettingsForm, renderSettingsForm, SETTINGS_FIELDS, type SettingsErrors } from './settings-form.ts';

/** Opens and saves the settings of a workspace, for admins and owners. */
export function createSettingsPages(deps: {
  permissions: Permissions;
  /** Whether this installation serves the secure page. */
  hasSecurePage: boolean;
  /** The settings with their stamp, which a form about them carries. */
  findStamped(teamId: string): Promise<{ settings: WorkspaceSettings; stamp: string }>;
  /** False where `stamp` is outdated. */
  saveSettings(teamId: string, userId: string, settings: WorkspaceSettings, stamp: string): Promise<boolean>;
}) {
  const { opens, submits } = createAdminOnly(deps.permissions);
  return { open: opens(prepare), submit: submits(submit) };

  async function prepare({ api, actor: { teamId, userId } }: Interaction): Promise<ModalView> {
    const [stamped, userGroups] = await Promise.all([deps.findStamped(teamId), listUserGroups(api)]);
    return renderSettingsForm(userId, stamped, userGroups, deps.hasSecurePage);
  }

  /** An answer of undefined closes the form. */
  async function submit(submission: InModal): Promise<SubmissionAnswer | undefined> {
    const { api, view, actor } = submission;
    const { teamId, userId } = actor;
    const { settings: before } = await deps.findStamped(teamId);
    const parsed = parseSettingsForm(view, before);
    if (!parsed.ok) return toAnswer(parsed.errors, view);
    const { settings, stamp } = parsed;
    const { resultsChannelId } = settings;
    const isNew = resultsChannelId !== undefined && resultsChannelId !== before.resultsChannelId;
    const checked = isNew ? await createCheckChannel(api)(resultsChannelId) : 'ok';
    if (checked === 'cannot_post') return toAnswer({ [CHANNEL]: SETTINGS_ERRORS.cannotPost }, view);
    if (checked === 'slack_silent') return toAnswer({ [CHANNEL]: SETTINGS_ERRORS.slackSilent }, view);
    if (!(await deps.saveSettings(teamId, userId, settings, stamp))) {
      const { settings: current } = await deps.findStamped(teamId);
      return { response_action: 'update', view: renderNotice(settingsOutdated(current, deps.hasSecurePage)) };
    }
    if (!isNew) return undefined;
    return announceChange(submission, [resultsChannelId], renderChange(INTRODUCTIONS.results(`<@${userId}>`)));
  }
}

const CHANNEL = SETTINGS_FIELDS.resultsChannel;

function toAnswer(errors: SettingsErrors, view: ViewPayload): SubmissionAnswer {
  return { response_action: 'errors', errors: placeErrors(errors, readView(view), SETTINGS_FIELDS.whoMayAdd) };
}

/** Undefined where Slack gives no list; the other settings can be changed without one. */
async function listUserGroups(api: SlackApi): Promise<UserGroup[] | undefined> {
  try {
    return await api.listUserGroups();
  } catch (error) {
    if (isOfSlack(error)) return undefined;
    throw error;
  }
}
