import type { PROBLEMS } from './sentences.ts';

/** No usable answer; see PROBLEMS. */
export type Problem = keyof typeof PROBLEMS;

let drawn: string | undefined;

/** Names this page to the bot: a person confirms one page, and it may send the same submission again if an answer is lost. */
export function pageId(): string {
  drawn ??= [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return drawn;
}

const ANSWER_WITHIN_MS = 30_000;

/** Posts to the bot. The answer as JSON, or the problem that a person can do something about. */
export async function ask<Answer extends { kind: string }>(
  what: 'look' | 'check' | 'save',
  body: object,
): Promise<Answer | Problem> {
  const headers = { 'content-type': 'application/json', 'x-page-id': pageId() };
  let response: Response;
  try {
    response = await fetch(`secure/${what}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      credentials: 'omit',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
  } catch {
    return 'offline';
  }
  if (response.status === 429) return 'tooMany';
  try {
    const answer: Answer = await response.json();
    if (answer.kind === 'later') return 'later';
    return answer.kind === 'refused' ? 'unclear' : answer;
  } catch {
    return 'unclear';
  }
}
