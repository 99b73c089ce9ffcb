import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Core } from '../core.ts';
import { type JsonObject, stringAt } from '../json.ts';
import { noteSecrets } from '../ledger/secret-watch.ts';
import type { Installation } from '../state/records.ts';
import { readArgs } from '../transport/http-body.ts';
import { type Answer, answerExchange, bearer, limited, maskSecrets } from './exchange.ts';
import { authMethods } from './methods/auth-methods.ts';
import { chatMethods } from './methods/chat-methods.ts';
import { conversationMethods } from './methods/conversation-methods.ts';
import { fileMethods } from './methods/file-methods.ts';
import { oauthMethods } from './methods/oauth-methods.ts';
import { peopleMethods } from './methods/people-methods.ts';
import { viewMethods } from './methods/view-methods.ts';
import { type Method, requireScope, SlackApiError } from './web-api-method.ts';

const METHODS: { [name: string]: Method } = {
  ...authMethods,
  ...peopleMethods,
  ...conversationMethods,
  ...chatMethods,
  ...viewMethods,
  ...fileMethods,
  ...oauthMethods,
};

/** Methods whose arguments are secrets by nature. */
const TAKES_SECRETS = new Set(['oauth.v2.access', 'apps.uninstall']);

/** Answers `POST /api/METHOD` as Slack does, faults included, and notes each call in the ledger. */
export function createWebApi(core: Core, { answerDelayMs }: { answerDelayMs: number }) {
  return async function handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const method = url.pathname.replace(/^\/api\//, '');
    const args = (await readArgs(request, url)) ?? {};
    const token = bearer(request) ?? stringAt(args, 'token');
    delete args.token;
    if (!TAKES_SECRETS.has(method)) noteSecrets(core, method, args);
    const exchange = { request, response, method, token, args: maskSecrets(args), answerDelayMs };
    await answerExchange(core, exchange, () => answerCall(core, method, token, args, request.headers.authorization));
  };
}

function answerCall(
  core: Core,
  name: string,
  token: string | undefined,
  args: JsonObject,
  authorization: string | undefined,
): Answer {
  const method = METHODS[name];
  let installation: Installation | undefined;
  try {
    if (method === undefined) throw new SlackApiError('unknown_method', { req_method: name });
    noteUnknownArgs(core, name, method, args);
    if (method.auth !== 'bot') {
      if (method.auth === 'app') checkAppToken(core, token);
      return {
        httpStatus: 200,
        headers: {},
        body: { ok: true, ...method.call({ core, authorization }, args) },
        teamId: undefined,
      };
    }
    installation = authenticate(core, token);
    const { teamId, scopes } = installation;
    const waitSeconds = core.rateLimiter.take(name, teamId, stringAt(args, 'channel'));
    if (waitSeconds !== undefined) return limited(waitSeconds, teamId);
    const { scope } = method;
    if (scope !== undefined) requireScope({ core, installation }, scope);
    const body = { ok: true, ...method.call({ core, installation }, args) };
    const headers = { 'x-oauth-scopes': scopes.join(','), 'x-accepted-oauth-scopes': scope ?? '' };
    return { httpStatus: 200, headers, body, teamId };
  } catch (error) {
    if (!(error instanceof SlackApiError)) throw error;
    noteRefusal(core, name, error);
    const headers = installation === undefined ? {} : { 'x-oauth-scopes': installation.scopes.join(',') };
    return {
      httpStatus: 200,
      headers,
      body: { ok: false, error: error.code, ...error.details },
      teamId: installation?.teamId,
    };
  }
}

function authenticate(core: Core, token: string | undefined): Installation {
  if (token === undefined || token === '') throw new SlackApiError('not_authed');
  if (token.startsWith('xapp-')) throw new SlackApiError('not_allowed_token_type');
  const known = core.state.tokens.get(token);
  if (known === undefined) throw new SlackApiError('invalid_auth');
  if (known.status !== 'active') throw new SlackApiError(known.status);
  const { installation } = core.state.getWorkspace(known.teamId);
  if (installation === undefined) throw new SlackApiError('account_inactive');
  return installation;
}

function checkAppToken(core: Core, token: string | undefined): void {
  if (token === undefined || token === '') throw new SlackApiError('not_authed');
  if (token.startsWith('xoxb-')) throw new SlackApiError('not_allowed_token_type');
  if (token !== core.app.appToken) throw new SlackApiError('invalid_auth');
}

/** Bolt adds the workspace to every call. */
const ANYWHERE = new Set(['team_id']);

/** Slack ignores arguments it does not know; whoever sends one meant something by it. */
function noteUnknownArgs(core: Core, name: string, method: Method, args: JsonObject): void {
  for (const arg of Object.keys(args)) {
    if (!method.args.includes(arg) && !ANYWHERE.has(arg)) core.keeper.noteProblem(`${name}: unknown argument ${arg}`);
  }
}

/** Errors that come from a mistake of the app, not from the state of the workspace. */
const MISTAKES = new Set([
  'unknown_method',
  'invalid_arguments',
  'invalid_blocks',
  'invalid_blocks_format',
  'missing_scope',
  'no_text',
  'msg_too_long',
  'invalid_thread_ts',
  'expired_trigger_id',
  'exchanged_trigger_id',
  'invalid_trigger_id',
  'push_limit_reached',
  'view_too_large',
  'duplicate_external_id',
  'not_authed',
  'not_allowed_token_type',
]);

function noteRefusal(core: Core, name: string, { code, details }: SlackApiError): void {
  if (!MISTAKES.has(code)) return;
  const listed = Array.isArray(details.errors) ? `: ${details.errors.join('; ')}` : '';
  const needed = code === 'missing_scope' ? ` (needs ${String(details.needed)})` : '';
  core.keeper.noteProblem(`${name}: ${code}${needed}${listed}`);
}
