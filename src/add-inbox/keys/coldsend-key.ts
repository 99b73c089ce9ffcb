import type { KeyOwner } from './key-owner.ts';

/** `works`: ColdSend accepted it last time. `unchecked`: not checked with ColdSend yet. `refused`: 401, or 403 for its scopes. */
export const STORED_KEY_STATUSES = ['works', 'unchecked', 'refused'] as const;

/** `unreadable` is never stored. It means that the key can't be opened, or that the data stored with it can't be read. */
export type KeyStatus = (typeof STORED_KEY_STATUSES)[number] | 'unreadable';

/** The facts about a stored API key that people may see. */
export type ColdsendKey = {
  teamId: string;
  /** Differs for each key that was ever stored, so that a late answer for an old key never marks the new one. */
  version: number;
  /** Differs after each write, even if only the client's channels changed. */
  revision: string;
  lastFour: string;
  storedBy: string;
  storedAt: number;
  status: KeyStatus;
  /** The scopes that ColdSend reported as missing; empty unless the key was refused for them. */
  missingScopes: string[];
  /** The time of the last `status` from ColdSend; undefined while unchecked. */
  checkedAt: number | undefined;
};

export type OwnedKey = ColdsendKey & { owner: KeyOwner };

/**
 * The version that a form or button about a key refers to. It stays the same as long as nobody stores, changes or removes that
 * key. `removals` changes when any key of the workspace is removed, so that a form for a missing key can't be submitted twice.
 */
export function keyStamp(key: ColdsendKey | undefined, removals: string): string {
  return key?.revision ?? `none.${removals}`;
}

/** A key's format as ColdSend documents it, without a fixed length. The input is cleaned before the check. */
export const KEY_FORMAT = /^cs_live_[A-Za-z0-9_-]{1,200}$/;

/** A client's name has to fit beside other words, and into the form's `private_metadata`. */
export const MAX_CLIENT_NAME = 40;
