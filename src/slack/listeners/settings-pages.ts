import type { WorkspaceSettings } from '../../add-inbox/workspace-settings.ts';
import { canPost } from '../can-post.ts';
import { ACTIONS, CALLBACKS, SETTINGS_FIELDS } from '../ids.ts';
import { renderNotice } from '../notice-page.ts';
import type { ActionPayload, Actor, ViewPayload } from '../payloads.ts';
import { findNotice, type Rights } from '../rights.ts';
import { INTRODUCTIONS, SETTINGS_ERRORS, sentences } from '../sentences.ts';
import { parseSettingsForm, renderSettingsForm, type SettingsErrors, toSettingsErrors } from '../settings-form.ts';
import { type SlackApi, SlackRefusedError, SlackUnavailableError, type UserGroup } from '../slack-api.ts';
import { pushNotice, type SubmissionAnswer } from './form-pages.ts';

/** What admins and owners can set for their workspace. */
export function createSettingsPages(deps: {
  rights: Rights;
  findSettings(teamId: string): Promise<WorkspaceSettings>;
  saveSettings(teamId: string, userId: string, settings: WorkspaceSettings): Promise<void>;
}) {
  return { open, submit };

  async function open(api: SlackApi, actor: Actor, action: ActionPayload): Promise<void> {
    const [right, settings, userGroups] = await Promise.all([
      deps.rights.checkAdmin(api, actor, { what: ACTIONS.openSettings }),
      deps.findSettings(actor.teamId),
      listUserGroups(api),
    ]);
    const refusal = findNotice(right);
    const page = refusal === undefined ? renderSettingsForm(actor.userId, settings, userGroups) : renderNotice(refusal);
    await api.openView(action.trigger_id, page);
  }

  /** An answer of undefined closes the form. */
  async function submit(api: SlackApi, actor: Actor, view: ViewPayload): Promise<SubmissionAnswer | undefined> {
    const { teamId, userId } = actor;
    const [right, before] = await Promise.all([
      deps.rights.checkAdmin(api, actor, { what: CALLBACKS.settings, view }),
      deps.findSettings(teamId),
    ]);
    const refusal = findNotice(right);
    if (refusal !== undefined) return pushNotice(refusal);
    const parsed = parseSettingsForm(view, before);
    if (!parsed.ok) {
      if (parsed.errors === 'outdated')
        return { response_action: 'update', view: renderNotice(sentences.settingsOutdated) };
      return toAnswer(parsed.errors, view);
    }
    const { settings } = parsed;
    const { resultsChannelId } = settings;
    if (resultsChannelId !== undefined && resultsChannelId !== before.resultsChannelId) {
      const posted = await canPost(api, resultsChannelId, INTRODUCTIONS.results(`<@${userId}>`));
      if (posted === 'cannot_post') return toAnswer({ [CHANNEL]: SETTINGS_ERRORS.cannotPost }, view);
      if (posted === 'slack_silent') return toAnswer({ [CHANNEL]: SETTINGS_ERRORS.slackSilent }, view);
    }
    await deps.saveSettings(teamId, userId, settings);
    return undefined;
  }
}

const CHANNEL = SETTINGS_FIELDS.resultsChannel;

function toAnswer(errors: SettingsErrors, view: ViewPayload): SubmissionAnswer {
  return { response_action: 'errors', errors: toSettingsErrors(errors, view) };
}

/** Undefined where Slack does not say: the rest of the settings can be changed without. */
async function listUserGroups(api: SlackApi): Promise<UserGroup[] | undefined> {
  try {
    return await api.listUserGroups();
  } catch (error) {
    if (error instanceof SlackRefusedError || error instanceof SlackUnavailableError) return undefined;
    throw error;
  }
}
