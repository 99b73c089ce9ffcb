import type { FetchFunction } from '@slack/web-api';

/** A command's response URL works this long and five times; afterwards nobody can be told that way. */
export const RESPONSE_URL_LIVES_MS = 30 * 60_000;

const ANSWER_WITHIN_MS = 5_000;

/**
 * Says something to the person who used the command, and to nobody else. The URL is a secret: whoever has it can speak
 * for the bot, so it is in no error. Resolves with whether Slack took it.
 */
export async function respondOnlyToThem(fetch: FetchFunction, responseUrl: string, text: string): Promise<boolean> {
  try {
    const response = await fetch(responseUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, text }),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    return response.ok;
  } catch {
    return false;
  }
}
