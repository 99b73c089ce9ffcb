import type { NotDelivered } from '../../add-inbox/request/deliver.ts';
import { type AddInboxRequest, type Announcement, LeaseLostError } from '../../add-inbox/request/request.ts';
import { NotInstalledError, TokenUnreadableError } from '../install/installations.ts';
import { toSlackId } from '../web-api/conversation.ts';
import {
  isRefusal,
  type Message,
  type SlackApi,
  SlackRefusedError,
  SlackUnavailableError,
} from '../web-api/slack-api.ts';
import { isEditRefused, isPostingRefused } from '../web-api/slack-errors.ts';
import { NotBegunError } from '../web-api/slack-fetch.ts';

/** Anything with a thread in Slack: a request or a batch. */
export type Threaded = Pick<
  AddInboxRequest,
  'id' | 'teamId' | 'userId' | 'channelId' | 'resultsChannelId' | 'announcement'
>;

export type PostingDeps<T extends Threaded> = {
  /**
   * @throws NotInstalledError where the bot is not installed in the workspace
   * @throws TokenUnreadableError where the workspace's token can't be decrypted
   */
  apiOf(teamId: string): Promise<SlackApi>;
  /**
   * Tells the person in the command's conversation that the result is in their DM. Best effort. Left out where the message itself
   * says what it is about.
   */
  explainDm?(about: T, isStillOurs: () => boolean): Promise<void>;
  onIgnored(about: T, error: unknown): void;
};

/**
 * Posts the first message of a thread and keeps it current. A post whose answer is lost counts as not delivered and is repeated:
 * a duplicate message is less harmful than a missing result. The message goes to another conversation only where Slack's refusal
 * is about the conversation; after any other refusal it is tried again later. Each call asks `isStillOurs` right before its first
 * byte.
 */
export function createPosting<T extends Threaded>({ apiOf, explainDm, onIgnored }: PostingDeps<T>) {
  return { delivering, post, postToDm, updated };

  async function delivering<Delivered>(
    about: T,
    isStillOurs: () => boolean,
    deliver: (api: SlackApi) => Promise<Delivered>,
  ): Promise<Delivered | NotDelivered> {
    try {
      return await deliver((await apiOf(about.teamId)).whileStillOurs(isStillOurs));
    } catch (error) {
      if (error instanceof NotBegunError) throw new LeaseLostError(about.id);
      if (error instanceof SlackUnavailableError) return { kind: 'later', retryAfterMs: error.retryAfterMs };
      if (error instanceof TokenUnreadableError) return { kind: 'later', retryAfterMs: undefined };
      if (error instanceof NotInstalledError) return { kind: 'cannot_post' };
      if (!(error instanceof SlackRefusedError)) throw error;
      onIgnored(about, error);
      return isPostingRefused(error.reason) ? { kind: 'cannot_post' } : { kind: 'later', retryAfterMs: undefined };
    }
  }

  /** Posts in the channel for results, else in the command's channel; in the person's DM where the bot can't post there. */
  async function post(
    api: SlackApi,
    about: T,
    render: (about: T) => Message,
    isStillOurs: () => boolean,
  ): Promise<Announcement> {
    const known = about.announcement;
    try {
      const surface = known?.surface ?? 'channel';
      const channelId = known?.channelId ?? about.resultsChannelId ?? toSlackId(about.channelId);
      return { ...(await api.postMessage(channelId, render(about))), surface };
    } catch (error) {
      if (!isRefusal(error, isPostingRefused) || known?.surface === 'dm') throw error;
      return postToDm(api, about, render, isStillOurs);
    }
  }

  async function postToDm(
    api: SlackApi,
    about: T,
    render: (about: T) => Message,
    isStillOurs: () => boolean,
  ): Promise<Announcement> {
    const inDm = { channelId: about.userId, ts: '', surface: 'dm' } as const;
    const posted = await api.postMessage(about.userId, render({ ...about, announcement: inDm }));
    // The message is posted already. A failure here must not post it again.
    await explainDm?.(about, isStillOurs).catch((error: unknown) => onIgnored(about, error));
    return { ...posted, surface: 'dm' };
  }

  /** False where the message is gone or can no longer be changed. */
  async function updated(api: SlackApi, { channelId, ts }: Pick<Announcement, 'channelId' | 'ts'>, message: Message) {
    try {
      await api.updateMessage(channelId, ts, message);
      return true;
    } catch (error) {
      if (isRefusal(error, isEditRefused)) return false;
      throw error;
    }
  }
}
