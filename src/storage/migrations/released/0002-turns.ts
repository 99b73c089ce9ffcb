import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** Slots and blocks: all replicas together stay within ColdSend's rate limits. */
export const turns: Migration = {
  name: '0002-turns',
  async up({ kysely }) {
    // A key has a row here only after ColdSend has asked it to wait.
    await sql`
      create table coldsend_budgets (
        key_fingerprint text not null primary key,
        blocked_until bigint not null
      )`.execute(kysely);
    // `place` distinguishes slots taken in the same millisecond. The slot of a key check belongs to no request.
    await sql`
      create table coldsend_turns (
        key_fingerprint text not null,
        taken_at bigint not null,
        place integer not null,
        team_id text,
        user_id text
      )`.execute(kysely);
    await sql`create index coldsend_turns_latest on coldsend_turns (key_fingerprint, taken_at desc)`.execute(kysely);
    await sql`create index coldsend_turns_old on coldsend_turns (taken_at)`.execute(kysely);
    // The key whose slot the request is queued for.
    await sql`alter table requests add column turn_of text`.execute(kysely);
    await sql`create index requests_turns on requests (turn_of) where turn_of is not null`.execute(kysely);
  },
};
