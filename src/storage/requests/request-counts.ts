import { sql } from 'kysely';
import type { RequestState, WaitsFor } from '../../add-inbox/request/request.ts';
import type { Executor } from '../database.ts';
import { unfinished } from './request-row.ts';

type UnfinishedState = Exclude<RequestState, 'reported'> | 'set_aside';
type UnfinishedCounts = Record<UnfinishedState, { count: number; oldestAcceptedAt: number | undefined }>;

/** Counts of the unfinished requests, for the operator. */
export function createRequestCounts({ kysely }: Pick<Executor, 'kysely'>) {
  return {
    /** The number of waiting requests of all workspaces, by the reason they wait. */
    async countWaiting(): Promise<Record<WaitsFor, number>> {
      const rows = await kysely
        .selectFrom('requests')
        .select((eb) => ['waits_for', eb.fn.countAll<number>().as('count')])
        .where(unfinished)
        .where('set_aside_at', 'is', null)
        .where('waits_for', 'is not', null)
        .groupBy('waits_for')
        .execute();
      const countOf = (what: WaitsFor) => rows.find(({ waits_for }) => waits_for === what)?.count ?? 0;
      return {
        no_connection: countOf('no_connection'),
        unavailable: countOf('unavailable'),
        rate_limited: countOf('rate_limited'),
        key: countOf('key'),
        password: countOf('password'),
      };
    },

    /**
     * Counts the unfinished requests of all workspaces. There are too many finished ones to count them often. Requests that were
     * set aside count as set aside, whatever their state.
     */
    async countByState(): Promise<UnfinishedCounts> {
      const shown = sql<string>`case when set_aside_at is null then state else 'set_aside' end`;
      const rows = await kysely
        .selectFrom('requests')
        .select((eb) => [
          shown.as('shown'),
          eb.fn.countAll<number>().as('count'),
          eb.fn.min('accepted_at').as('oldest'),
        ])
        .where(unfinished)
        .groupBy('shown')
        .execute();
      const countOf = (state: UnfinishedState) => {
        const row = rows.find((candidate) => candidate.shown === state);
        return { count: row?.count ?? 0, oldestAcceptedAt: row?.oldest };
      };
      return {
        accepted: countOf('accepted'),
        announced: countOf('announced'),
        armed: countOf('armed'),
        settled: countOf('settled'),
        set_aside: countOf('set_aside'),
      };
    },
  };
}
