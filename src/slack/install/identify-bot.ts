import { doublingMs, retry } from '../../add-inbox/worker/back-off.ts';
import { StartError } from '../../operations/operator-error.ts';
import { isOfSlack, isRefusal, type SlackApi } from '../web-api/slack-api.ts';
import { isTokenRefused } from '../web-api/slack-errors.ts';

const MAX_WAIT_MS = 15_000;

export type BotIdentity = Awaited<ReturnType<SlackApi['authTest']>>;

/**
 * The identity behind the bot token, from `auth.test`. Repeats the call until Slack answers.
 * Throws StartError where Slack refuses the token.
 */
export async function identifyBot(api: SlackApi, sleep: (ms: number) => Promise<unknown>): Promise<BotIdentity> {
  return retry(() => api.authTest(), waitFor, sleep);
}

function waitFor(error: unknown, tries: number): number | undefined {
  if (isRefusal(error, isTokenRefused)) {
    throw new StartError(
      `Slack refuses SLACK_BOT_TOKEN (${error.reason}). Copy the bot token again from "OAuth & Permissions" of the app.`,
    );
  }
  return isOfSlack(error) ? doublingMs(tries, 500, MAX_WAIT_MS) : undefined;
}
