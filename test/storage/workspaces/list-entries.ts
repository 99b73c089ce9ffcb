import type { AuditRepository } from '../../../src/storage/workspaces/audit-repository.ts';

/** Action, person and details of a workspace's entries, the oldest first. */
export async function listEntries(audit: AuditRepository, teamId: string) {
  return (await audit.page(teamId, { limit: 100 })).entries
    .toReversed()
    .map((entry) => ('unreadable' in entry ? ['unreadable'] : [entry.action, entry.userId, entry.details]));
}
