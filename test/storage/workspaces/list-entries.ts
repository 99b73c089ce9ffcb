import type { AuditRepository } from '../../../src/storage/workspaces/audit-repository.ts';

/** Action, person and details of a workspace's entries up to `until`, the oldest first. */
export async function listEntries(audit: AuditRepository, teamId: string, until: number) {
  return (await audit.page(teamId, { until, skip: 0, limit: 100 }))
    .toReversed()
    .map((entry) => ('unreadable' in entry ? ['unreadable'] : [entry.action, entry.userId, entry.details]));
}
