import { sql } from 'kysely';
import type { Migration } from './migrate.ts';

/** Requests that a version of the bot can't read: a newer one wrote them, or they are damaged. */
export const setAside: Migration = {
  name: '0006-set-aside',
  async up({ kysely }) {
    // A column beside the state: what the request was doing has to be there for the version that can read it.
    await sql`alter table requests add column set_aside_at bigint`.execute(kysely);
  },
};
