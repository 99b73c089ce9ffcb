import { listPending } from '../storage/requests/list-pending.ts';
import type { AdminCommand } from './command.ts';

const MAX_SHOWN = 1_000;

/** Prints one line for each unfinished request. It reads no secrets. */
export const listPendingRequests: AdminCommand = async ({ database, print }) => {
  const requests = await listPending(database, MAX_SHOWN + 1);
  for (const request of requests.slice(0, MAX_SHOWN)) {
    if ('unreadable' in request) {
      const when = request.at === undefined ? '' : ` from ${timeOf(request.at)}`;
      print(`${request.id}${when} can't be read and is set aside. Fix its row, or run the version that wrote it.`);
      continue;
    }
    const { id, teamId, userId, account, state, waitsFor, notBefore, acceptedAt, expiresAt } = request;
    const until = waitsFor === 'password' ? expiresAt : notBefore;
    const waits = waitsFor === undefined ? '' : `, waiting (${waitsFor}) until ${timeOf(until)}`;
    const address = JSON.stringify(account.email_address);
    print(`${id}: ${address}, requested by ${userId} of ${teamId} at ${timeOf(acceptedAt)}. It is ${state}${waits}.`);
  }
  if (requests.length > MAX_SHOWN) print(`These are only the first ${MAX_SHOWN}.`);
  if (requests.length === 0) print('No request is pending.');
  return true;
};

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
