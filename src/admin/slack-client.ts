import { type FetchFunction, type Logger, LogLevel, WebAPIPlatformError, WebClient } from '@slack/web-api';
import type { Config } from '../config.ts';
import { createConnect } from '../operations/proxy/connect.ts';
import { createSlackApis, type SlackApi, SlackRefusedError } from '../slack/web-api/slack-api.ts';
import { createSlackFetch } from '../slack/web-api/slack-fetch.ts';
import { sayWhyUnreachable } from './why-unreachable.ts';

/** The SDK's messages quote tokens and answers. */
const SILENT: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};

export type AdminSlack = {
  apiOf(token: string): SlackApi;
  fetch: FetchFunction;
  /** Calls a method without a token. Returns `ok`, Slack's error code, or the reason that Slack can't be reached. */
  call(method: string, args: Record<string, unknown>, token?: string): Promise<string>;
  close(): Promise<void>;
};

/** A Slack client for one run of a command. */
export function createAdminSlack({ slack, proxies }: Config): AdminSlack {
  const { fetch, close } = createSlackFetch(createConnect(proxies));
  return {
    apiOf: createSlackApis({ apiUrl: slack.apiUrl, fetch, onCall: () => {} }),
    fetch,
    close,
    async call(method, args, token) {
      const client = new WebClient(token, {
        slackApiUrl: slack.apiUrl,
        fetch,
        logger: SILENT,
        timeout: 10_000,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
      });
      try {
        await client.apiCall(method, args);
        return 'ok';
      } catch (error) {
        return error instanceof WebAPIPlatformError && /^[a-z_]{1,64}$/.test(error.data.error)
          ? error.data.error
          : `it can't be reached: ${sayWhyUnreachable(error)}`;
      }
    },
  };
}

/** The reason that a call failed, in words that follow "because". */
export function describeSlackError(error: unknown): string {
  return error instanceof SlackRefusedError
    ? `Slack answers ${error.reason}`
    : `Slack can't be reached: ${sayWhyUnreachable(error)}`;
}
