import { startPostgres } from '../test/storage/postgres/start-postgres.ts';
import { findChromium, serveChromium } from './open-chromium.ts';

export type SharedServers = {
  /** Where the test files find them. */
  env: { TEST_POSTGRES_URL?: string; TEST_CHROMIUM?: string };
  stop(): Promise<unknown>;
};

/**
 * Starts what all test files of one run share, unless this process runs inside such a run. A file that runs alone starts its own,
 * as does every file that crashes its PostgreSQL.
 */
export async function shareServers(): Promise<SharedServers> {
  if (process.env.TEST_POSTGRES_URL !== undefined) return { env: {}, stop: async () => {} };
  const chromium = findChromium(process.env);
  const [postgres, browser] = await Promise.all([
    startPostgres(),
    chromium === undefined ? undefined : serveChromium(chromium),
  ]);
  return {
    env: { TEST_POSTGRES_URL: postgres.url, ...(browser && { TEST_CHROMIUM: browser.wsEndpoint() }) },
    stop: () => Promise.all([postgres.stop(), browser?.close()]),
  };
}
