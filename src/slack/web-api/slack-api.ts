import { randomUUID } from 'node:crypto';
import type { HomeView, KnownBlock, ModalView } from '@slack/types';
import {
  type Logger,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import { z } from 'zod';
import { abortLate } from '../../add-inbox/worker/time-limit.ts';
import { dropOldest } from '../../operations/drop-oldest.ts';
import { type Downloaded, downloadFile } from './download-file.ts';
import { isInTrouble, isTokenDead, isViewGone } from './slack-errors.ts';
import { NotBegunError, type SlackFetch } from './slack-fetch.ts';
import { type TextFile, type UploadDeps, uploadFiles } from './upload-files.ts';

/** Slack refused the call with one of its error codes. */
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

/** Whether Slack answered with one of these codes: see slack-errors.ts. */
export function isRefusal(error: unknown, isMeant: (code: string) => boolean): error is SlackRefusedError {
  return error instanceof SlackRefusedError && isMeant(error.reason);
}

/** Slack did not accept the call, or its answer is missing. The call may be repeated later. */
export class SlackUnavailableError extends Error {
  readonly code = 'slack_unavailable';
  readonly method: string;
  /** The wait that Slack asks for, from a second to an hour; undefined without a readable answer. */
  readonly retryAfterMs: number | undefined;
  constructor(method: string, retryAfterMs: number | undefined) {
    super(method);
    this.name = 'SlackUnavailableError';
    this.method = method;
    this.retryAfterMs = retryAfterMs;
  }
}

/** True where Slack or the network caused the failure; any other error is a defect of the bot. */
export function isOfSlack(error: unknown): error is SlackRefusedError | SlackUnavailableError {
  return error instanceof SlackRefusedError || error instanceof SlackUnavailableError;
}

/** A view may not be open. `isCertain`: it is certainly not open. */
export class NotOpenedError extends Error {
  readonly code = 'not_opened';
  readonly externalId: string;
  readonly isCertain: boolean;
  constructor(externalId: string, isCertain: boolean, cause: unknown) {
    super('it is unknown if the view is open', { cause });
    this.name = 'NotOpenedError';
    this.externalId = externalId;
    this.isCertain = isCertain;
  }
}

/** Kept for the workspaces that were active last. */
const MAX_KEPT = 500;

/** For calls that a person waits for within Slack's 3 s. */
const WAITED_FOR_MS = 1_500;

/** Slack drops a `trigger_id` after 3 s, so a view that is not open by then stays closed. */
const OPENED_WITHIN_MS = 4_000;

/** Applies to any smaller Retry-After, since Slack counts its limits by the minute. */
const SHORTEST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 60 * 60_000;

export type Message = { text: string; blocks: KnownBlock[] };

export type OpenedView = { id: string; hash: string };

/** The methods of Slack's Web API that the bot uses, with one token. Each throws SlackRefusedError or SlackUnavailableError. */
export type SlackApi = {
  /** The same methods, each calling `isStillOurs` right before its first byte. Throws NotBegunError where it returns false. */
  whileStillOurs(isStillOurs: () => boolean): SlackApi;
  /** `isOrgWide`: the token belongs to a whole organization, and `teamId` may be the organization's id. */
  authTest(): Promise<{
    teamId: string;
    teamName: string;
    botUserId: string;
    botId: string;
    isOrgWide: boolean;
    scopes: string[];
  }>;
  /** Revokes the token. */
  revoke(): Promise<void>;
  findUser(userId: string): Promise<SlackUser>;
  /** Also resolves where Slack's answer is lost but the view is found open. Throws NotOpenedError. */
  openView(triggerId: string, view: ModalView): Promise<OpenedView>;
  /** As `openView`, on top of the modal that the trigger comes from. */
  pushView(triggerId: string, view: ModalView): Promise<OpenedView>;
  /** With `hash`, updates the view only if it has not changed since. */
  updateView(viewId: string, view: ModalView, hash?: string): Promise<OpenedView>;
  publishHome(userId: string, view: HomeView): Promise<void>;
  /** `channelId` may be a user id; the message then goes to the bot's DM with that person. */
  postMessage(channelId: string, message: Message, threadTs?: string): Promise<{ channelId: string; ts: string }>;
  /** As `postMessage`, with a short time limit for a person who waits for the answer. */
  postNow(channelId: string, message: Message): Promise<{ channelId: string; ts: string }>;
  /** The address of a message. */
  getPermalink(channelId: string, ts: string): Promise<string>;
  updateMessage(channelId: string, ts: string, message: Message): Promise<void>;
  listUserGroups(): Promise<UserGroup[]>;
  /** The ids of a user group's members. */
  listGroupMembers(groupId: string): Promise<string[]>;
  /** Puts text files into a conversation that the bot is in, as one message. */
  uploadFiles(channelId: string, files: readonly TextFile[], threadTs?: string): Promise<void>;
  /** A file that only its id is known of. */
  findFile(fileId: string): Promise<SlackFile>;
  /** Never throws. @param url the file's `url_private_download` */
  downloadFile(url: string): Promise<Downloaded>;
  deleteFile(fileId: string): Promise<void>;
};

export type UserGroup = z.output<typeof userGroup>;

export type SlackUser = z.output<typeof user>;

export type SlackFile = z.output<typeof foundFile>['file'];

/** The API for each token; `forget` drops the cached client of a token that is no longer used. */
export type SlackApis = ((token: string) => SlackApi) & { forget(token: string): void };

/** `error`: the SDK's error, whose message may quote a token. */
export type SlackCall = { method: string; result: string; ms: number; error: unknown };

const openedView = z.object({ view: z.object({ id: z.string(), hash: z.string() }) });

const linked = z.object({ permalink: z.url({ protocol: /^https?$/ }) });

const posted = z.object({ channel: z.string(), ts: z.string() });

const identity = z.object({
  team_id: z.string(),
  team: z.string().default(''),
  user_id: z.string(),
  bot_id: z.string(),
  is_enterprise_install: z.boolean().catch(false),
  response_metadata: z.object({ scopes: z.array(z.string()).default([]) }).default({ scopes: [] }),
});

const userGroup = z.object({ id: z.string(), name: z.string().default(''), handle: z.string().default('') });

const flag = z.boolean().default(false);

const user = z.object({
  id: z.string(),
  /** As the person wrote it; the short name where they did not. */
  real_name: z.string().default(''),
  name: z.string().default(''),
  team_id: z.string().default(''),
  deleted: flag,
  is_admin: flag,
  is_owner: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  is_stranger: flag,
  is_bot: flag,
  /** The address is there only with the scope users:read.email. */
  profile: z.object({ email: z.string().optional() }).nullish().catch(undefined),
  enterprise_user: z.object({ teams: z.array(z.string()).optional() }).nullish(),
});

/* Created once: zod compiles a schema at its first use, which costs more than the rest of a call. */
const foundUser = z.object({ user });
const userGroups = z.object({ usergroups: z.array(userGroup) });
const groupMembers = z.object({ users: z.array(z.string()) });
const taken = z.object({});
const foundFile = z.object({
  file: z.object({ name: z.string().default(''), size: z.number().default(0), url_private_download: z.string() }),
});

/**
 * One WebClient for each token, without the SDK's retries. These would post a message again after a lost answer, and retry for
 * half an hour to open a form whose `trigger_id` lives 3 s.
 */
export function createSlackApis(deps: {
  apiUrl: string;
  fetch: SlackFetch;
  logger: Logger;
  onCall(call: SlackCall): void;
  /** Called where Slack refused the token itself. Resolves with the workspace's current token, if it is a different one. */
  renewToken?(token: string): Promise<string | undefined>;
}): SlackApis {
  const apis = new Map<string, SlackApi>();
  return Object.assign(apiOf, { forget: (token: string) => void apis.delete(token) });

  function apiOf(token: string): SlackApi {
    const api = apis.get(token) ?? createSlackApi(token);
    apis.delete(token);
    apis.set(token, api);
    dropOldest(apis, MAX_KEPT);
    return api;
  }

  function createSlackApi(token: string, isStillOurs?: () => boolean): SlackApi {
    const client = createClient(token, 10_000, isStillOurs);
    const waitedFor = lazily(() => createClient(token, WAITED_FOR_MS, isStillOurs));
    const opener = lazily(() => createClient(token, OPENED_WITHIN_MS, isStillOurs));
    return {
      whileStillOurs: (asked) => createSlackApi(token, asked),
      authTest: async () => {
        const found = await call(client, 'auth.test', {}, identity);
        return {
          teamId: found.team_id,
          teamName: found.team,
          botUserId: found.user_id,
          botId: found.bot_id,
          isOrgWide: found.is_enterprise_install || found.team_id.startsWith('E'),
          scopes: found.response_metadata.scopes,
        };
      },
      revoke: async () => {
        await call(client, 'auth.revoke', {}, taken);
      },
      findUser: async (userId) => (await call(waitedFor(), 'users.info', { user: userId }, foundUser)).user,
      openView: (triggerId, view) => show('views.open', triggerId, view),
      pushView: (triggerId, view) => show('views.push', triggerId, view),
      updateView: async (viewId, view, hash) =>
        (await call(client, 'views.update', { view_id: viewId, hash, view: JSON.stringify(view) }, openedView)).view,
      publishHome: async (userId, view) => {
        await call(client, 'views.publish', { user_id: userId, view: JSON.stringify(view) }, taken);
      },
      postMessage: (channelId, message, threadTs) => post(client, channelId, message, threadTs),
      postNow: (channelId, message) => post(waitedFor(), channelId, message, undefined),
      getPermalink: async (channelId, ts) =>
        (await call(waitedFor(), 'chat.getPermalink', { channel: channelId, message_ts: ts }, linked)).permalink,
      updateMessage: async (channelId, ts, message) => {
        await call(client, 'chat.update', { channel: channelId, ts, ...toArguments(message) }, taken);
      },
      listUserGroups: async () => (await call(waitedFor(), 'usergroups.list', {}, userGroups)).usergroups,
      listGroupMembers: async (groupId) =>
        (await call(waitedFor(), 'usergroups.users.list', { usergroup: groupId }, groupMembers)).users,
      uploadFiles: async (channelId, files, threadTs) => {
        const uploads: UploadDeps = { call: (...args) => call(client, ...args), fetch: deps.fetch, isStillOurs };
        const isShared = await uploadFiles(uploads, { channelId, files, threadTs });
        if (!isShared) throw new SlackUnavailableError('files.upload', undefined);
      },
      findFile: async (fileId) => (await call(client, 'files.info', { file: fileId }, foundFile)).file,
      downloadFile: (url) => downloadFile({ fetch: deps.fetch, apiUrl: deps.apiUrl, token }, url),
      deleteFile: async (fileId) => {
        await call(client, 'files.delete', { file: fileId }, taken);
      },
    };

    /** Gives the view an `external_id`, which finds it again where Slack's answer is lost. */
    async function show(method: 'views.open' | 'views.push', triggerId: string, view: ModalView): Promise<OpenedView> {
      const external_id = randomUUID();
      const named = JSON.stringify({ ...view, external_id });
      try {
        return (await call(opener(), method, { trigger_id: triggerId, view: named }, openedView)).view;
      } catch (error) {
        const isCertain = !(error instanceof SlackUnavailableError) || error.retryAfterMs !== undefined;
        if (isCertain) throw new NotOpenedError(external_id, isCertain, error);
        const finding = call(client, 'views.update', { external_id, view: named }, openedView);
        const found = await finding.catch((failed: unknown) => {
          throw new NotOpenedError(external_id, isRefusal(failed, isViewGone), error);
        });
        return found.view;
      }
    }
  }

  async function post(client: WebClient, channelId: string, message: Message, threadTs: string | undefined) {
    const args = { channel: channelId, thread_ts: threadTs, ...toArguments(message) };
    const quiet = { unfurl_links: false, unfurl_media: false };
    const { channel, ts } = await call(client, 'chat.postMessage', { ...args, ...quiet }, posted);
    return { channelId: channel, ts };
  }

  function createClient(token: string, timeoutMs: number, isStillOurs: (() => boolean) | undefined): WebClient {
    return new WebClient(token, {
      slackApiUrl: deps.apiUrl,
      fetch: within(timeoutMs, deps.fetch, isStillOurs),
      logger: deps.logger,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
    });
  }

  /** Called at most once for each call, and never for `auth.revoke`, which must not revoke a different token. */
  async function findFresh(client: WebClient, method: string, args: Record<string, unknown>) {
    if (client.token === undefined || args.token !== undefined || method === 'auth.revoke') return undefined;
    return deps.renewToken?.(client.token);
  }

  async function call<T>(
    client: WebClient,
    method: string,
    args: Record<string, unknown>,
    shape: z.ZodType<T>,
  ): Promise<T> {
    const startedAt = performance.now();
    let result = 'ok';
    let thrown: unknown;
    try {
      return shape.parse(await client.apiCall(method, args));
    } catch (error) {
      thrown = error;
      const translated = translate(method, error);
      if (!(translated instanceof NotBegunError)) translated.cause = error;
      result = resultOf(translated);
      const fresh = isTokenDead(result) ? await findFresh(client, method, args) : undefined;
      if (fresh === undefined) throw translated;
      return await call(client, method, { ...args, token: fresh }, shape);
    } finally {
      deps.onCall({ method, result, ms: performance.now() - startedAt, error: thrown });
    }
  }
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Replaces the client's own time limit, which leaves a timer behind for each call that later creates an unseen error. */
function within(timeoutMs: number, fetch: SlackFetch, isStillOurs: (() => boolean) | undefined): SlackFetch {
  return (url, init) => abortLate(timeoutMs, ({ signal }) => fetch(url, { ...init, signal, isStillOurs }));
}

function translate(method: string, error: unknown): SlackRefusedError | SlackUnavailableError | NotBegunError {
  if (error instanceof WebAPIRequestError && error.original instanceof NotBegunError) return error.original;
  const retryAfterMs = findRetryAfter(error);
  if (error instanceof WebAPIPlatformError && retryAfterMs === undefined) {
    const code = errorCode.safeParse(error.data.error);
    if (code.success && !isInTrouble(code.data)) return new SlackRefusedError(method, code.data);
  }
  return new SlackUnavailableError(method, retryAfterMs);
}

/** The wait that Slack asks for; undefined where it names none. */
function findRetryAfter(error: unknown): number | undefined {
  let said: unknown;
  if (error instanceof WebAPIRateLimitedError) said = error.retryAfter;
  if (error instanceof WebAPIPlatformError) said = error.data.response_metadata?.retryAfter;
  if (error instanceof WebAPIHTTPError) said = error.headers['retry-after'];
  const seconds = retryAfter.safeParse(said);
  return seconds.success ? Math.min(Math.max(seconds.data * 1000, SHORTEST_WAIT_MS), MAX_WAIT_MS) : undefined;
}

function resultOf(error: SlackRefusedError | SlackUnavailableError | NotBegunError): string {
  if (error instanceof NotBegunError) return error.code;
  return error instanceof SlackRefusedError ? error.reason : 'unavailable';
}

/** The SDK puts a body that is not JSON in the place of Slack's error code. Only a real code is used and logged. */
const errorCode = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/);

/** Seconds: a number, or a header of digits. */
const retryAfter = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d{1,9}$/)
    .transform(Number),
]);

function toArguments({ text, blocks }: Message) {
  return { text, blocks: JSON.stringify(blocks) };
}
