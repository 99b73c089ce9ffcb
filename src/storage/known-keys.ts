import type { Executor } from './database.ts';
import { SealError, type Sealer } from './sealing.ts';

/** Whether a bot has run with this key as its first, so that others may be expected to know it. */
export async function isKeyKnown({ kysely }: Executor, keyId: string): Promise<boolean> {
  const row = await kysely.selectFrom('sealed_check').select('key_id').where('key_id', '=', keyId).executeTakeFirst();
  return row !== undefined;
}

/** Whether a value that did not open was sealed by a bot with a newer first key than any of ours, while all are restarted with it. */
export async function isAnothersKey(db: Executor, sealer: Sealer, sealed: string): Promise<boolean> {
  try {
    const keyId = sealer.keyIdOf(sealed);
    return !sealer.has(keyId) && (await isKeyKnown(db, keyId));
  } catch (error) {
    if (error instanceof SealError) return false;
    throw error;
  }
}
