import type { PROBLEMS } from './sentences.ts';

/** No usable answer; see PROBLEMS. */
export type Problem = keyof typeof PROBLEMS;

const ANSWER_WITHIN_MS = 30_000;

/** Posts to the bot. The answer as JSON, or the problem that a person can do something about. */
export async function ask<Answer extends { kind: string }>(
  what: 'look' | 'check' | 'save',
  body: object,
): Promise<Answer | Problem> {
  let response: Response;
  try {
    response = await fetch(`secure/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
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
