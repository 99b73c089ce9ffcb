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
  /** For a client, with all of its future channels. */
  owner: KeyOwner;
  /** True if the client must not have a key yet. */
  isNew: boolean;
  /** The version that the form was opened with; see `keyStamp`. */
  stamp: string;
};

export type KeyToSave = {
  teamId: string;
  /** For a client, with all of its channels from now on. */
  owner: KeyOwner;
  apiKey: string;
  storedBy: string;
  status: KeyStatus;
  missingScopes: string[];
};

/**
 * `stored` has the facts about the key, the reason if it could not be checked, and the channels that are newly the client's. All
 * other results leave the stored keys unchanged.
 */
export type KeyStored =
  | { kind: 'stored'; key: ColdsendKey; unchecked: UncheckedWhy | undefined; newChannelIds: string[] }
  | KeyNotStored;

export type KeyNotStored =
  | { kind: 'not_a_key' }
  | { kind: 'not_a_label' }
  | { kind: 'label_taken' }
  | { kind: 'no_channel' }
  /** These channels already belong to this other client. */
  | { kind: 'channel_taken'; by: string; channelIds: string[] }
  /** The bot can't post there, or these channels don't exist in this workspace. */
  | { kind: 'cannot_post'; channelIds: string[] }
  /** Someone has stored, changed or removed the key since the form was opened. */
  | { kind: 'outdated' }
  /** Slack did not clearly say whether the bot can post there. */
  | { kind: 'slack_silent' }
  /** The client's stored key can't be bound to other channels because it can't be opened. */
  | { kind: 'key_unreadable' }
  | Extract<KeyCheck, { kind: 'refused' | 'missing_scopes' | 'wrong_address' | 'proxy_login' }>;

/** Whether the bot can post in a channel, according to Slack. The check posts nothing, so nobody in the channel notices it. */
export type CheckChannel = (channelId: string) => Promise<'ok' | 'cannot_post' | 'slack_silent'>;

type StoreKeyDeps = {
  /** Takes a slot of the key within ColdSend's rate limit; false if it has none left now. */
  reserveSlot(apiKey: string): Promise<boolean>;
  checkKey(apiKey: string, options: { timeoutMs: number }): Promise<KeyCheck>;
  list(teamId: string): Promise<OwnedKey[]>;
  /** The current stamp for a form about this owner's key. */
  keyStamp(teamId: string, owner: OwnerName): Promise<string>;
  /**
   * Stores the key and makes the requests that waited for it due at once. If `stamp` is outdated, it does neither and returns
   * undefined.
   */
  save(key: KeyToSave & { stamp: string }): Promise<ColdsendKey | undefined>;
  /** Called once requests that waited for the key are due. */
  wake(): void;
};

/**
 * Checks a ColdSend key and stores it in place of the previous one. Requests that waited for a key continue.
 *
 * @param withinMs the time limit of the check; a key that could not be checked in that time is stored as unchecked
 * @param checkChannel called for each channel that was not the client's before
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

/** The reason that a client can't have these channels; undefined if there is none. */
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

/** The channels that do not belong to the owner yet. */
export function findNew(owner: KeyOwner, keys: OwnedKey[]): string[] {
  const stored = findKeyOf(keys, owner);
  const before = new Set(stored && channelsOf(stored.owner));
  return channelsOf(owner).filter((channelId) => !before.has(channelId));
}

/** The channels where the bot can't post or Slack gave no clear answer; undefined if the bot can post in all of them. */
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
