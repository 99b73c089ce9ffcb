import { sql } from 'kysely';

/** PostgreSQL's clock at this moment, also inside a transaction: milliseconds since 1970. Replicas' own clocks may differ. */
export const POSTGRES_CLOCK = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
