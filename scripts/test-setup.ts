import { startPostgres } from '../test/storage/postgres/start-postgres.ts';
import { findChromium, serveChromium } from './open-chromium.ts';

/*
 * What all test files of one run share. A file that runs alone starts its own, as does every file that crashes its PostgreSQL.
 */

let stop: (() => Promise<unknown>) | undefined;

export async function globalSetup(): Promise<void> {
  const chromium = findChromium(process.env);
  const [postgres, browser] = await Promise.all([
    startPostgres(),
    chromium === undefined ? undefined : serveChromium(chromium),
  ]);
  process.env.TEST_POSTGRES_URL = postgres.url;
  if (browser !== undefined) process.env.TEST_CHROMIUM = browser.wsEndpoint();
  stop = () => Promise.all([postgres.stop(), browser?.close()]);
}

export async function globalTeardown(): Promise<void> {
  await stop?.();
}
