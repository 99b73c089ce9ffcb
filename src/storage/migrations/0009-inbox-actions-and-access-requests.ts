import { sql } from 'kysely';
import type { Migration } from './migrate.ts';

/** Test emails and removals of inboxes that were added, and people who ask to be allowed to add inboxes. */
export const inboxActionsAndAccessRequests: Migration = {
  name: '0009-inbox-actions-and-access-requests',
  async up({ kysely }) {
    await sql`
      create table inbox_actions (
        id text not null primary key,
        team_id text not null,
        user_id text not null,
        request_id text not null,
        kind text not null,
        recipient text not null,
        once text not null,
        state text not null,
        outcome text,
        armed_at bigint not null,
        lease_owner text,
        lease_until bigint
      )`.execute(kysely);
    await sql`create unique index inbox_actions_once on inbox_actions (team_id, once)`.execute(kysely);
    await sql`create index inbox_actions_of on inbox_actions (request_id)`.execute(kysely);
    await sql`create index inbox_actions_open on inbox_actions (armed_at) where state <> 'told'`.execute(kysely);
    await sql`alter table coldsend_keys add column lacks_actions integer`.execute(kysely);
    await sql`
      create table access_requests (
        id text not null primary key,
        team_id text not null,
        user_id text not null,
        asked_at bigint not null,
        decided_by text,
        decision text,
        messages text not null
      )`.execute(kysely);
    await sql`create index access_requests_of on access_requests (team_id, user_id, asked_at)`.execute(kysely);
  },
};
