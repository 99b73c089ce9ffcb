import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** The settings and the audit trail. */
export const settingsAndAudit: Migration = {
  name: '0003-settings-and-audit',
  async up({ kysely }) {
    await sql`
      create table workspace_settings (
        team_id text not null primary key,
        settings text not null
      )`.execute(kysely);
    await sql`
      create table audit_entries (
        id text not null primary key,
        team_id text not null,
        at bigint not null,
        user_id text,
        action text not null,
        request_id text,
        details text not null
      )`.execute(kysely);
    await sql`create index audit_entries_latest on audit_entries (team_id, at desc)`.execute(kysely);
    // For deleting the oldest entries across all workspaces.
    await sql`create index audit_entries_oldest on audit_entries (at)`.execute(kysely);
  },
};
