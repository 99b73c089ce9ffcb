import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Shares } from '../../add-inbox/worker/shares.ts';
import type { RequestLease } from '../requests/lease-sql.ts';

/**
 * The ids of the `candidates` that may start beside the requests this process holds, by the rule of `hasShare`. Single inboxes
 * count before rows of batches, and the first request of each person before anyone's second.
 */
export function withinShares(
  candidates: RawBuilder<SqlBool>,
  { held }: RequestLease,
  { person, key, workspace }: Shares,
): RawBuilder<string> {
  const columns = sql`id, team_id, user_id, client, accepted_at, case when batch_id is null then 0 else 1 end as is_row`;
  return sql<string>`(
    with people as (
      select id, team_id, client, accepted_at, is_row, is_held,
        row_number() over (partition by team_id, user_id, is_row order by is_held desc, accepted_at, id) as of_person
      from (
        select ${columns}, 0 as is_held from requests where state <> 'told' and ${candidates}
        union all
        select ${columns}, 1 as is_held from requests where state <> 'told' and ${held}
      ) as counted
    ), ranked as (
      select id, is_held, of_person,
        row_number() over (partition by team_id, client order by is_row, is_held desc, of_person, accepted_at, id) as of_key,
        row_number() over (partition by team_id order by is_row, is_held desc, of_person, accepted_at, id) as of_workspace
      from people where is_held = 1 or of_person <= ${person}
    )
    select id from ranked
    where is_held = 0 and (of_person = 1 or (of_key <= ${key} and of_workspace <= ${workspace}))
  )`;
}
