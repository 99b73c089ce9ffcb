import { randomUUID } from 'node:crypto';
import { stringify } from 'node:querystring';
import type { HomeView, KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import { abortLate } from '../../add-inbox/worker/time-limit.ts';
import { dropOldest } from '../../operations/drop-oldest.ts';
import { findErrorCode } from '../../operations/log/log.ts';
import { type Downloaded, downloadFile } from './download-file.ts';
import { isInTrouble, isTokenDead, isViewGone } from './slack-errors.ts';
import { NotBegunError, type SlackFetch } from './slack-fetch.ts';
import { type Arguments, type TextFile, type UploadDeps, uploadFiles } from './upload-files.ts';

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
  constructor(method: string, retryAfterMs: number | undefined, cause?: unknown) {
    super(method, { cause });
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

/** The time limit of a call. */
const ANSWERED_WITHIN_MS = 10_000;

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

/** `error`: the reason that the call failed. Its message may quote the call. */
export type SlackCall = { method: string; result: string; ms: number; error: unknown };

/** Only a real error code is used and logged. */
const verdict = z.looseObject({
  ok: z.boolean().default(false),
  error: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/)
    .optional()
    .catch(undefined),
});

const openedView = z.object({ view: z.object({ id: z.string(), hash: z.string() }) });

const linked = z.object({ permalink: z.url({ protocol: /^https?$/ }) });

const posted = z.object({ channel: z.string(), ts: z.string() });

const identity = z.object({
  team_id: z.string(),
  team: z.string().default(''),
  user_id: z.string(),
  bot_id: z.string(),
  is_enterprise_install: z.boolean().catch(false),
  scopes: z.string(),
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

/** How a call is made. `isRenewed`: the token is already a renewed one. */
type Caller = { token: string; timeoutMs: number; isStillOurs: (() => boolean) | undefined; isRenewed?: true };

/**
 * Calls Slack without the SDK's WebClient, which prepares debug lines that nobody reads for each call. Nothing is retried here: a
 * message would be posted again after a lost answer, and a form whose `trigger_id` lives 3 s would be opened for half an hour.
 */
export function createSlackApis(deps: {
  apiUrl: string;
  fetch: SlackFetch;
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
    const client = { token, timeoutMs: ANSWERED_WITHIN_MS, isStillOurs };
    const waitedFor = { ...client, timeoutMs: WAITED_FOR_MS };
    const opener = { ...client, timeoutMs: OPENED_WITHIN_MS };
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
          scopes: found.scopes.split(',').flatMap((scope) => scope.trim() || []),
        };
      },
      revoke: async () => {
        await call(client, 'auth.revoke', {}, taken);
      },
      findUser: async (userId) => (await call(waitedFor, 'users.info', { user: userId }, foundUser)).user,
      openView: (triggerId, view) => show('views.open', triggerId, view),
      pushView: (triggerId, view) => show('views.push', triggerId, view),
      updateView: async (viewId, view, hash) =>
        (await call(client, 'views.update', { view_id: viewId, hash, view: JSON.stringify(view) }, openedView)).view,
      publishHome: async (userId, view) => {
        await call(client, 'views.publish', { user_id: userId, view: JSON.stringify(view) }, taken);
      },
      postMessage: (channelId, message, threadTs) => post(client, channelId, message, threadTs),
      postNow: (channelId, message) => post(waitedFor, channelId, message, undefined),
      getPermalink: async (channelId, ts) =>
        (await call(waitedFor, 'chat.getPermalink', { channel: channelId, message_ts: ts }, linked)).permalink,
      updateMessage: async (channelId, ts, message) => {
        await call(client, 'chat.update', { channel: channelId, ts, ...toArguments(message) }, taken);
      },
      listUserGroups: async () => (await call(waitedFor, 'usergroups.list', {}, userGroups)).usergroups,
      listGroupMembers: async (groupId) =>
        (await call(waitedFor, 'usergroups.users.list', { usergroup: groupId }, groupMembers)).users,
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
        return (await call(opener, method, { trigger_id: triggerId, view: named }, openedView)).view;
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

  async function post(client: Caller, channelId: string, message: Message, threadTs: string | undefined) {
    const args = { channel: channelId, thread_ts: threadTs, ...toArguments(message) };
    const quiet = { unfurl_links: false, unfurl_media: false };
    const { channel, ts } = await call(client, 'chat.postMessage', { ...args, ...quiet }, posted);
    return { channelId: channel, ts };
  }

  async function call<T>(caller: Caller, method: string, args: Arguments, shape: z.ZodType<T>): Promise<T> {
    const startedAt = performance.now();
    let result = 'ok';
    let thrown: unknown;
    try {
      return shape.parse(await ask(caller, method, args));
    } catch (error) {
      thrown = error;
      const isKnown = isOfSlack(error) || error instanceof NotBegunError;
      const translated = isKnown ? error : new SlackUnavailableError(method, undefined, error);
      result = resultOf(translated);
      const mayRenew = isTokenDead(result) && caller.isRenewed !== true && method !== 'auth.revoke';
      // A failed look-up says less about the call than Slack's own answer.
      const fresh = mayRenew ? await deps.renewToken?.(caller.token).catch(() => undefined) : undefined;
      if (fresh === undefined) throw translated;
      return await call({ ...caller, token: fresh, isRenewed: true }, method, args, shape);
    } finally {
      deps.onCall({ method, result, ms: performance.now() - startedAt, error: thrown });
    }
  }

  /** Slack's answer to a form, with the scopes of the token. Throws SlackRefusedError, SlackUnavailableError, or why there was no answer. */
  async function ask({ token, timeoutMs, isStillOurs }: Caller, method: string, args: Arguments): Promise<object> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' };
    const body = stringify(Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)));
    const answer = await abortLate(timeoutMs, ({ signal }) =>
      deps.fetch(`${deps.apiUrl}${method}`, { method: 'POST', headers, body, signal, isStillOurs }),
    );
    const retryAfterMs = readRetryAfter(answer.headers.get('retry-after'));
    if (answer.status !== 200) {
      throw new SlackUnavailableError(method, retryAfterMs, Object.assign(new Error(), { statusCode: answer.status }));
    }
    const { ok, error, ...said } = verdict.parse(await answer.json());
    if (ok) return { ...said, scopes: answer.headers.get('x-oauth-scopes') ?? '' };
    if (error === undefined || isInTrouble(error) || retryAfterMs !== undefined) {
      throw new SlackUnavailableError(method, retryAfterMs);
    }
    throw new SlackRefusedError(method, error);
  }
}

/** The wait that Slack asks for in seconds; undefined where it names none. */
function readRetryAfter(header: string | null): number | undefined {
  if (header === null || !/^-?\d{1,9}$/.test(header)) return undefined;
  return Math.min(Math.max(Number(header) * 1000, SHORTEST_WAIT_MS), MAX_WAIT_MS);
}

function resultOf(error: SlackRefusedError | SlackUnavailableError | NotBegunError): string {
  if (error instanceof NotBegunError) return error.code;
  if (error instanceof SlackRefusedError) return error.reason;
  return findErrorCode(error) === 'HTTP_429' ? 'ratelimited' : 'unavailable';
}

function toArguments({ text, blocks }: Message) {
  return { text, blocks: JSON.stringify(blocks) };
}
