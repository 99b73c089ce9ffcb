import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, afterEach } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Database } from '../../../src/storage/database.ts';
import { createRequestRepository, type RequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { testSealer } from '../samples.ts';
import { createTemporaryFolder, createTestDatabases } from '../test-databases.ts';

/** What the tests of SQLite's files share. To be called once in a test file; what it started is ended after each test. */
export async function setUpSqlite() {
  const folder = await createTemporaryFolder();
  const databases = createTestDatabases('sqlite', async () => `sqlite:${folder.createPath()}`);
  const children = new Set<ChildProcess>();
  after(() => folder.remove());
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    return databases.closeAll();
  });

  /** Another process that opens the database at `url`, as hold-database.ts says. */
  function startChild(url: string, ...rest: string[]) {
    const script = fileURLToPath(new URL('./hold-database.ts', import.meta.url));
    const child = spawn(process.execPath, [script, url, ...rest], { stdio: ['pipe', 'pipe', 'ignore'] });
    children.add(child);
    child.on('exit', () => children.delete(child));
    return {
      lines: createInterface(child.stdout)[Symbol.asyncIterator](),
      async kill() {
        child.kill('SIGKILL');
        await once(child, 'exit');
      },
    };
  }

  return { folder, databases, startChild };
}

export function repositoryOf(db: Database): RequestRepository {
  return createRequestRepository({ db, sealer: testSealer, owner: 'a', leaseMs: 1000, now: Date.now });
}
