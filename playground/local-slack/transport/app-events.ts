import type { Core } from '../core.ts';
import type { JsonObject } from '../json.ts';
import type { Delivery } from '../ledger/traffic.ts';
import type { Installation } from '../state/records.ts';

/** Sends an event to the app, wrapped as the Events API does; nothing where the app is not subscribed to it. */
export async function sendAppEvent(
  core: Core,
  { teamId, botUserId }: Pick<Installation, 'teamId' | 'botUserId'>,
  event: JsonObject,
  { eventTime = Math.floor(core.now() / 1000) }: { eventTime?: number } = {},
): Promise<Delivery[]> {
  const { app, ids, deliveries } = core;
  if (!isSubscribed(core, String(event.type))) return [];
  return deliveries.deliverEvent(teamId, {
    token: 'local-verification-token',
    team_id: teamId,
    api_app_id: app.appId,
    event: { event_ts: ids.nextTs(), ...event },
    type: 'event_callback',
    event_id: ids.next('Ev'),
    event_time: eventTime,
    authorizations: [
      { enterprise_id: null, team_id: teamId, user_id: botUserId, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
  });
}

export function isSubscribed({ app }: Core, type: string): boolean {
  return app.events === 'all' || app.events.includes(type);
}

/** Kills the token and says so. */
export async function revokeToken(core: Core, teamId: string, silent = false): Promise<void> {
  const { installation } = core.state.getWorkspace(teamId);
  if (installation === undefined) return;
  core.state.tokens.set(installation.botToken, { teamId, status: 'token_revoked' });
  if (silent) return;
  await sendAppEvent(core, installation, {
    type: 'tokens_revoked',
    tokens: { oauth: [], bot: [installation.botUserId] },
  });
}

/** Removes the app from the workspace and says so, in the order in which Slack mostly does. */
export async function uninstallApp(core: Core, teamId: string, silent = false): Promise<void> {
  const { installation } = core.state.getWorkspace(teamId);
  if (installation === undefined) return;
  core.state.uninstall(teamId);
  core.views.forgetTeam(teamId);
  if (silent) return;
  await Promise.all([
    sendAppEvent(core, installation, { type: 'tokens_revoked', tokens: { oauth: [], bot: [installation.botUserId] } }),
    sendAppEvent(core, installation, { type: 'app_uninstalled' }),
  ]);
}
