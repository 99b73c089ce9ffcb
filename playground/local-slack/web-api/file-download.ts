import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Core } from '../core.ts';
import { mimetypeOf } from '../state/files.ts';
import type { Installation } from '../state/records.ts';
import { type Answer, answerExchange, bearer } from './exchange.ts';

/** What downloads are called in the ledger and in faults. */
const METHOD = 'url_private_download';

const LOGIN_PAGE =
  '<!DOCTYPE html><html lang="en-US"><head><title>Sign in | Slack</title></head><body>Sign in to your workspace</body></html>';

/**
 * Answers `GET /files-pri/…` as files.slack.com does: the bytes for a token with `files:read`. Without a token, or with a
 * dead one, it redirects to the page for signing in; a token without the scope gets that page at once. Both are HTML with
 * status 200 to whoever follows redirects (https://github.com/vercel/eve/pull/1531, slackapi/deno-slack-sdk#285).
 */
export async function answerDownload(
  core: Core,
  request: IncomingMessage,
  response: ServerResponse,
  { pathname }: URL,
): Promise<void> {
  const token = bearer(request);
  const exchange = { request, response, method: METHOD, token, args: { path: pathname }, answerDelayMs: 0 };
  await answerExchange(core, exchange, () => findDownload(core, token, pathname));
}

/** Where a redirect to the page for signing in ends. */
export function answerLoginPage(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(LOGIN_PAGE);
}

function findDownload(core: Core, token: string | undefined, path: string): Answer {
  const installation = findInstallation(core, token);
  const [, teamId, fileId] = /^\/files-pri\/(\w+)-(\w+)\//.exec(path) ?? [];
  if (installation === undefined) {
    if (token === undefined) core.keeper.noteProblem(`${METHOD}: asked for without a token`);
    const location = `${core.url()}/?redir=${encodeURIComponent(path)}`;
    return page(302, 'not_authed', undefined, { location });
  }
  if (!installation.scopes.includes('files:read')) return page(200, 'missing_scope', installation);
  const file = core.state.files.get(fileId ?? '');
  const isThere = file !== undefined && !file.deleted && file.content.length > 0;
  if (!isThere || file.teamId !== teamId || file.teamId !== installation.teamId) {
    return page(404, 'file_not_found', installation);
  }
  return {
    httpStatus: 200,
    headers: { 'content-type': mimetypeOf(file), 'content-disposition': 'attachment' },
    body: { ok: true, size: file.content.length },
    text: file.content,
    teamId,
  };
}

/** An answer in HTML; `error` is what the ledger says of it. */
function page(
  httpStatus: number,
  error: string,
  installation: Installation | undefined,
  headers: { [name: string]: string } = {},
): Answer {
  return {
    httpStatus,
    headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
    body: { ok: false, error },
    text: LOGIN_PAGE,
    teamId: installation?.teamId,
  };
}

function findInstallation({ state }: Core, token: string | undefined): Installation | undefined {
  const known = state.tokens.get(token ?? '');
  return known?.status === 'active' ? state.getWorkspace(known.teamId).installation : undefined;
}
