import type { BatchDefaults, ChosenColumns, ReadAnswer } from './contract.ts';
import type { Problem } from './sentences.ts';

type Answered = { kind: string };

const ANSWER_WITHIN_MS = 30_000;

/** Many rows, over a slow connection. */
const UPLOAD_WITHIN_MS = 60_000;

/** Of a file, or of rows as JSON. */
export const MOST_UPLOAD_BYTES = 4 * 1024 * 1024;

/** Posts to the bot, with the token in the body or in a header. The answer as JSON, or the problem that a person can do something about. */
export async function ask<Answer extends Answered>(
  what: 'look' | 'check' | 'save' | 'rows' | 'logins' | 'add' | 'progress' | 'stop' | 'results',
  body: object,
  token?: string,
): Promise<Answer | Problem> {
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const json = JSON.stringify(body);
  if (isTooLarge(json)) return 'tooLarge';
  return post(what, headers, json, what === 'add' ? UPLOAD_WITHIN_MS : ANSWER_WITHIN_MS);
}

/** Whether the bot takes no such body. */
export function isTooLarge(body: string): boolean {
  return new Blob([body]).size > MOST_UPLOAD_BYTES;
}

/** Posts a file to be read. It is stored nowhere. */
export function askToRead(
  token: string,
  bytes: Uint8Array<ArrayBuffer>,
  { columns, defaults }: { columns: ChosenColumns; defaults: BatchDefaults },
): Promise<ReadAnswer | Problem> {
  const encode = (value: object) => encodeURIComponent(JSON.stringify(value));
  const headers = {
    'content-type': 'application/octet-stream',
    authorization: `Bearer ${token}`,
    'x-columns': encode(columns),
    'x-defaults': encode(defaults),
  };
  return post<ReadAnswer>('read', headers, bytes, UPLOAD_WITHIN_MS);
}

/** Whether something was sent, and nobody knows what became of it. @param was the same before this answer */
export function isOpenQuestion(answer: Answered | Problem, was: boolean): boolean {
  if (answer === 'offline' || answer === 'unclear') return true;
  return was && (typeof answer === 'string' || answer.kind === 'gone');
}

let drawn: string | undefined;

/** Names this page to the bot: a person confirms one page, and it may send the same submission again if an answer is lost. */
export function thisPage(): string {
  drawn ??= [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return drawn;
}

async function post<Answer extends Answered>(
  what: string,
  headers: Record<string, string>,
  body: string | Uint8Array<ArrayBuffer>,
  withinMs: number,
): Promise<Answer | Problem> {
  const named = { ...headers, 'x-page-id': thisPage() };
  let response: Response;
  try {
    response = await fetch(`secure/${what}`, {
      method: 'POST',
      headers: named,
      body,
      credentials: 'omit',
      redirect: 'manual',
      signal: AbortSignal.timeout(withinMs),
    });
  } catch {
    return 'offline';
  }
  const answer = await readJson<Answer>(response);
  const kind = answer?.kind;
  // What a proxy answers has no `kind`.
  if (typeof kind !== 'string' || kind === 'refused') return toProblem(response, kind === 'refused');
  return kind === 'later' ? 'later' : (answer ?? 'unclear');
}

async function readJson<Answer>(response: Response): Promise<Answer | null | undefined> {
  try {
    return JSON.parse(await response.text());
  } catch {
    return undefined;
  }
}

/** A request that the bot or a proxy refused did nothing. After an error of a server, nobody knows. @param isOfBot the bot refused it */
function toProblem({ status, type }: Response, isOfBot: boolean): Problem {
  if (status === 413) return 'tooLarge';
  if (status === 408) return 'tooSlow';
  if (status === 429) return 'tooMany';
  if (status >= 500 && isOfBot) return 'busy';
  return type === 'opaqueredirect' || (status >= 400 && status < 500) ? 'refused' : 'unclear';
}
