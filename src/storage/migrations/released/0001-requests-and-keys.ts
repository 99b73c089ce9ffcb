import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** `bigint` is a 64-bit integer on both SQLite and PostgreSQL, so one text serves both. */
export const requestsAndKeys: Migration = {
  name: '0001-requests-and-keys',
  async up({ kysely }) {
    await sql`
      create table requests (
        id text not null primary key,
        team_id text not null,
        user_id text not null,
        view_id text not null,
        channel_id text not null,
        results_channel_id text,
        key_channel_id text not null default '',
        client text not null default '',
        retry_of text,
        state text not null,
        account text not null,
        response_url text,
        announcement_channel text,
        announcement_ts text,
        announcement_place text,
        waits_for text,
        not_before bigint not null,
        tries integer not null,
        outcome text,
        outcome_kind text,
        reply_ts text,
        accepted_at bigint not null,
        armed_at bigint,
        settled_at bigint,
        told_at bigint,
        lease_owner text,
        lease_until bigint,
        fence integer not null,
        unique (team_id, view_id)
      )`.execute(kysely);
    // A separate, small table. PostgreSQL leaves deleted data in a table's file until it rewrites the table.
    await sql`
      create table request_passwords (request_id text not null primary key, sealed text not null)
    `.execute(kysely);
    // Most requests are finished. A query for pending work must not read those.
    await sql`create index requests_unfinished on requests (not_before) where state <> 'told'`.execute(kysely);
    await sql`create index requests_latest on requests (team_id, accepted_at desc)`.execute(kysely);
    await sql`create index requests_finished on requests (told_at) where told_at is not null`.execute(kysely);

    await sql`
      create table coldsend_keys (
        id text not null primary key,
        team_id text not null,
        channel_id text not null default '',
        label text not null default '',
        version bigint not null,
        sealed_key text,
        last_four text not null,
        stored_by text not null,
        stored_at bigint not null,
        status text not null,
        missing_scopes text not null,
        checked_at bigint,
        unique (team_id, channel_id)
      )`.execute(kysely);

    await sql`create table sealed_check (key_id text not null primary key, sealed text not null)`.execute(kysely);
    await sql`create table write_check (id integer not null primary key, written_at bigint not null)`.execute(kysely);
  },
};
