import type { SlackFetch } from './slack-fetch.ts';

/** https://docs.slack.dev/reference/objects/file-object: files are on hosts of their own. */
const FILE_ORIGINS = ['https://files.slack.com', 'https://files-origin.slack.com'];

const MAX_HOPS = 3;

/** For the whole download. */
const WITHIN_MS = 30_000;

/** undici's code for an answer above the limit of `SlackFetch`, which is that of a file. */
const TOO_LARGE = 'UND_ERR_RES_EXCEEDED_MAX_SIZE';

/**
 * `no_scope`: Slack answered with its page for signing in, because the token lacks `files:read`. `unreachable`: Slack did not answer
 * as it should, or named a host that is not its own.
 */
export type Downloaded =
  | { kind: 'file'; bytes: Uint8Array }
  | { kind: 'no_scope' | 'too_large' | 'gone' | 'unreachable' };

/**
 * Downloads a file that a person put into Slack, at most 4 MiB. The token goes only to Slack's hosts for files, or to the host that
 * replaces Slack's API. Redirects are followed there and nowhere else. Never throws, since an error could quote the URL.
 */
export async function downloadFile(
  { fetch, apiUrl, token }: { fetch: SlackFetch; apiUrl: string; token: string | undefined },
  url: string,
): Promise<Downloaded> {
  const api = new URL(apiUrl);
  const origins = [...FILE_ORIGINS, ...(isSlack(api) ? [] : [api.origin])];
  const signal = AbortSignal.timeout(WITHIN_MS);
  const headers = { authorization: `Bearer ${token}` };
  let next = URL.parse(url);
  try {
    for (let hops = 0; hops <= MAX_HOPS; hops += 1) {
      if (next === null || !origins.includes(next.origin)) return { kind: 'unreachable' };
      const response = await fetch(next.href, { method: 'GET', headers, signal });
      const to = findRedirect(response, next);
      if (to === undefined) return await readAnswer(response);
      if (isSignIn(to, origins)) return { kind: 'no_scope' };
      next = to;
    }
  } catch (error) {
    return { kind: codeOf(error) === TOO_LARGE ? 'too_large' : 'unreachable' };
  }
  return { kind: 'unreachable' };
}

type Response = Awaited<ReturnType<SlackFetch>>;

/** Undefined for an answer that is no redirect; null for one that leads nowhere. */
function findRedirect({ status, headers }: Response, from: URL): URL | null | undefined {
  if (status < 300 || status > 399) return undefined;
  return URL.parse(headers.get('location') ?? '', from.href);
}

async function readAnswer(response: Response): Promise<Downloaded> {
  const { status, headers } = response;
  if (status === 401 || status === 403) return { kind: 'no_scope' };
  if (status === 404 || status === 410) return { kind: 'gone' };
  if (!response.ok) return { kind: 'unreachable' };
  const bytes = new Uint8Array(await response.arrayBuffer());
  return isPage(headers.get('content-type'), bytes) ? { kind: 'no_scope' } : { kind: 'file', bytes };
}

/** A person's own web page comes with the type of its name, like `text/csv`, and is refused when it is read. */
function isPage(contentType: string | null, bytes: Uint8Array): boolean {
  if (contentType !== null && contentType !== '') return /^\s*text\/html\b/i.test(contentType);
  return /^\s*<(?:!doctype|html)/i.test(Buffer.from(bytes.subarray(0, 100)).toString('latin1'));
}

/** Without the scope or with a dead token, Slack leads to the workspace's page for signing in. */
function isSignIn(to: URL | null, origins: string[]): boolean {
  return to !== null && !origins.includes(to.origin) && isSlack(to);
}

function isSlack({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' && (hostname === 'slack.com' || hostname.endsWith('.slack.com'));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
