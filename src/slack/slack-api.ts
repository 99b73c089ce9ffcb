import type { HomeView, KnownBlock, ModalView } from '@slack/types';
import {
  type FetchFunction,
  type Logger,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
} from '@slack/web-api';
import { z } from 'zod';

/** Slack answered that it did not do it, with one of its error codes. */
export class SlackRefusedError extends Error {
  readonly code = 'slack_refused';
  readonly method: string;
  readonly reason: string;
  constructor(method: string, reason: string) {
    super(`${method}: ${reason}`);
    this.name = 'SlackRefusedError';
    this.method = method;
    this.reason = reason;
  }
}

/** Slack did not take the call, or nobody knows whether it did; it may be made again later. */
export class SlackUnavailableError extends Error {
  readonly code = 'slack_unavailable';
  readonly method: string;
  /** How long Slack asks to wait; undefined where it did not answer. */
  readonly retryAfterMs: number | undefined;
  constructor(method: string, retryAfterMs: number | undefined) {
    super(method);
    this.name = 'SlackUnavailableError';
    this.method = method;
    this.retryAfterMs = retryAfterMs;
  }
}

/** For what a person waits for inside Slack's three seconds. */
const WAITED_FOR_MS = 1_500;

export type Message = { text: string; blocks: KnownBlock[] };

export type OpenedView = { id: string; hash: string };

/** The methods of Slack's Web API that the bot uses, with one token. Each throws SlackRefusedError or SlackUnavailableError. */
export type SlackApi = {
  authTest(): Promise<{ teamId: string; botUserId: string; botId: string; scopes: string[] }>;
  findUser(userId: string): Promise<SlackUser>;
  openView(triggerId: string, view: ModalView): Promise<OpenedView>;
  /** On top of the modal that the trigger comes from. */
  pushView(triggerId: string, view: ModalView): Promise<OpenedView>;
  /** With `hash`, only where the view was not changed since. */
  updateView(viewId: string, view: ModalView, hash?: string): Promise<OpenedView>;
  publishHome(userId: string, view: HomeView): Promise<void>;
  /** `channelId` may be a user id: then it goes to the bot's conversation with that person. */
  postMessage(channelId: string, message: Message, threadTs?: string): Promise<{ channelId: string; ts: string }>;
  updateMessage(channelId: string, ts: string, message: Message): Promise<void>;
};

export type SlackUser = z.output<typeof user>;

export type SlackCall = { method: string; result: string; ms: number };

const openedView = z.object({ view: z.object({ id: z.string(), hash: z.string() }) });

const posted = z.object({ channel: z.string(), ts: z.string() });

const identity = z.object({
  team_id: z.string(),
  user_id: z.string(),
  bot_id: z.string(),
  response_metadata: z.object({ scopes: z.array(z.string()).default([]) }).default({ scopes: [] }),
});

const flag = z.boolean().default(false);

const user = z.object({
  id: z.string(),
  team_id: z.string().default(''),
  deleted: flag,
  is_admin: flag,
  is_owner: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  is_stranger: flag,
  is_bot: flag,
});

/**
 * One WebClient a token, without the SDK's retries: it would post the same message again after a lost answer, and wait
 * half an hour for a form that lives three seconds.
 */
export function createSlackApis(deps: {
  apiUrl: string;
  fetch: FetchFunction;
  logger: Logger;
  onCall(call: SlackCall): void;
}): (token: string) => SlackApi {
  const apis = new Map<string, SlackApi>();
  return (token) => {
    const known = apis.get(token);
    if (known !== undefined) return known;
    const api = createSlackApi(token);
    apis.set(token, api);
    return api;
  };

  function createSlackApi(token: string): SlackApi {
    const client = createClient(token, 10_000);
    const waitedFor = createClient(token, WAITED_FOR_MS);
    return {
      authTest: async () => {
        const found = await call(client, 'auth.test', {}, identity);
        return {
          teamId: found.team_id,
          botUserId: found.user_id,
          botId: found.bot_id,
          scopes: found.response_metadata.scopes,
        };
      },
      findUser: async (userId) => (await call(waitedFor, 'users.info', { user: userId }, z.object({ user }))).user,
      openView: async (triggerId, view) =>
        (await call(waitedFor, 'views.open', { trigger_id: triggerId, view: JSON.stringify(view) }, openedView)).view,
      pushView: async (triggerId, view) =>
        (await call(waitedFor, 'views.push', { trigger_id: triggerId, view: JSON.stringify(view) }, openedView)).view,
      updateView: async (viewId, view, hash) =>
        (await call(client, 'views.update', { view_id: viewId, hash, view: JSON.stringify(view) }, openedView)).view,
      publishHome: async (userId, view) => {
        await call(client, 'views.publish', { user_id: userId, view: JSON.stringify(view) }, z.object({}));
      },
      postMessage: async (channelId, message, threadTs) => {
        const { channel, ts } = await call(
          client,
          'chat.postMessage',
          {
            channel: channelId,
            thread_ts: threadTs,
            ...toArguments(message),
            unfurl_links: false,
            unfurl_media: false,
          },
          posted,
        );
        return { channelId: channel, ts };
      },
      updateMessage: async (channelId, ts, message) => {
        await call(client, 'chat.update', { channel: channelId, ts, ...toArguments(message) }, z.object({}));
      },
    };
  }

  function createClient(token: string, timeoutMs: number): WebClient {
    return new WebClient(token, {
      slackApiUrl: deps.apiUrl,
      fetch: deps.fetch,
      logger: deps.logger,
      timeout: timeoutMs,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
    });
  }

  async function call<T>(
    client: WebClient,
    method: string,
    args: Record<string, unknown>,
    shape: z.ZodType<T>,
  ): Promise<T> {
    const startedAt = performance.now();
    let result = 'ok';
    try {
      return shape.parse(await client.apiCall(method, args));
    } catch (error) {
      const translated = translate(method, error);
      result = translated instanceof SlackRefusedError ? translated.reason : 'unavailable';
      throw translated;
    } finally {
      deps.onCall({ method, result, ms: performance.now() - startedAt });
    }
  }
}

function translate(method: string, error: unknown): SlackRefusedError | SlackUnavailableError {
  if (error instanceof WebAPIRateLimitedError) return new SlackUnavailableError(method, error.retryAfter * 1000);
  if (error instanceof WebAPIPlatformError && !PASSING_ERRORS.has(error.data.error)) {
    return new SlackRefusedError(method, ERROR_CODE.test(error.data.error) ? error.data.error : 'unreadable_answer');
  }
  return new SlackUnavailableError(method, undefined);
}

/** The SDK puts a body that is no JSON where Slack's error code would be; only a code may be logged. */
const ERROR_CODE = /^[a-z_]{1,64}$/;

/** Error codes by which Slack says that it is in trouble itself. */
const PASSING_ERRORS = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
]);

function toArguments({ text, blocks }: Message) {
  return { text, blocks: JSON.stringify(blocks) };
}
