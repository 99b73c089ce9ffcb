import { createHash } from 'node:crypto';
import type { Executor } from './database.ts';

export type OauthStateRepository = ReturnType<typeof createOauthStateRepository>;

/** The states of installing that is under way, by their hashes. Each works once, over all replicas. */
export function createOauthStateRepository({ db: { kysely }, now }: { db: Executor; now: () => number }) {
  return {
    /** Keeps a state until `expiresAt`, in milliseconds since 1970; forgets those that have expired. */
    async add(state: string, expiresAt: number): Promise<void> {
      await kysely.deleteFrom('oauth_states').where('expires_at', '<=', now()).execute();
      await kysely
        .insertInto('oauth_states')
        .values({ state_hash: hashOf(state), expires_at: expiresAt })
        .execute();
    },

    /** Takes a state away; true for exactly one of those who ask for it, and only until it expires. */
    async take(state: string): Promise<boolean> {
      const taken = await kysely
        .deleteFrom('oauth_states')
        .where('state_hash', '=', hashOf(state))
        .returning('expires_at')
        .executeTakeFirst();
      return taken !== undefined && taken.expires_at > now();
    },

    /** Whether it could still be taken. */
    async has(state: string): Promise<boolean> {
      const found = await kysely
        .selectFrom('oauth_states')
        .select('expires_at')
        .where('state_hash', '=', hashOf(state))
        .executeTakeFirst();
      return found !== undefined && found.expires_at > now();
    },
  };
}

function hashOf(state: string): string {
  return createHash('sha256').update(state).digest('base64url');
}
