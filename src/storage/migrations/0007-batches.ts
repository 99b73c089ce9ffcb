import { sql } from 'kysely';
import type { Migration } from './migrate.ts';

/** Many inboxes at once: a batch is a row here, and each of its lines is a request. */
export const batches: Migration = {
  name: '0007-batches',
  async up({ kind, kysely }) {
    await sql`
      create table batches (
        id text not null primary key,
        team_id text not null,
        user_id text not null,
        channel_id text not null,
        results_channel_id text,
        key_channel_id text not null,
        client text not null,
        file_name text,
        fix_of text,
        state text not null,
        total integer not null,
        stopped_by text,
        announcement_channel text,
        announcement_ts text,
        announcement_place text,
        shown text,
        failures_ts text,
        summary_ts text,
        results_posted integer not null,
        not_before bigint not null,
        tries integer not null,
        created_at bigint not null,
        confirmed_at bigint,
        finished_at bigint,
        lease_owner text,
        lease_until bigint,
        fence integer not null
      )`.execute(kysely);
    await sql`
      create index batches_open on batches (not_before) where state not in ('finished', 'discarded')
    `.execute(kysely);
    await sql`create index batches_latest on batches (team_id, created_at desc)`.execute(kysely);
    await sql`
      create table batch_drafts (
        id text not null primary key,
        team_id text not null,
        batch_id text not null,
        piece integer not null,
        sealed text not null
      )`.execute(kysely);
    // As for the other sealed columns: PostgreSQL must not keep samples of it.
    if (kind === 'postgres') await sql`alter table batch_drafts alter column sealed set statistics 0`.execute(kysely);
    await sql`create index batch_drafts_of on batch_drafts (batch_id)`.execute(kysely);
    await sql`alter table requests add column batch_id text`.execute(kysely);
    await sql`alter table requests add column line integer`.execute(kysely);
    await sql`alter table requests add column expires_at bigint`.execute(kysely);
    await sql`create index requests_of_batch on requests (batch_id, line) where batch_id is not null`.execute(kysely);
    // Single inboxes are found among thousands of queued rows.
    await sql`create index requests_queued on requests (turn_of, batch_id) where turn_of is not null`.execute(kysely);
  },
};
