import { isIPv6 } from 'node:net';
import { findErrorCode } from '../../operations/log/log.ts';
import { PAGE } from '../../web/secure/browser/sentences.ts';
import type { DoctorContext, Finding } from '../command.ts';
import { sayWhyUnreachable } from '../why-unreachable.ts';
import { type Answered, ask } from './ask.ts';

/** Whether a bot that runs on this machine is well, and whether its pages can be reached from outside. */
export async function checkPages(context: DoctorContext): Promise<Finding[]> {
  return [await checkRunning(context), ...(await checkPublic(context))];
}

async function checkRunning({ config: { host, port } }: DoctorContext): Promise<Finding> {
  const url = new URL(`http://${reachable(host)}:${port}`);
  try {
    const { status, text } = await ask(new URL('/readyz', url), NO_PROXY);
    if (status === 503) return { ok: false, says: `The bot at ${url.origin} is not ready: ${firstLine(text)}.` };
    if (status !== 200 || text.trim() !== 'ready') {
      return { ok: false, says: `Something else than the bot listens at ${url.origin}. Set another PORT.` };
    }
    const metrics = await ask(new URL('/metrics', url), NO_PROXY);
    return metrics.status === 200 && metrics.text.includes('inbox_bot_')
      ? { ok: true, says: `The bot at ${url.origin} is ready, and has metrics.` }
      : { ok: false, says: `The bot at ${url.origin} gives no metrics (HTTP_${metrics.status}). Look at its log.` };
  } catch (error) {
    const isAway = findErrorCode(error) === 'ECONNREFUSED';
    return isAway
      ? { ok: true, says: `No bot runs at ${url.origin}, so its health was not checked.` }
      : { ok: false, says: `The bot at ${url.origin} does not answer: ${sayWhyUnreachable(error)}. Restart it.` };
  }
}

const NO_PROXY = { http: undefined, https: undefined, exceptions: [] };

/** The address at which this machine reaches a server that listens on `host`. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIPv6(host) ? `[${host}]` : host;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, 200) ?? '';
}

async function checkPublic({ config }: DoctorContext): Promise<Finding[]> {
  const { publicUrl, proxies, slack } = config;
  if (publicUrl === undefined) {
    return [
      {
        ok: true,
        says: 'There is no secure page for passwords. To get one, set PUBLIC_URL to an https:// address that leads to the bot.',
      },
    ];
  }
  const page = describe('/secure', await tryAsk(new URL(`${publicUrl}/secure`)), isSecurePage);
  if (slack.transport.kind === 'socket') return [page];
  // The bot refuses it, because it is not signed.
  const unsigned = await tryAsk(new URL(`${publicUrl}/slack/events`), { type: 'application/json', body: '{}' });
  return [page, describe('/slack/events', unsigned, ({ status }) => status === 401)];

  async function tryAsk(url: URL, post?: Parameters<typeof ask>[2]): Promise<Answered | Error> {
    return ask(url, proxies, post).catch((error: unknown) => (error instanceof Error ? error : new Error('unknown')));
  }

  function describe(path: string, answer: Answered | Error, isOurs: (answer: Answered) => boolean): Finding {
    const url = `${publicUrl}${path}`;
    if (answer instanceof Error) {
      return { ok: false, says: `${url} can't be reached from here: ${sayWhyUnreachable(answer)}.` };
    }
    if (isOurs(answer)) return { ok: true, says: `${url} is the bot's.` };
    return { ok: false, says: `${url} is not the bot's (HTTP_${answer.status}). ${sayWhatToDo(answer.status)}` };
  }
}

function isSecurePage({ status, text }: Answered): boolean {
  return status === 200 && text.includes(PAGE.title);
}

function sayWhatToDo(status: number): string {
  if (status >= 300 && status < 400) return 'Set PUBLIC_URL to the address that it redirects to.';
  if (status >= 502 && status <= 504) return 'Start the bot, or check that the reverse proxy finds it.';
  return 'Let the reverse proxy pass on /slack/* and /secure*.';
}
