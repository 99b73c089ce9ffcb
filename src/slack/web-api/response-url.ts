import type { Message } from './slack-api.ts';
import type { SlackFetch } from './slack-fetch.ts';

const ANSWER_WITHIN_MS = 5_000;

/** Slack and GovSlack: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
const ORIGINS = ['https://hooks.slack.com', 'https://hooks.slack-gov.com'];

export type ResponseUrls = {
  /** Returns the URL if it is Slack's, else undefined. */
  accept(responseUrl: string): string | undefined;
  /** See `respondOnlyToThem`. Sends nothing to a URL that `accept` refuses. */
  respond(responseUrl: string, said: string | Message, isStillOurs?: () => boolean): Promise<boolean>;
  /** Replaces the message whose button was pressed. Best effort, as with `respond`. */
  replace(responseUrl: string, message: Message): Promise<boolean>;
};

/** Response URLs of Slack, or of the host that replaces Slack's API. */
export function createResponseUrls(deps: { fetch: SlackFetch; apiUrl: string }): ResponseUrls {
  const origins = new Set([...ORIGINS, new URL(deps.apiUrl).origin]);
  const accept = (responseUrl: string): string | undefined =>
    origins.has(URL.parse(responseUrl)?.origin ?? '') ? responseUrl : undefined;
  return {
    accept,
    respond: async (responseUrl, said, isStillOurs) =>
      accept(responseUrl) !== undefined && respondOnlyToThem(deps.fetch, responseUrl, said, isStillOurs),
    replace: async (responseUrl, message) =>
      accept(responseUrl) !== undefined && post(deps.fetch, responseUrl, { replace_original: true, ...message }),
  };
}

/**
 * Sends a message that only the person who used the command sees. The URL lets anybody post as the bot, so no error contains
 * it. Resolves with true where Slack accepted the message. Sends nothing where `isStillOurs` returns false.
 *
 * @param isStillOurs called right before the first byte
 */
export async function respondOnlyToThem(
  fetch: SlackFetch,
  responseUrl: string,
  said: string | Message,
  isStillOurs?: () => boolean,
): Promise<boolean> {
  const message = typeof said === 'string' ? { text: said } : said;
  const body = { response_type: 'ephemeral', replace_original: false, ...message };
  return post(fetch, responseUrl, body, isStillOurs);
}

async function post(
  fetch: SlackFetch,
  responseUrl: string,
  body: object,
  isStillOurs?: () => boolean,
): Promise<boolean> {
  try {
    const response = await fetch(responseUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      isStillOurs,
    });
    return response.ok;
  } catch {
    return false;
  }
}
