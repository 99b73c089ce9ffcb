import { type ColdsendKey, KEY_FORMAT, type KeyStatus, LONGEST_LABEL } from './coldsend-key.ts';
import type { KeyTrial, UncheckedWhy } from './key-trial.ts';

/** A client and all channels its key is for. */
export type Client = { label: string; channelIds: string[] };

export type KeyToStore = {
  teamId: string;
  userId: string;
  apiKey: string;
  /** Whose key it is; undefined: the workspace's own. */
  client: Client | undefined;
  /** The client must not have a key yet. */
  isNew: boolean;
};

/**
 * `stored` is told with what is known of the key, and why it could not be checked where that is so; everything else left the
 * stored keys as they were.
 */
export type KeyStored = { kind: 'stored'; key: ColdsendKey; unchecked: UncheckedWhy | undefined } | KeyNotStored;

export type KeyNotStored =
  | { kind: 'not_a_key' }
  | { kind: 'not_a_label' }
  | { kind: 'label_taken' }
  | { kind: 'no_channel' }
  /** One of the channels is this other client's already. */
  | { kind: 'channel_taken'; by: string }
  /** The bot can't post there, or there is no such channel in this workspace. */
  | { kind: 'cannot_post'; channelId: string }
  /** Slack did not say whether the bot can post there. */
  | { kind: 'slack_silent' }
  | Extract<KeyTrial, { kind: 'refused' | 'missing_scopes' | 'wrong_address' | 'proxy_login' }>;

/** Whether the bot can post in a channel; says there whose channel it is from now on. */
export type Introduce = (channelId: string) => Promise<'ok' | 'cannot_post' | 'slack_silent'>;

export type StoreKeyDeps = {
  /** Takes one of the key's turns within ColdSend's rate limit; false where it has none left now. */
  takeTurn(apiKey: string): Promise<boolean>;
  tryKey(apiKey: string, options: { timeoutMs: number }): Promise<KeyTrial>;
  list(teamId: string): Promise<ColdsendKey[]>;
  /** Stores it, and makes what waits for it due at once: both or neither. */
  save(key: {
    teamId: string;
    client?: Client;
    apiKey: string;
    storedBy: string;
    status: KeyStatus;
    missingScopes: string[];
  }): Promise<ColdsendKey>;
  /** Called once requests that waited for the key are due. */
  wake(): void;
};

/**
 * Tries a ColdSend key and stores it, in place of the one that was there; requests that waited for a key go on.
 *
 * @param withinMs how long the trial may take; a key that could not be tried in that time is stored as unchecked
 * @param introduce asked for each channel that was not the client's before
 */
export function createStoreKey(
  deps: StoreKeyDeps,
): (toStore: KeyToStore, withinMs: number, introduce?: Introduce) => Promise<KeyStored> {
  return async (toStore, withinMs, introduce) => {
    const { teamId, userId, client } = toStore;
    const apiKey = toStore.apiKey.trim();
    const keys = client === undefined ? [] : await deps.list(teamId);
    const mistake = client && findMistake(client, keys, toStore.isNew);
    if (mistake !== undefined) return mistake;
    if (!KEY_FORMAT.test(apiKey)) return { kind: 'not_a_key' };
    const trial = await tryInTurn(apiKey, withinMs);
    if (trial.kind !== 'works' && trial.kind !== 'unchecked') return trial;
    const closed = client && (await findClosed(client, keys, introduce));
    if (closed !== undefined) return closed;
    const key = await deps.save({
      teamId,
      ...(client && { client }),
      apiKey,
      storedBy: userId,
      status: trial.kind,
      missingScopes: [],
    });
    deps.wake();
    return { kind: 'stored', key, unchecked: trial.kind === 'unchecked' ? trial.why : undefined };
  };

  async function tryInTurn(apiKey: string, timeoutMs: number): Promise<KeyTrial> {
    if (await deps.takeTurn(apiKey)) return deps.tryKey(apiKey, { timeoutMs });
    return { kind: 'unchecked', why: 'rate_limited' };
  }
}

/** What keeps a client from having these channels; undefined where nothing does. */
export function findMistake(
  { label, channelIds }: Client,
  keys: ColdsendKey[],
  isNew: boolean,
): KeyNotStored | undefined {
  if (label === '' || label.length > LONGEST_LABEL) return { kind: 'not_a_label' };
  if (isNew && keys.some((key) => key.label.toLowerCase() === label.toLowerCase())) return { kind: 'label_taken' };
  if (channelIds.length === 0) return { kind: 'no_channel' };
  const taken = keys.find((key) => key.label !== label && channelIds.includes(key.channelId));
  return taken && { kind: 'channel_taken', by: taken.label };
}

/** The first of the channels new to the client where the bot can't post; undefined where it can in all of them. */
export async function findClosed(
  { label, channelIds }: Client,
  keys: ColdsendKey[],
  introduce: Introduce = async () => 'ok',
): Promise<KeyNotStored | undefined> {
  const before = new Set(keys.filter((key) => key.label === label).map(({ channelId }) => channelId));
  const added = channelIds.filter((channelId) => !before.has(channelId));
  const answers = await Promise.all(
    added.map(async (channelId) => ({ channelId, answer: await introduce(channelId) })),
  );
  const closed = answers.find(({ answer }) => answer !== 'ok');
  if (closed === undefined) return undefined;
  const { channelId, answer } = closed;
  return answer === 'slack_silent' ? { kind: answer } : { kind: 'cannot_post', channelId };
}
