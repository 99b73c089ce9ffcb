import { cleanText } from '../account/clean-text.ts';
import { type ColdsendKey, KEY_FORMAT, type KeyStatus, MAX_CLIENT_NAME, type OwnedKey } from './coldsend-key.ts';
import type { KeyCheck, UncheckedWhy } from './key-check.ts';
import {
  type Client,
  channelsOf,
  clientsOf,
  findKeyOf,
  isSameOwner,
  type KeyOwner,
  type OwnerName,
} from './key-owner.ts';

export type KeyToStore = {
  teamId: string;
  userId: string;
  apiKey: string;
  /** With all channels that are to be a client's. */
  owner: KeyOwner;
  /** The client must not have a key yet. */
  isNew: boolean;
  /** What the form was made for; see `keyStamp`. */
  stamp: string;
};

/**
 * `stored` is told with what is known of the key, why it could not be checked where that is so, and the channels that are the
 * client's from now on and were not before; everything else left the stored keys as they were.
 */
export type KeyStored =
  | { kind: 'stored'; key: ColdsendKey; unchecked: UncheckedWhy | undefined; newChannelIds: string[] }
  | KeyNotStored;

export type KeyNotStored =
  | { kind: 'not_a_key' }
  | { kind: 'not_a_label' }
  | { kind: 'label_taken' }
  | { kind: 'no_channel' }
  /** These of the channels are this other client's already. */
  | { kind: 'channel_taken'; by: string; channelIds: string[] }
  /** The bot can't post there, or there are no such channels in this workspace. */
  | { kind: 'cannot_post'; channelIds: string[] }
  /** Somebody has stored, changed or removed the key since the form was opened. */
  | { kind: 'outdated' }
  /** Slack gave no clear answer to the question if the bot can post there. */
  | { kind: 'slack_silent' }
  /** The client's stored key can't be bound to other channels, because it can't be opened. */
  | { kind: 'key_unreadable' }
  | Extract<KeyCheck, { kind: 'refused' | 'missing_scopes' | 'wrong_address' | 'proxy_login' }>;

/** Whether the bot can post in a channel, as far as Slack says without a post; nobody in the channel notices. */
export type CheckChannel = (channelId: string) => Promise<'ok' | 'cannot_post' | 'slack_silent'>;

export type StoreKeyDeps = {
  /** Takes one of the key's slots within ColdSend's rate limit; false where it has none left now. */
  reserveSlot(apiKey: string): Promise<boolean>;
  checkKey(apiKey: string, options: { timeoutMs: number }): Promise<KeyCheck>;
  list(teamId: string): Promise<OwnedKey[]>;
  /** What a form about this owner's key would be made for now. */
  keyStamp(teamId: string, owner: OwnerName): Promise<string>;
  /** Stores it, and makes what waits for it due at once: both, or neither and undefined where `stamp` is outdated. */
  save(key: {
    teamId: string;
    owner: KeyOwner;
    apiKey: string;
    storedBy: string;
    status: KeyStatus;
    missingScopes: string[];
    stamp: string;
  }): Promise<ColdsendKey | undefined>;
  /** Called once requests that waited for the key are due. */
  wake(): void;
};

/**
 * Checks a ColdSend key and stores it, in place of the one that was there; requests that waited for a key go on.
 *
 * @param withinMs how long the check may take; a key that could not be checked in that time is stored as unchecked
 * @param checkChannel asked for each channel that was not the client's before
 */
export function createStoreKey(
  deps: StoreKeyDeps,
): (toStore: KeyToStore, withinMs: number, checkChannel?: CheckChannel) => Promise<KeyStored> {
  return async (toStore, withinMs, checkChannel) => {
    const { teamId, userId, owner, stamp } = toStore;
    const apiKey = cleanText(toStore.apiKey);
    const keys = owner.kind === 'client' ? await deps.list(teamId) : [];
    const mistake = owner.kind === 'client' ? findMistake(owner, keys, toStore.isNew) : undefined;
    if (mistake !== undefined) return mistake;
    if ((await deps.keyStamp(teamId, owner)) !== stamp) return { kind: 'outdated' };
    if (!KEY_FORMAT.test(apiKey)) return { kind: 'not_a_key' };
    const checked = await checkWithSlot(apiKey, withinMs);
    if (checked.kind !== 'works' && checked.kind !== 'unchecked') return checked;
    const newChannelIds = findNew(owner, keys);
    const closed = await findClosed(newChannelIds, checkChannel);
    if (closed !== undefined) return closed;
    const key = await deps.save({
      teamId,
      owner,
      apiKey,
      storedBy: userId,
      status: checked.kind,
      missingScopes: [],
      stamp,
    });
    if (key === undefined) return { kind: 'outdated' };
    deps.wake();
    return { kind: 'stored', key, unchecked: checked.kind === 'unchecked' ? checked.why : undefined, newChannelIds };
  };

  async function checkWithSlot(apiKey: string, timeoutMs: number): Promise<KeyCheck> {
    if (await deps.reserveSlot(apiKey)) return deps.checkKey(apiKey, { timeoutMs });
    return { kind: 'unchecked', why: 'rate_limited' };
  }
}

/** What keeps a client from having these channels; undefined where nothing does. */
export function findMistake(client: Client, keys: OwnedKey[], isNew: boolean): KeyNotStored | undefined {
  const { name, channelIds } = client;
  const clients = clientsOf(keys);
  if (name === '' || name.length > MAX_CLIENT_NAME) return { kind: 'not_a_label' };
  if (isNew && clients.some((other) => other.name.toLowerCase() === name.toLowerCase())) return { kind: 'label_taken' };
  if (channelIds.length === 0) return { kind: 'no_channel' };
  for (const other of clients.filter((each) => !isSameOwner(each, client))) {
    const theirs = other.channelIds.filter((channelId) => channelIds.includes(channelId));
    if (theirs.length > 0) return { kind: 'channel_taken', by: other.name, channelIds: theirs };
  }
  return undefined;
}

/** The channels that are not the owner's yet. */
export function findNew(owner: KeyOwner, keys: OwnedKey[]): string[] {
  const stored = findKeyOf(keys, owner);
  const before = new Set(stored && channelsOf(stored.owner));
  return channelsOf(owner).filter((channelId) => !before.has(channelId));
}

/** Those of the channels where the bot can't post, or that Slack did not say; undefined where it can in all of them. */
export async function findClosed(
  channelIds: string[],
  check: CheckChannel = async () => 'ok',
): Promise<KeyNotStored | undefined> {
  const answers = await Promise.all(
    channelIds.map(async (channelId) => ({ channelId, answer: await check(channelId) })),
  );
  const closed = answers.filter(({ answer }) => answer === 'cannot_post').map(({ channelId }) => channelId);
  if (closed.length > 0) return { kind: 'cannot_post', channelIds: closed };
  return answers.some(({ answer }) => answer === 'slack_silent') ? { kind: 'slack_silent' } : undefined;
}
