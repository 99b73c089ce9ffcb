import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Selectable, sql, type Updateable } from 'kysely';
import type { Passwords } from '../../add-inbox/account/sender-account.ts';
import type { Outcome } from '../../add-inbox/request/outcome.ts';
import {
  LINK_TTL_MS,
  MAX_CODES,
  MAX_WRONG_TRIES,
  type MatchedLink,
  type Purpose,
  type SecureLink,
  type ShownCode,
} from '../../add-inbox/secure-links/secure-link.ts';
import type { Database, Executor } from '../database.ts';
import { toOutcomeJson } from '../requests/outcome-json.ts';
import { expiresAt } from '../requests/request-row.ts';
import { passwordsContext } from '../sealing/seal-contexts.ts';
import type { Sealer } from '../sealing/sealing.ts';
import type { RequestsTable, SecureLinksTable } from '../tables.ts';
import { createAuditRepository } from './audit-repository.ts';

/** 32 bytes as base64url. */
const TOKEN = /^[\w-]{43}$/;

const DELETED_AT_ONCE = 100;

export type SecureLinkRepository = ReturnType<typeof createSecureLinkRepository>;

/** Links to the secure page. The token is in nothing but the link itself: the table has its hash. */
export function createSecureLinkRepository(deps: { database: Database; sealer: Sealer; now: () => number }) {
  const { database, sealer, now } = deps;
  return {
    create,
    find,
    findSpent,
    isKnown,
    findMatched,
    showCode,
    withdrawCode,
    confirmCode,
    denyCode,
    countWrong,
    savePasswords,
    cancelRequest,
    deleteExpired,
  };

  /** Makes a link and deletes the person's earlier ones for the same purpose. */
  async function create(link: Omit<SecureLink, 'expiresAt'>): Promise<{ token: string; expiresAt: number }> {
    const token = randomBytes(32).toString('base64url');
    const { teamId: team_id, userId: user_id } = link;
    const whose = { team_id, user_id, ...toColumns(link.purpose) };
    const created_at = now();
    const times = { created_at, expires_at: created_at + LINK_TTL_MS };
    await database.transaction(async ({ kysely }) => {
      const earlier = kysely.deleteFrom('secure_links').where('team_id', '=', team_id).where('user_id', '=', user_id);
      await earlier.where('purpose', '=', whose.purpose).where('subject_id', '=', whose.subject_id).execute();
      const row = { token_hash: hashOf(token), ...whose, ...times, wrong_tries: 0 };
      await kysely.insertInto('secure_links').values(row).execute();
    });
    return { token, expiresAt: times.expires_at };
  }

  /** The link, if it still works. */
  async function find(token: string): Promise<SecureLink | undefined> {
    return (await findMatched(token))?.link;
  }

  /** The link, if this page has spent it. */
  async function findSpent(token: string, pageId: string): Promise<SecureLink | undefined> {
    if (!TOKEN.test(token)) return undefined;
    const spent = database.kysely.selectFrom('secure_links').selectAll().where('expires_at', '>', now());
    const row = await spent.where('token_hash', '=', hashOf(token)).where('spent_by', '=', pageId).executeTakeFirst();
    return row && toLink(row);
  }

  /** Whether there is such a link, used or not. */
  async function isKnown(token: string): Promise<boolean> {
    if (!TOKEN.test(token)) return false;
    const known = database.kysely.selectFrom('secure_links').select('token_hash').where('expires_at', '>', now());
    return (await known.where('token_hash', '=', hashOf(token)).executeTakeFirst()) !== undefined;
  }

  /** As `find`, with what the pages of the link have been through. */
  async function findMatched(token: string): Promise<MatchedLink | undefined> {
    if (!TOKEN.test(token)) return undefined;
    const row = await working(database, token).executeTakeFirst();
    const link = row && isHashOf(token, row.token_hash) ? toLink(row) : undefined;
    if (row === undefined || link === undefined) return undefined;
    const { code, code_page: pageId, confirmed_page } = row;
    const shown = code === null || pageId === null ? undefined : { code, pageId };
    return { link, shown, confirmedPageId: confirmed_page ?? undefined };
  }

  /** The newest code of the link. An earlier one can't be confirmed anymore. False if there were too many before it. */
  async function showCode(token: string, { code, pageId }: ShownCode): Promise<boolean> {
    const shown = await database.kysely
      .updateTable('secure_links')
      .set((eb) => ({ code, code_page: pageId, codes: eb('codes', '+', 1) }))
      .where('token_hash', '=', hashOf(token))
      .where('codes', '<', MAX_CODES)
      .executeTakeFirst();
    return shown.numUpdatedRows === 1n;
  }

  /** The code never reached its person, so it does not count. */
  async function withdrawCode(token: string, code: string): Promise<void> {
    await database.kysely
      .updateTable('secure_links')
      .set((eb) => ({ code: null, code_page: null, codes: eb('codes', '-', 1) }))
      .where('token_hash', '=', hashOf(token))
      .where('code', '=', code)
      .execute();
  }

  /** Opens the link for the page that shows the code. False if no working link of the person has this code now. */
  async function confirmCode({ teamId, userId }: Person, code: string): Promise<boolean> {
    const confirmed = await database.kysely
      .updateTable('secure_links')
      .set({ confirmed_page: sql`code_page` })
      .where('team_id', '=', teamId)
      .where('user_id', '=', userId)
      .where('code', '=', code)
      .where('spent_at', 'is', null)
      .where('expires_at', '>', now())
      .executeTakeFirst();
    return confirmed.numUpdatedRows > 0n;
  }

  /**
   * Deletes the link whose page shows the code, which its person did not open. False if it is deleted, used or expired already.
   */
  function denyCode({ teamId, userId }: Person, code: string): Promise<boolean> {
    return database.transaction(async (within) => {
      const denied = await within.kysely
        .deleteFrom('secure_links')
        .where('team_id', '=', teamId)
        .where('user_id', '=', userId)
        .where('code', '=', code)
        .where('spent_at', 'is', null)
        .where('expires_at', '>', now())
        .returning('subject_id')
        .execute();
      const audit = createAuditRepository({ db: within, now });
      for (const { subject_id: requestId } of denied) {
        await audit.add({ teamId, userId, action: 'link_denied', requestId, details: {} });
      }
      return denied.length > 0;
    });
  }

  /** Counts a submission that is not accepted. False if there were too many before it. */
  async function countWrong(token: string): Promise<boolean> {
    const count = database.kysely.updateTable('secure_links').where('token_hash', '=', hashOf(token));
    const counted = await count
      .set((eb) => ({ wrong_tries: eb('wrong_tries', '+', 1) }))
      .where('wrong_tries', '<', MAX_WRONG_TRIES)
      .executeTakeFirst();
    return counted.numUpdatedRows === 1n;
  }

  /**
   * Spends the link and commits the passwords with which its request continues, both or neither. False if the link does not work
   * anymore, or the request waits for no password.
   *
   * @param pageId names the page that spends it
   */
  async function savePasswords(
    token: string,
    link: SecureLink,
    pageId: string,
    passwords: Passwords,
  ): Promise<boolean> {
    const { teamId, purpose } = link;
    if (purpose.kind !== 'password') return false;
    const sealed = sealer.seal(JSON.stringify(passwords), passwordsContext({ id: purpose.requestId, teamId }));
    return database
      .transaction(async (within) => {
        // The request first: it is what an uninstall and a stopped batch lock first, too.
        const resumed = await resume(within, teamId, purpose.requestId);
        if (!resumed) return false;
        const worksUntil = now() + LINK_TTL_MS;
        if (!(await spendLink(within, { token, pageId, now: now(), worksUntil }))) throw new NotSpentError();
        await within.kysely.insertInto('request_passwords').values({ request_id: purpose.requestId, sealed }).execute();
        return true;
      })
      .catch((error: unknown) => {
        if (error instanceof NotSpentError) return false;
        throw error;
      });
  }

  /** The request is accepted anew: its announcement is updated before it is sent. Also where an older version set it aside. */
  function resume(within: Executor, teamId: string, requestId: string): Promise<boolean> {
    return changeWaiting(within, teamId, requestId, { state: 'accepted', waits_for: null, tries: 0 });
  }

  /** False if the request does not wait for its password anymore. */
  async function changeWaiting(
    { kysely }: Executor,
    teamId: string,
    requestId: string,
    set: Updateable<RequestsTable>,
  ): Promise<boolean> {
    const changed = await kysely
      .updateTable('requests')
      .set({ ...set, not_before: 0, set_aside_at: null })
      .where('id', '=', requestId)
      .where('team_id', '=', teamId)
      .where('waits_for', '=', 'password')
      .where('state', 'in', ['accepted', 'announced'])
      .where(expiresAt, '>', now())
      .executeTakeFirst();
    return changed.numUpdatedRows === 1n;
  }

  /**
   * Ends a request that waits for its password, and deletes its links. A process that works on it at this moment keeps it: it only
   * finds that the request has expired, with its outcome. False if it does not wait for a password anymore.
   */
  function cancelRequest(teamId: string, requestId: string, userId: string): Promise<boolean> {
    const outcome: Outcome = { kind: 'stopped', cancelledBy: userId };
    return database.transaction(async (within) => {
      const ended = { outcome: toOutcomeJson(outcome), outcome_kind: outcome.kind, expires_at: now() };
      if (!(await changeWaiting(within, teamId, requestId, ended))) return false;
      const links = within.kysely.deleteFrom('secure_links').where('team_id', '=', teamId);
      await links.where('subject_id', '=', requestId).execute();
      const audit = createAuditRepository({ db: within, now });
      await audit.add({ teamId, userId, action: 'inbox_cancelled', requestId, details: {} });
      return true;
    });
  }

  /** Deletes some expired links. Returns their number. */
  async function deleteExpired(): Promise<number> {
    const { kysely } = database;
    const expired = kysely.selectFrom('secure_links').select('token_hash').where('expires_at', '<=', now());
    const some = expired.limit(DELETED_AT_ONCE);
    const deleted = await kysely.deleteFrom('secure_links').where('token_hash', 'in', some).executeTakeFirst();
    return Number(deleted.numDeletedRows);
  }

  function working({ kysely }: Executor, token: string) {
    return kysely
      .selectFrom('secure_links')
      .selectAll()
      .where('token_hash', '=', hashOf(token))
      .where('spent_at', 'is', null)
      .where('expires_at', '>', now())
      .where('wrong_tries', '<', MAX_WRONG_TRIES);
  }
}

