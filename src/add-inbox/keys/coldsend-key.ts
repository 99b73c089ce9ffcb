/** `works`: ColdSend took it last time. `unchecked`: ColdSend could not be asked yet. `refused`: 401, or 403 for its scopes. */
export const STORED_KEY_STATUSES = ['works', 'unchecked', 'refused'] as const;

/** `unreadable` is never stored: the key can't be opened, or what is stored beside it can't be read. */
export type KeyStatus = (typeof STORED_KEY_STATUSES)[number] | 'unreadable';

/** Which key of a workspace: the one of a client, bound to one of its channels; '' and '' name the workspace's own. */
export type KeyName = { teamId: string; channelId: string; label: string };

/** What may be shown of an API key that is stored for a workspace. A client with several channels has one for each. */
export type ColdsendKey = KeyName & {
  /** Another one for each key that was ever stored, so that a late answer for an old one never marks the new one. */
  version: number;
  /** Another one each time it was written, also where only the channels of its client changed. */
  revision: string;
  lastFour: string;
  storedBy: string;
  storedAt: number;
  status: KeyStatus;
  /** The scopes ColdSend named as missing; empty unless refused for them. */
  missingScopes: string[];
  /** When `status` was last learned; undefined while unchecked. */
  checkedAt: number | undefined;
};

/**
 * What a form or button about one key is made for: as long as it stays the same, nobody has stored, changed or removed that
 * key. `removals` differs once any key of the workspace was removed, so that one that is not there is not stored twice.
 */
export function keyStamp(keys: ColdsendKey[], label: string, removals: string): string {
  return keys.find((key) => key.label === label)?.revision ?? `none.${removals}`;
}

/** A key's form as ColdSend documents it; no length is promised. Cleaned before it is tried. */
export const KEY_FORMAT = /^cs_live_[A-Za-z0-9_-]{1,200}$/;

/** A client's label has to fit beside other words, and into the form's memory. */
export const MAX_LABEL = 40;

/** The key that a request is sent with. The label counts too: the channel may have become another client's since. */
export function keyNameOf(request: { teamId: string; keyChannelId: string; client: string }): KeyName {
  return { teamId: request.teamId, channelId: request.keyChannelId, label: request.client };
}
