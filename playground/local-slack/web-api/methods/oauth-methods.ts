import { z } from 'zod';
import { appMethod, type Method, SlackApiError } from '../web-api-method.ts';

export const oauthMethods: { [name: string]: Method } = {
  'oauth.v2.access': appMethod(
    'client',
    {
      code: z.string().optional(),
      client_id: z.string().optional(),
      client_secret: z.string().optional(),
      redirect_uri: z.string().optional(),
      grant_type: z.string().optional(),
    },
    ({ core, authorization }, args) => {
      const { clientId, clientSecret } = credentials(authorization) ?? {
        clientId: args.client_id,
        clientSecret: args.client_secret,
      };
      if (clientId !== core.app.clientId) throw new SlackApiError('invalid_client_id');
      if (clientSecret !== core.app.clientSecret) throw new SlackApiError('bad_client_secret');
      const allowed = args.code === undefined ? undefined : core.oauth.take(args.code);
      if (allowed === undefined) throw new SlackApiError('invalid_code');
      if (allowed.redirectUri !== args.redirect_uri) throw new SlackApiError('bad_redirect_uri');
      const { userId, scopes, orgWide } = allowed;
      // An organization is kept like a workspace: it has a name and a token.
      const { teamId, name } = orgWide
        ? core.state.addWorkspace({ teamId: core.ids.next('E'), name: 'Organization', installed: false })
        : core.state.getWorkspace(allowed.teamId);
      const installation = core.state.install(teamId, { scopes, userId });
      return {
        access_token: installation.botToken,
        token_type: 'bot',
        scope: installation.scopes.join(','),
        bot_user_id: installation.botUserId,
        app_id: core.app.appId,
        team: orgWide ? null : { id: teamId, name },
        enterprise: orgWide ? { id: teamId, name } : null,
        authed_user: { id: userId },
        is_enterprise_install: orgWide,
      };
    },
  ),
};

function credentials(authorization: string | undefined): { clientId: string; clientSecret: string } | undefined {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [clientId = '', clientSecret = ''] = Buffer.from(encoded, 'base64').toString().split(':');
  return { clientId, clientSecret };
}
