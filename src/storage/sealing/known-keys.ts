import type { Executor } from '../database.ts';
import { SealError, type Sealer } from './sealing.ts';

const NEWER_FORM = /^v(?!1\.)\d+\./;

/** Whether a bot has ever run with this key as its first. If so, other bots probably know the key. */
export async function isKeyKnown({ kysely }: Executor, keyId: string): Promise<boolean> {
  const row = await kysely.selectFrom('sealed_check').select('key_id').where('key_id', '=', keyId).executeTakeFirst();
  return row !== undefined;
}

/**
 * Whether another bot can open a value that this one can't, during a rolling restart. The value was sealed either with a first
 * key that we don't have yet, or by a newer version in a newer format.
 */
export async function canAnotherOpen(db: Executor, sealer: Sealer, sealed: string): Promise<boolean> {
  if (NEWER_FORM.test(sealed)) return true;
  try {
    const keyId = sealer.keyIdOf(sealed);
    return !sealer.has(keyId) && (await isKeyKnown(db, keyId));
  } catch (error) {
    if (error instanceof SealError) return false;
    throw error;
  }
}
