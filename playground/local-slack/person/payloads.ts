import type { Core } from '../core.ts';
import { type JsonObject, textAt } from '../json.ts';
import type { PlacedElement } from '../state/elements.ts';
import type { Channel, Installation, PersonRecord, StateValues, StoredMessage } from '../state/records.ts';
import { valuesFor } from '../state/view-state.ts';
import type { OpenView } from '../state/views.ts';
import { messageJson, namedTeamOf, viewJson } from '../state/wire.ts';
import type { ResponseOrigin } from '../transport/response-urls.ts';

/* The payloads Slack sends: https://docs.slack.dev/reference/interaction-payloads */

const TOKEN = 'local-verification-token';

export type Actor = { core: Core; person: PersonRecord; installation: Installation };

export function commandPayload(
  { core, person, installation }: Actor,
  given: { command: string; text: string; channel: Channel },
): { payload: JsonObject; origin: ResponseOrigin } {
  const { channel } = given;
  const origin = { teamId: installation.teamId, userId: person.id, channelId: channel.id, messageTs: undefined };
  const payload = {
    token: TOKEN,
    team_id: installation.teamId,
    team_domain: core.state.getWorkspace(installation.teamId).domain,
    channel_id: channel.id,
    channel_name: channelName(channel),
    user_id: person.id,
    user_name: person.name,
    command: given.command,
    text: escapeText(given.text),
    api_app_id: core.app.appId,
    is_enterprise_install: 'false',
    response_url: core.responseUrls.issue('commands', origin),
    trigger_id: core.triggers.issue({
      userId: person.id,
      teamId: installation.teamId,
      fromModal: false,
      conversation: channel.id,
    }),
  };
  return { payload, origin };
}

/**
 * Somebody of another workspace who submits a view: `team` is their own, the app's stands in `view.app_installed_team_id`
 * (https://github.com/slackapi/bolt-js/issues/1614).
 */
export function viewPayload(
  { core, person, installation }: Actor,
  type: 'view_submission' | 'view_closed',
  open: OpenView,
  more: JsonObject = {},
): JsonObject {
  const trigger = { userId: person.id, teamId: installation.teamId, fromModal: true, conversation: undefined };
  return {
    type,
    team: teamJson(core, namedTeamOf(person)),
    user: userOf(person),
    api_app_id: core.app.appId,
    token: TOKEN,
    ...(type === 'view_submission' ? { trigger_id: core.triggers.issue(trigger), response_urls: [] } : {}),
    view: viewJson(open),
    is_enterprise_install: false,
    enterprise: null,
    ...more,
  };
}

/** A click or choice in a view or message; `team` is the app's workspace here, whoever acts. */
export function actionPayload(
  { core, person, installation }: Actor,
  where: { view: OpenView } | { message: StoredMessage; channel: Channel },
  placed: PlacedElement,
  value: JsonObject | undefined,
): { payload: JsonObject; origin: ResponseOrigin | undefined } {
  const { teamId } = installation;
  const isModal = 'view' in where && where.view.view.type === 'modal';
  const conversation = 'channel' in where ? where.channel.id : undefined;
  const base = {
    type: 'block_actions',
    user: userOf(person),
    api_app_id: core.app.appId,
    token: TOKEN,
    trigger_id: core.triggers.issue({ userId: person.id, teamId, fromModal: isModal, conversation }),
    team: teamJson(core, teamId),
    enterprise: null,
    is_enterprise_install: false,
    actions: [actionJson(core, placed, value)],
  };
  if ('view' in where) {
    const container = { type: 'view', view_id: where.view.view.id };
    return { payload: { ...base, container, view: viewJson(where.view) }, origin: undefined };
  }
  const { message, channel } = where;
  const origin = { teamId, userId: person.id, channelId: channel.id, messageTs: message.ts };
  const container = {
    type: 'message',
    message_ts: message.ts,
    channel_id: channel.id,
    is_ephemeral: message.onlyFor !== undefined,
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
  };
  const payload = {
    ...base,
    container,
    channel: { id: channel.id, name: channelName(channel) },
    ...(message.onlyFor === undefined ? { message: messageJson(core, message) } : {}),
    state: { values: stateOfMessage(message, placed, value) },
    response_url: core.responseUrls.issue('actions', origin),
  };
  return { payload, origin };
}

function stateOfMessage(message: StoredMessage, placed: PlacedElement, value: JsonObject | undefined): StateValues {
  const values = valuesFor(message.blocks);
  if (value !== undefined) values[placed.blockId] = { ...values[placed.blockId], [placed.actionId]: value };
  return values;
}

function actionJson(
  core: Core,
  { element, blockId, actionId, type }: PlacedElement,
  value: JsonObject | undefined,
): JsonObject {
  const shown =
    type === 'button'
      ? { text: element.text, ...(element.value === undefined ? {} : { value: element.value }) }
      : value;
  return { action_id: actionId, block_id: blockId, ...shown, type, action_ts: core.ids.nextTs() };
}

function userOf(person: PersonRecord): JsonObject {
  return { id: person.id, username: person.name, name: person.name, team_id: namedTeamOf(person) };
}

function teamJson(core: Core, teamId: string): JsonObject {
  return { id: teamId, domain: core.state.workspaces.get(teamId)?.domain ?? teamId.toLowerCase() };
}

function channelName({ kind, name }: Channel): string {
  if (kind === 'im') return 'directmessage';
  return kind === 'private' ? 'privategroup' : name;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The label a person reads on an element: the input's label, a button's text, a section's text. */
export function labelOf({ block, element }: PlacedElement): string {
  return (
    textAt(block, 'label') ?? textAt(element, 'text') ?? textAt(block, 'text') ?? textAt(element, 'placeholder') ?? ''
  );
}
