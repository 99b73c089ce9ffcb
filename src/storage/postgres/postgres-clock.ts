import { sql } from 'kysely';

/**
 * PostgreSQL's clock at this moment, even inside a transaction, in milliseconds since 1970. The replicas' own clocks may differ.
 */
export const POSTGRES_CLOCK = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** The start time of the statement, by the same clock. */
export const POSTGRES_STATEMENT_AT = sql<number>`(extract(epoch from statement_timestamp()) * 1000)::bigint`;

/** The start time of this PostgreSQL server, by the same clock. */
export const POSTGRES_STARTED_AT = sql<number>`(extract(epoch from pg_postmaster_start_time()) * 1000)::bigint`;
