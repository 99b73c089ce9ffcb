import { after, before, beforeEach } from 'node:test';
import type { Database } from '../../../../src/storage/database.ts';
import {
  createRequestRepository,
  type RequestRepositoryDeps,
} from '../../../../src/storage/requests/request-repository.ts';
import { testSealer } from '../../samples.ts';
import { emptyTables, type TestDatabases } from '../../test-databases.ts';

export const HOUR = 60 * 60 * 1000;

export const acmeIn = (channelId: string) => ({ kind: 'client', name: 'Acme', channelId }) as const;

export type RequestSetUp = ReturnType<typeof setUpRequests>;

/** What the tests of requests share, with a database that is empty before each of them. To be called in a `describe`. */
export function setUpRequests(databases: TestDatabases) {
  let db: Database;
  let time: number;
  before(async () => {
    db = await databases.open();
  });
  after(() => databases.closeAll());
  beforeEach(async () => {
    await emptyTables(db);
    time = 1_700_000_000_000;
  });

  const now = () => time;

  function pass(ms: number) {
    time += ms;
  }

  function repositoryOf(owner: string, deps: Partial<RequestRepositoryDeps> = {}) {
    return createRequestRepository({ db, sealer: testSealer, owner, leaseMs: 60_000, now, ...deps });
  }

  return { kind: databases.kind, db: () => db, now, pass, repositoryOf };
}