/** The person who pressed a button in Slack. */
type Person = { teamId: string; userId: string };

/**
 * Spends the link. The page that has spent it can do so again.
 *
 * @param worksUntil how long the page that spends it still finds it; then it is deleted
 * @returns false if the link does not work anymore
 */
export async function spendLink(
  { kysely }: Executor,
  { token, pageId, now, worksUntil }: { token: string; pageId: string; now: number; worksUntil: number },
): Promise<boolean> {
  const spent = await kysely
    .updateTable('secure_links')
    .set({ spent_at: now, spent_by: pageId, expires_at: worksUntil })
    .where('token_hash', '=', hashOf(token))
    .where(({ or, eb }) => or([eb('spent_at', 'is', null), eb('spent_by', '=', pageId)]))
    .where('expires_at', '>', now)
    .where('wrong_tries', '<', MAX_WRONG_TRIES)
    .executeTakeFirst();
  return spent.numUpdatedRows === 1n;
}

class NotSpentError extends Error {
  readonly code = 'not_spent';
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** The database compares in a time that depends on the texts. This does not. */
function isHashOf(token: string, stored: string): boolean {
  const [hash, other] = [Buffer.from(hashOf(token)), Buffer.from(stored)];
  return hash.length === other.length && timingSafeEqual(hash, other);
}

function toColumns(purpose: Purpose): { purpose: string; subject_id: string } {
  return { purpose: purpose.kind, subject_id: purpose.kind === 'password' ? purpose.requestId : purpose.draftId };
}

function toLink(row: Selectable<SecureLinksTable>): SecureLink | undefined {
  const purpose = toPurpose(row);
  return purpose && { teamId: row.team_id, userId: row.user_id, purpose, expiresAt: row.expires_at };
}

/** Undefined for a purpose of a newer version. */
function toPurpose({ purpose, subject_id }: { purpose: string; subject_id: string }): Purpose | undefined {
  switch (purpose) {
    case 'password':
      return { kind: purpose, requestId: subject_id };
    case 'batch':
      return { kind: purpose, draftId: subject_id };
    default:
      return undefined;
  }
}
