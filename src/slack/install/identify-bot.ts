import { StartError } from '../../operations/operator-error.ts';
import { isOfSlack, isRefusal, type SlackApi } from '../web-api/slack-api.ts';
import { isTokenRefused } from '../web-api/slack-errors.ts';

const MAX_WAIT_MS = 15_000;

export type BotIdentity = Awaited<ReturnType<SlackApi['authTest']>>;

/**
 * Who the bot token belongs to, from `auth.test`. Asks for as long as Slack doesn't say.
 * Throws StartError where Slack refuses the token.
 */
export async function identifyBot(api: SlackApi, sleep: (ms: number) => Promise<unknown>): Promise<BotIdentity> {
  for (let waitMs = 500; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
    try {
      return await api.authTest();
    } catch (error) {
      if (isRefusal(error, isTokenRefused)) {
        throw new StartError(
          `Slack refuses SLACK_BOT_TOKEN (${error.reason}). Copy the bot token again from "OAuth & Permissions" of the app.`,
        );
      }
      if (!isOfSlack(error)) throw error;
      await sleep(waitMs);
    }
  }
}
