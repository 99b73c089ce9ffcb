/** `works`: ColdSend took it last time. `unchecked`: ColdSend could not be asked yet. `refused`: 401, or 403 for its scopes. */
export type KeyStatus = 'works' | 'unchecked' | 'refused';

/** What may be shown of the API key that is stored for a workspace. */
export type ColdsendKey = {
  teamId: string;
  /** Counts the keys the workspace has had, so that a late answer for an old one never marks the new one. */
  version: number;
  lastFour: string;
  storedBy: string;
  storedAt: number;
  status: KeyStatus;
  /** The scopes ColdSend named as missing; empty unless refused for them. */
  missingScopes: string[];
  /** When `status` was last learned; undefined while unchecked. */
  checkedAt: number | undefined;
};

/** A key's form as ColdSend documents it; no length is promised. Trimmed before it is tried. */
export const KEY_FORMAT = /^cs_live_[A-Za-z0-9_-]{1,200}$/;
