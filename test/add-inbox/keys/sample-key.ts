import type { OwnedKey } from '../../../src/add-inbox/keys/coldsend-key.ts';
import { type Client, WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';

/** The workspace's own key, in order; `change` makes it any other. */
export function sampleKey(change: Partial<OwnedKey> = {}): OwnedKey {
  return {
    teamId: 'T1',
    owner: WORKSPACE,
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

export function sampleClient(name: string, ...channelIds: string[]): Client {
  return { kind: 'client', name, channelIds };
}
