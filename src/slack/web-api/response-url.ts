import type { SlackFetch } from './slack-fetch.ts';

const ANSWER_WITHIN_MS = 5_000;

/** https://docs.slack.dev/interactivity/handling-user-interaction#message_responses, and the same of GovSlack. */
const ORIGINS = ['https://hooks.slack.com', 'https://hooks.slack-gov.com'];

export type ResponseUrls = {
  /** The URL, where it is one of Slack's; undefined for any other. */
  accept(responseUrl: string): string | undefined;
  /** See `respondOnlyToThem`; nothing is sent to a URL that would not be accepted. */
  respond(responseUrl: string, text: string, isStillOurs?: () => boolean): Promise<boolean>;
};

/** Response URLs, of Slack or of the host that stands in for Slack's API. */
export function createResponseUrls(deps: { fetch: SlackFetch; apiUrl: string }): ResponseUrls {
  const origins = new Set([...ORIGINS, new URL(deps.apiUrl).origin]);
  const accept = (responseUrl: string): string | undefined =>
    origins.has(URL.parse(responseUrl)?.origin ?? '') ? responseUrl : undefined;
  return {
    accept,
    respond: async (responseUrl, text, isStillOurs) =>
      accept(responseUrl) !== undefined && respondOnlyToThem(deps.fetch, responseUrl, text, isStillOurs),
  };
}

/**
 * Says something to the person who used the command, and to nobody else. The URL is a secret: whoever has it can speak
 * for the bot, so it is in no error. Resolves with whether Slack took it; not, where `isStillOurs` says no.
 *
 * @param isStillOurs asked right before the first byte goes out
 */
export async function respondOnlyToThem(
  fetch: SlackFetch,
  responseUrl: string,
  text: string,
  isStillOurs?: () => boolean,
): Promise<boolean> {
  try {
    const response = await fetch(responseUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, text }),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      isStillOurs,
    });
    return response.ok;
  } catch {
    return false;
  }
}
