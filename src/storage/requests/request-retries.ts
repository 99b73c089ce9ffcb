import { domainToUnicode } from 'node:url';
import { type SqlBool, sql } from 'kysely';
import { domainOf } from '../../add-inbox/account/email-address.ts';
import type { AccountToAdd } from '../../add-inbox/account/sender-account.ts';
import { type OwnerName, toStoredName } from '../../add-inbox/keys/key-owner.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { Executor } from '../database.ts';
import { readRows } from '../rows/read-rows.ts';
import { storedJson } from '../rows/stored-json.ts';
import { accountJson, parseRequest, REQUEST_COLUMNS } from './request-row.ts';

/**
 * The later request that makes a retry of this one pointless. It retries the same request, or has the same address and client;
 * and it has added the inbox, found it at ColdSend, or is still in progress. Inside a transaction, no other retry of the same
 * request can come in between.
 */
export async function findSuccessor(db: Executor, teamId: string, id: string): Promise<AddInboxRequest | undefined> {
  const select = () => db.kysely.selectFrom('requests').select(REQUEST_COLUMNS).where('team_id', '=', teamId);
  const retried = select().where('id', '=', id);
  const row = await (db.kind === 'postgres' ? retried.forUpdate() : retried).executeTakeFirst();
  if (row === undefined) return undefined;
  const { accepted_at, announcement_channel, announcement_ts, client } = row;
  const successor = await select()
    .where('accepted_at', '>=', accepted_at)
    .where('id', '<>', id)
    .where(({ or, eb }) => or([eb('outcome_kind', 'is', null), eb('outcome_kind', 'in', ['added', 'exists'])]))
    .where(({ or, and, eb }) =>
      or([
        eb('retry_of', '=', id),
        and([eb('announcement_channel', '=', announcement_channel), eb('announcement_ts', '=', announcement_ts)]),
        and([eb('client', '=', client), isFor(db, parseRequest(row).account.email_address)]),
      ]),
    )
    .orderBy(sql`case outcome_kind when 'added' then 0 when 'exists' then 1 else 2 end`)
    .orderBy('accepted_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (successor === undefined) return undefined;
  // An unreadable row must not block a retry.
  const [found] = readRows([successor], parseRequest, (row) => ({ id: row.id, at: row.accepted_at }));
  return found === undefined || 'unreadable' in found ? undefined : found;
}

const storedAccount = storedJson(accountJson);

/** The workspace's latest requests that are looked at. */
const LATEST = 1_000;

/** `domain` in ASCII and lower case; undefined: any. `since`: what was accepted before is left out. */
export type AddedSearch = { domain?: string | undefined; since: number | undefined };

/** The account that the workspace or the client added last: never one that failed. */
export async function findAdded(
  db: Executor,
  teamId: string,
  owner: OwnerName,
  { domain, since }: AddedSearch,
): Promise<AccountToAdd | undefined> {
  const names = domain === undefined ? [''] : [`@${domain}"`, `@${domainToUnicode(domain)}"`];
  const rows = await selectAdded(db, teamId, owner, since)
    .where(({ or }) => or(names.map((name) => accountHas(db, name))))
    .limit(10)
    .execute();
  return readAccounts(rows).find(({ email_address }) => domain === undefined || domainOf(email_address) === domain);
}

/** The accounts that the workspace or the client added, the last one first. */
export async function listAdded(
  db: Executor,
  teamId: string,
  owner: OwnerName,
  since: number | undefined,
): Promise<AccountToAdd[]> {
  return readAccounts(await selectAdded(db, teamId, owner, since).execute());
}

/** Only the latest requests of the workspace are looked at. */
function selectAdded({ kysely }: Executor, teamId: string, owner: OwnerName, since = 0) {
  const latest = kysely
    .selectFrom('requests')
    .select(['client', 'account', 'outcome_kind', 'accepted_at', 'id'])
    .where('team_id', '=', teamId)
    .orderBy('accepted_at', 'desc')
    .limit(sql.lit(LATEST));
  return kysely
    .selectFrom(latest.as('latest'))
    .select('account')
    .where('outcome_kind', '=', 'added')
    .where('client', '=', toStoredName(owner))
    .where('accepted_at', '>=', since)
    .orderBy('accepted_at', 'desc')
    .orderBy('id', 'desc');
}

function readAccounts(rows: { account: string }[]): AccountToAdd[] {
  return rows.flatMap(({ account }) => storedAccount.safeParse(account).data ?? []);
}

/** Whether the stored account has this address, ignoring case. */
function isFor(db: Executor, address: string) {
  return accountHas(db, `"email_address":${JSON.stringify(address)}`);
}

/** Compares text, because one row with damaged JSON would make the database reject the whole query. */
function accountHas({ kind }: Executor, piece: string) {
  const lower = sql`lower(${piece})`;
  return kind === 'postgres'
    ? sql<SqlBool>`strpos(lower(account), ${lower}) > 0`
    : sql<SqlBool>`instr(lower(account), ${lower}) > 0`;
}
