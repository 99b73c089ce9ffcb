import { sql } from 'kysely';
import type { Migration } from './migrate.ts';

/** The few requests that a process holds are found among many that wait. */
export const heldRequests: Migration = {
  name: '0014-held-requests',
  async up({ kysely }) {
    await sql`create index requests_held on requests (lease_owner) where lease_owner is not null`.execute(kysely);
  },
};
