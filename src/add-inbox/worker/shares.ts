import { isSameOwner } from '../keys/key-owner.ts';
import type { AddInboxRequest } from '../request/request.ts';

/** The person, key and workspace whose shares a request uses. */
export type Owner = Pick<AddInboxRequest, 'teamId' | 'userId' | 'keyName' | 'batch'>;

/** The maximum number of active requests for each of them. */
export type Shares = { person: number; key: number; workspace: number };

/**
 * The shares while so many places are free. ColdSend can keep a request for a minute, so nobody may hold most of the places:
 * the fewer are free, the fewer each may have. However many people use up their shares, some places stay free for others.
 */
export function sharesOf(free: number): Shares {
  return { person: Math.max(1, Math.floor(free / 4)), key: Math.floor(free / 2), workspace: free };
}

/** No limits, for cases that need no free places for others. */
export const ALL_SHARES = sharesOf(Number.MAX_SAFE_INTEGER);

/**
 * Whether one more request of `owner` may start beside the active ones. A person has one share for single inboxes and another for
 * rows of batches, and the first of each needs only a free place. Rows take nothing from the shares of single inboxes.
 */
export function hasShare(owner: Owner, atWork: Owner[], free: number): boolean {
  const counted = isRow(owner) ? atWork : atWork.filter((other) => !isRow(other));
  const ofWorkspace = counted.filter(({ teamId }) => teamId === owner.teamId);
  const ofPerson = ofWorkspace.filter((other) => other.userId === owner.userId && isRow(other) === isRow(owner));
  if (free <= 0 || ofPerson.length === 0) return free > 0;
  const ofKey = ofWorkspace.filter(({ keyName }) => isSameOwner(keyName, owner.keyName));
  const { person, key, workspace } = sharesOf(free);
  return ofPerson.length < person && ofKey.length < key && ofWorkspace.length < workspace;
}

function isRow({ batch }: Owner): boolean {
  return batch !== undefined;
}
