import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Core } from '../core.ts';
import { isObject } from '../json.ts';
import { noteSecrets } from '../ledger/secret-watch.ts';
import { answerDownload, answerLoginPage } from '../web-api/file-download.ts';
import { takeUpload } from '../web-api/methods/file-methods.ts';
import { createWebApi } from '../web-api/web-api.ts';
import { parseJson, readBody } from './http-body.ts';

/** Routes requests: Web API, response URLs, the OAuth page, files. Whatever is broken in here answers 500 and is a problem. */
export function createHttpHandler(core: Core, options: { answerDelayMs: number }) {
  const webApi = createWebApi(core, options);

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', core.url());
    const { pathname } = url;
    if (pathname.startsWith('/api/')) return webApi(request, response, url);
    if (/^\/(commands|actions)\//.test(pathname)) return answerResponseUrl(core, request, response, pathname);
    if (pathname === '/oauth/v2/authorize') return authorize(core, response, url);
    if (pathname.startsWith('/upload/v1/')) {
      const body = await readBody(request);
      const status = await takeUpload(core, pathname, body, request.headers['content-type'] ?? '');
      return reply(response, status, status === 200 ? `OK - ${body.length}` : 'not found');
    }
    if (pathname.startsWith('/files-pri/')) return answerDownload(core, request, response, url);
    if (pathname === '/') return answerLoginPage(response);
    return reply(response, 404, 'not found');
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    route(request, response).catch((error: unknown) => {
      if (request.destroyed && !request.complete) return;
      core.keeper.noteProblem(
        `local Slack: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      if (!response.headersSent) reply(response, 500, 'internal error');
    });
  };
}

async function answerResponseUrl(
  core: Core,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const at = core.now();
  const started = performance.now();
  const body = parseJson((await readBody(request)).toString());
  noteSecrets(core, 'response_url', body);
  const fault = core.faults.take('response_url');
  const isTaken = fault === undefined || fault === 'resetAfterTaking' || fault === 'hangAfterTaking';
  const status = typeof fault === 'object' ? ('status' in fault ? fault.status : 'retryAfter' in fault ? 429 : 404) : 0;
  const answer = isTaken
    ? core.responseUrls.use(path, body)
    : { status, text: typeof fault === 'object' && 'error' in fault ? fault.error : '' };
  const isCut = fault === 'reset' || fault === 'resetAfterTaking';
  const isSilent = fault === 'hang' || fault === 'hangAfterTaking';
  core.keeper.noteCall({
    kind: 'call',
    at,
    method: 'response_url',
    teamId: path.split('/')[2],
    token: 'none',
    args: isObject(body) ? body : {},
    httpStatus: isCut || isSilent ? 0 : answer.status,
    response: { ok: answer.status === 200, text: answer.text },
    ms: performance.now() - started,
  });
  if (isCut) request.socket.resetAndDestroy();
  else if (!isSilent) reply(response, answer.status, answer.text);
}

function authorize(core: Core, response: ServerResponse, url: URL): void {
  const visited = core.oauth.visit(url);
  if ('error' in visited) {
    core.keeper.noteProblem(`authorize page: ${visited.error}`);
    reply(response, 200, `Something went wrong when authorizing this app: ${visited.error}`);
  } else {
    response.writeHead(302, { location: visited.redirect }).end();
  }
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}
