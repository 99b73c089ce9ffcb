import type { Selectable, Updateable } from 'kysely';
import type { Executor } from '../database.ts';
import { prepareQuery } from '../rows/prepare-query.ts';
import type { RequestPasswordsTable, RequestsTable } from '../tables.ts';
import { leaseUntil } from './lease-sql.ts';
import { REQUEST_COLUMNS } from './request-row.ts';

/* What every request of a person and every step of the worker runs, compiled once. */

type Held = { id: string; fence: number; owner: string };

/** Changes nothing where the view has made a request before. */
export const insertRequest = prepareQuery(
  (kysely, row: Omit<InsertedRequest, 'lease_until'> & { lease_ms: number }, kind) =>
    kysely
      .insertInto('requests')
      .values({
        id: row.id,
        team_id: row.team_id,
        user_id: row.user_id,
        view_id: row.view_id,
        channel_id: row.channel_id,
        results_channel_id: row.results_channel_id,
        key_channel_id: row.key_channel_id,
        client: row.client,
        retry_of: row.retry_of,
        state: row.state,
        account: row.account,
        response_url: row.response_url,
        announcement_channel: row.announcement_channel,
        announcement_ts: row.announcement_ts,
        announcement_place: row.announcement_place,
        not_before: row.not_before,
        tries: row.tries,
        accepted_at: row.accepted_at,
        lease_owner: row.lease_owner,
        lease_until: leaseUntil(kind, row.lease_ms),
        fence: row.fence,
      })
      .onConflict((conflict) => conflict.columns(['team_id', 'view_id']).doNothing()),
);

/** Every column that a new request has a value in. */
type InsertedRequest = Omit<
  Selectable<RequestsTable>,
  | 'waits_for'
  | 'outcome'
  | 'outcome_kind'
  | 'reply_ts'
  | 'armed_at'
  | 'settled_at'
  | 'told_at'
  | 'turn_of'
  | 'set_aside_at'
>;

export const insertPasswords = prepareQuery((kysely, { request_id, sealed }: RequestPasswordsTable) =>
  kysely.insertInto('request_passwords').values({ request_id, sealed }),
);

/** No row where the request is not held any more; `sealed` is null once the passwords are wiped. */
export const findPasswords = prepareQuery((kysely, { id, fence, owner }: Held) =>
  kysely
    .selectFrom('requests')
    .leftJoin('request_passwords', 'request_id', 'id')
    .select('sealed')
    .where('id', '=', id)
    .where('fence', '=', fence)
    .where('lease_owner', '=', owner),
);

export const deletePasswords = prepareQuery((kysely, { id }: { id: string }) =>
  kysely.deleteFrom('request_passwords').where('request_id', '=', id),
);

export const findOfView = prepareQuery((kysely, { teamId, viewId }: { teamId: string; viewId: string }) =>
  kysely.selectFrom('requests').select(REQUEST_COLUMNS).where('team_id', '=', teamId).where('view_id', '=', viewId),
);

/** One for each set of columns that a step changes: there are about a dozen. */
const updates = new Map<string, ReturnType<typeof prepareUpdate>>();

/** Changes a request as long as it is held. */
export function updateHeld(db: Executor, set: Updateable<RequestsTable>, { id, fence, owner }: Held) {
  const columns = Object.keys(set).join();
  let update = updates.get(columns);
  if (update === undefined) {
    update = prepareUpdate(Object.keys(set) as (keyof RequestsTable)[]);
    updates.set(columns, update);
  }
  return update(db, { ...set, held_id: id, held_fence: fence, held_owner: owner });
}

function prepareUpdate(columns: (keyof RequestsTable)[]) {
  type Input = Updateable<RequestsTable> & { held_id: string; held_fence: number; held_owner: string };
  return prepareQuery((kysely, input: Input) =>
    kysely
      .updateTable('requests')
      .set(Object.fromEntries(columns.map((column) => [column, input[column]])))
      .where('id', '=', input.held_id)
      .where('fence', '=', input.held_fence)
      .where('lease_owner', '=', input.held_owner),
  );
}
