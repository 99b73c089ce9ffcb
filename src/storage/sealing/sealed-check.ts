import { sql } from 'kysely';
import type { Executor } from '../database.ts';
import { StorageError } from '../database.ts';
import type { SealedCheckTable } from '../tables.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';
import { type Sealer, sealedPrefix } from './sealing.ts';

const KNOWN_TEXT = 'coldsend-inbox-bot';

export class WrongKeysError extends StorageError {
  constructor(keyId: string) {
    super(
      'wrong_keys',
      `ENCRYPTION_KEYS can't open this database: its key "${keyId}" is missing or has changed. Put it back. ` +
        'If you added a new key, give that another ID and put it first. ' +
        'Or set DATABASE_URL to the database that belongs to these keys.',
    );
  }
}

/**
 * Rejects keys that can't open the stored values. Each key that was ever the first has a known text stored, sealed with it. A key
 * may be removed from `ENCRYPTION_KEYS` when another key is first and nothing sealed with the old one is left.
 *
 * @param leave whether this process seals values, and so stores the known text for its first key
 * @throws WrongKeysError
 */
export async function checkSealed(
  { kysely }: Executor,
  sealer: Sealer,
  { leave = true }: { leave?: boolean } = {},
): Promise<void> {
  const checks = await kysely.selectFrom('sealed_check').selectAll().orderBy('key_id').execute();
  const closed = checks.filter((check) => !opens(sealer, check));
  for (const { key_id } of closed) {
    const isStranger = closed.length === checks.length || key_id === sealer.primaryKeyId;
    if (isStranger || (await isInUse(kysely, key_id))) throw new WrongKeysError(key_id);
  }
  if (leave && !checks.some(({ key_id }) => key_id === sealer.primaryKeyId)) await leaveCheck(kysely, sealer);
}

async function leaveCheck(kysely: Executor['kysely'], sealer: Sealer) {
  const keyId = sealer.primaryKeyId;
  await kysely
    .insertInto('sealed_check')
    .values({ key_id: keyId, sealed: sealer.seal(KNOWN_TEXT, contextOf(keyId)) })
    .onConflict((conflict) => conflict.column('key_id').doNothing())
    .execute();
  // Another replica may have stored the text first, sealed with a different key of the same name.
  const stored = await kysely
    .selectFrom('sealed_check')
    .selectAll()
    .where('key_id', '=', keyId)
    .executeTakeFirstOrThrow();
  if (!opens(sealer, stored)) throw new WrongKeysError(keyId);
}

function opens(sealer: Sealer, { key_id, sealed }: SealedCheckTable): boolean {
  try {
    return sealer.open(sealed, contextOf(key_id)) === KNOWN_TEXT;
  } catch {
    return false;
  }
}

function contextOf(keyId: string) {
  return { purpose: 'sealed_check', teamId: '', rowId: keyId };
}

async function isInUse(kysely: Executor['kysely'], keyId: string): Promise<boolean> {
  const prefix = sealedPrefix(keyId);
  for (const { table, column } of SEALED_COLUMNS) {
    const start = sql`substr(${sql.ref(column)}, 1, ${sql.lit(prefix.length)})`;
    const found = sql<{ one: number }>`(select 1 as one from ${sql.table(table)} where ${start} = ${prefix} limit 1)`;
    if (await kysely.selectFrom(found.as('found')).selectAll().executeTakeFirst()) return true;
  }
  return false;
}
