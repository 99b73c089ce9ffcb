import type { Batch } from '../add-inbox/batch/batch.ts';
import type { AddInboxRequest } from '../add-inbox/request/request.ts';
import type { Unreadable } from '../add-inbox/request/unreadable.ts';
import { listPending, listPendingBatches } from '../storage/requests/lists/list-pending.ts';
import type { AdminCommand } from './command.ts';

const MAX_SHOWN = 1_000;

/** Prints one line for each unfinished request and each open batch. It reads no secrets. */
export const listPendingRequests: AdminCommand = async ({ database, print }) => {
  const requests = await listPending(database, MAX_SHOWN + 1);
  const batches = await listPendingBatches(database, MAX_SHOWN);
  for (const request of requests.slice(0, MAX_SHOWN))
    print('unreadable' in request ? say(request) : sayRequest(request));
  if (requests.length > MAX_SHOWN) print(`These are only the first ${MAX_SHOWN}.`);
  for (const batch of batches) print('unreadable' in batch ? say(batch) : sayBatch(batch));
  if (requests.length === 0 && batches.length === 0) print('No request is pending.');
  return true;
};

function say({ id, at }: Unreadable): string {
  const when = at === undefined ? '' : ` from ${timeOf(at)}`;
  return `${id}${when} can't be read and is set aside. Fix its row, or run the version that wrote it.`;
}

function sayRequest(request: AddInboxRequest): string {
  const { id, teamId, userId, account, state, waitsFor, notBefore, acceptedAt, expiresAt } = request;
  const until = waitsFor === 'password' ? expiresAt : notBefore;
  const waits = waitsFor === undefined ? '' : `, waiting (${waitsFor}) until ${timeOf(until)}`;
  const address = JSON.stringify(account.email_address);
  return `${id}: ${address}, requested by ${userId} of ${teamId} at ${timeOf(acceptedAt)}. It is ${state}${waits}.`;
}

function sayBatch({ id, teamId, userId, state, total, unsettled, createdAt }: Batch & { unsettled: number }): string {
  const what = state === 'draft' ? 'a draft' : `a batch of ${total} inboxes`;
  const rows = state === 'draft' ? '' : `, ${unsettled} rows have no result yet`;
  return `${id}: ${what}, read for ${userId} of ${teamId} at ${timeOf(createdAt)}. It is ${state}${rows}.`;
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
