import type { KeyOwner } from './key-owner.ts';

/** `works`: ColdSend took it last time. `unchecked`: ColdSend could not be asked yet. `refused`: 401, or 403 for its scopes. */
export const STORED_KEY_STATUSES = ['works', 'unchecked', 'refused'] as const;

/** `unreadable` is never stored: the key can't be opened, or what is stored beside it can't be read. */
export type KeyStatus = (typeof STORED_KEY_STATUSES)[number] | 'unreadable';

/** The facts about a stored API key that people may see. */
export type ColdsendKey = {
  teamId: string;
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

export type OwnedKey = ColdsendKey & { owner: KeyOwner };

/**
 * What a form or button about one key is made for: as long as it stays the same, nobody has stored, changed or removed that
 * key. `removals` differs once any key of the workspace was removed, so that one that is not there is not stored twice.
 */
export function keyStamp(key: ColdsendKey | undefined, removals: string): string {
  return key?.revision ?? `none.${removals}`;
}

/** A key's form as ColdSend documents it; no length is promised. Cleaned before it is checked. */
export const KEY_FORMAT = /^cs_live_[A-Za-z0-9_-]{1,200}$/;

/** A client's name has to fit beside other words, and into the form's memory. */
export const MAX_CLIENT_NAME = 40;
