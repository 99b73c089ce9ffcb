import { findSqlitePath } from '../../storage/open-database.ts';
import { explainFailure } from '../../storage/postgres/explain-failure.ts';
import type { PostgresFacts } from '../../storage/postgres/inspect-postgres.ts';
import type { DoctorContext, Finding } from '../command.ts';

/** The rate limits use the server's clock, but what people see uses this machine's. */
const CLOCK_MAY_DIFFER_MS = 30_000;

/** Checks a PostgreSQL server, the way to it, and the rights of the bot there. */
export async function checkPostgres({ config, database, now }: DoctorContext): Promise<Finding[]> {
  if (findSqlitePath(config.databaseUrl) !== undefined) return [];
  const { inspectPostgres } = await import('../../storage/postgres/inspect-postgres.ts');
  try {
    const before = now();
    const facts = await inspectPostgres(config.databaseUrl);
    return describe(facts, facts.now - (before + now()) / 2);
  } catch (error) {
    // The same sentence as for the database itself.
    return database instanceof Error ? [] : [{ ok: false, says: explainFailure(error) }];
  }
}

/** @param aheadMs of the server's clock before this machine's */
function describe(facts: PostgresFacts, aheadMs: number): Finding[] {
  const { version, user, schema, pooler } = facts;
  const way = pooler === 'none' ? '' : `, behind a pooler in ${pooler} mode`;
  return [
    { ok: true, says: `PostgreSQL ${version}, as ${user} in the schema ${schema ?? '(none)'}${way}.` },
    checkEncryption(facts),
    ...findWrong(facts),
    ...(Math.abs(aheadMs) <= CLOCK_MAY_DIFFER_MS
      ? []
      : [{ ok: false, says: `The clocks of PostgreSQL and of this machine differ. Correct them.` }]),
  ];
}

function checkEncryption({ isEncrypted, isRemote }: PostgresFacts): Finding {
  if (isEncrypted) return { ok: true, says: 'The connection to PostgreSQL is encrypted.' };
  return {
    ok: true,
    says: isRemote
      ? 'The connection to PostgreSQL is not encrypted. Unless its network is private, add sslmode=require to DATABASE_URL.'
      : 'PostgreSQL is on this machine, so its connection needs no TLS.',
  };
}

function findWrong({ user, schema, mayCreate, ownsTables, isReadOnly }: PostgresFacts): Finding[] {
  const wrongs: string[] = [];
  if (schema === undefined) wrongs.push('search_path names no schema that exists. Create it, owned by the user.');
  else if (!mayCreate)
    wrongs.push(`${user} may not create tables. Run: GRANT CREATE ON SCHEMA "${schema}" TO "${user}"`);
  if (!ownsTables)
    wrongs.push(`The tables do not belong to ${user}, so updates fail. Run ALTER TABLE … OWNER TO for each.`);
  if (isReadOnly) wrongs.push('This server is read-only. DATABASE_URL must lead to the primary.');
  return wrongs.map((says) => ({ ok: false, says }));
}
