import { createHash } from 'node:crypto';
import type { Executor } from '../database.ts';

/** Replicas' clocks differ. So a note is kept for longer than any replica accepts its state. */
const KEPT_LONGER_MS = 10 * 60_000;

export type OauthStateRepository = ReturnType<typeof createOauthStateRepository>;

/** The hashes of OAuth states that were used. Each state works once over all replicas. */
export function createOauthStateRepository({ db: { kysely }, now }: { db: Executor; now: () => number }) {
  return {
    /**
     * Notes that a state is used. Returns true for exactly one caller. Deletes expired notes.
     *
     * @param expiresAt in milliseconds since 1970
     */
    async use(state: string, expiresAt: number): Promise<boolean> {
      await kysely
        .deleteFrom('oauth_states')
        .where('expires_at', '<=', now() - KEPT_LONGER_MS)
        .execute();
      const noted = await kysely
        .insertInto('oauth_states')
        .values({ state_hash: hashOf(state), expires_at: expiresAt })
        .onConflict((conflict) => conflict.column('state_hash').doNothing())
        .returning('state_hash')
        .executeTakeFirst();
      return noted !== undefined;
    },

    /** Whether the state was used. */
    async has(state: string): Promise<boolean> {
      const found = await kysely
        .selectFrom('oauth_states')
        .select('state_hash')
        .where('state_hash', '=', hashOf(state))
        .executeTakeFirst();
      return found !== undefined;
    },
  };
}

/** The hash covers more than the state. An older version stored the hashes of unused states, which must not match. */
function hashOf(state: string): string {
  return createHash('sha256').update(`used ${state}`).digest('base64url');
}
