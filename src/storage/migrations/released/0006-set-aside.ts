import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** Requests that this version of the bot can't read because a newer version wrote them or they are damaged. */
export const setAside: Migration = {
  name: '0006-set-aside',
  async up({ kysely }) {
    // A separate column, so that the state is kept for a version that can read the row.
    await sql`alter table requests add column set_aside_at bigint`.execute(kysely);
  },
};
