import type { ColdsendKey } from '../../../src/add-inbox/keys/coldsend-key.ts';

/** The workspace's own key, in order; `change` makes it any other. */
export function sampleKey(change: Partial<ColdsendKey> = {}): ColdsendKey {
  return {
    teamId: 'T1',
    channelId: '',
    label: '',
    version: 1,
    revision: 'r1',
    lastFour: 'wxyz',
    storedBy: 'U9',
    storedAt: 0,
    status: 'works',
    missingScopes: [],
    checkedAt: 0,
    ...change,
  };
}
