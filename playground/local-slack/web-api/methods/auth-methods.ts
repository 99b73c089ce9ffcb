import { z } from 'zod';
import { revokeToken, uninstallApp } from '../../transport/app-events.ts';
import { flag } from '../args.ts';
import { appMethod, botMethod, type Method, SlackApiError } from '../web-api-method.ts';

export const authMethods: { [name: string]: Method } = {
  'auth.test': botMethod(undefined, {}, ({ core, installation }) => {
    const workspace = core.state.getWorkspace(installation.teamId);
    return {
      url: `https://${workspace.domain}.slack.com/`,
      team: workspace.name,
      user: core.state.getPerson(installation.botUserId).name,
      team_id: workspace.teamId,
      user_id: installation.botUserId,
      bot_id: installation.botId,
      is_enterprise_install: false,
    };
  }),

  'auth.revoke': botMethod(undefined, { test: flag.optional() }, ({ core, installation }, { test }) => {
    if (test !== true) void revokeToken(core, installation.teamId);
    return { revoked: test !== true };
  }),

  'apps.uninstall': botMethod(
    undefined,
    { client_id: z.string(), client_secret: z.string() },
    ({ core, installation }, { client_id, client_secret }) => {
      if (client_id !== core.app.clientId) throw new SlackApiError('invalid_client_id');
      if (client_secret !== core.app.clientSecret) throw new SlackApiError('bad_client_secret');
      void uninstallApp(core, installation.teamId);
      return {};
    },
  ),

  'apps.connections.open': appMethod('app', {}, ({ core }) => ({ url: core.sockets.openUrl() })),

  'api.test': appMethod('client', { error: z.string().optional(), foo: z.string().optional() }, (_context, args) => ({
    args,
  })),
};
