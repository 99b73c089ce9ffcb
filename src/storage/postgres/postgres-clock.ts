import { sql } from 'kysely';

/** PostgreSQL's clock at this moment, also inside a transaction: milliseconds since 1970. Replicas' own clocks may differ. */
export const POSTGRES_CLOCK = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** When this PostgreSQL was started, by the same clock. */
export const POSTGRES_STARTED_AT = sql<number>`(extract(epoch from pg_postmaster_start_time()) * 1000)::bigint`;
