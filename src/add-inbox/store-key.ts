import { type ColdsendKey, KEY_FORMAT, type KeyStatus } from './coldsend-key.ts';
import type { KeyTrial } from './key-trial.ts';

export type KeyToStore = { teamId: string; userId: string; apiKey: string };

/** `stored` is told with what is known of the key; everything else left the stored key as it was. */
export type KeyStored =
  | { kind: 'stored'; key: ColdsendKey }
  | { kind: 'not_a_key' }
  | Extract<KeyTrial, { kind: 'refused' | 'missing_scopes' | 'wrong_address' }>;

/**
 * Tries a ColdSend key and stores it, in place of the one that was there; requests that waited for a key go on.
 *
 * @param withinMs how long the trial may take; a key that could not be tried in that time is stored as unchecked
 */
export function createStoreKey(deps: {
  tryKey(apiKey: string, options: { timeoutMs: number }): Promise<KeyTrial>;
  save(key: {
    teamId: string;
    apiKey: string;
    storedBy: string;
    status: KeyStatus;
    missingScopes: string[];
  }): Promise<ColdsendKey>;
  resumeWaitingForKey(teamId: string): Promise<number>;
  wake(): void;
}): (toStore: KeyToStore, withinMs: number) => Promise<KeyStored> {
  return async ({ teamId, userId, apiKey: typed }, withinMs) => {
    const apiKey = typed.trim();
    if (!KEY_FORMAT.test(apiKey)) return { kind: 'not_a_key' };
    const trial = await deps.tryKey(apiKey, { timeoutMs: withinMs });
    if (trial.kind !== 'works' && trial.kind !== 'unchecked') return trial;
    const key = await deps.save({ teamId, apiKey, storedBy: userId, status: trial.kind, missingScopes: [] });
    await deps.resumeWaitingForKey(teamId);
    deps.wake();
    return { kind: 'stored', key };
  };
}
