import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A test file, and of its tests those whose names match, where not all are about the source. */
export type TestRun = { file: string; only?: string };

/** The files whose faults matter most, each with the tests beside its own (`test/` mirrors `src/`) that see to it. */
export const TARGETS: Record<string, readonly TestRun[]> = {
  'src/add-inbox/request/do-step.ts': [{ file: 'test/add-inbox/worker/worker.test.ts' }],
  'src/add-inbox/request/next-step.ts': [
    { file: 'test/add-inbox/request/do-step.test.ts' },
    { file: 'test/add-inbox/worker/worker.test.ts' },
  ],
  'src/add-inbox/worker/shares.ts': [],
  'src/add-inbox/worker/worker.ts': [
    { file: 'test/add-inbox/worker/leases/worker-leases.test.ts' },
    { file: 'test/add-inbox/worker/worker-places.test.ts' },
  ],
  'src/coldsend/words/foreign-text.ts': [{ file: 'test/coldsend/words/hard-secrets.test.ts' }],
  'src/coldsend/post-once.ts': [{ file: 'test/coldsend/may-send.test.ts' }, { file: 'test/coldsend/client.test.ts' }],
  'src/operations/monotonic-clock.ts': [],
  'src/slack/thread/delivery.ts': [
    { file: 'test/slack/thread/delivery-refusals.test.ts' },
    { file: 'test/slack/web-api/slack-answers.test.ts' },
  ],
  'src/slack/blocks/foreign-text.ts': [],
  'src/slack/modals/view-state.ts': [
    { file: 'test/slack/form/how-page.test.ts' },
    { file: 'test/slack/home/keys/key-form.test.ts' },
  ],
  'src/slack/permissions/people.ts': [
    { file: 'test/slack/permissions/permissions.test.ts' },
    { file: 'test/slack/permissions/permissions-unclear.test.ts' },
  ],
  'src/slack/permissions/check-before-sending.ts': [
    { file: 'test/slack/permissions/permissions.test.ts' },
    { file: 'test/slack/permissions/permissions-unclear.test.ts' },
  ],
  'src/slack/permissions/permissions.ts': [{ file: 'test/slack/permissions/permissions-unclear.test.ts' }],
  'src/slack/bolt/signature.ts': [],
  'src/slack/permissions/user-groups.ts': [
    { file: 'test/slack/permissions/permissions.test.ts' },
    { file: 'test/slack/permissions/permissions-unclear.test.ts' },
  ],
  'src/storage/requests/lease-sql.ts': [
    { file: 'test/storage/sqlite.test.ts', only: 'request (lease|repository)' },
    { file: 'test/storage/postgres.test.ts', only: 'request (lease|repository)' },
  ],
  'src/storage/sealing/response-url-seal.ts': [],
  'src/storage/sealing/sealed-columns.ts': [{ file: 'test/storage/sqlite.test.ts', only: 'key' }],
  'src/storage/sealing/sealing.ts': [],
};

/** The tests of a source file, its own first. Throws where it has none. */
export function testsOf(source: string, root: string): TestRun[] {
  const own = source.replace(/^src\//, 'test/').replace(/\.[jt]s$/, '.test.ts');
  const tests = [...(existsSync(join(root, own)) ? [{ file: own }] : []), ...(TARGETS[source] ?? [])];
  if (tests.length === 0) throw new TypeError(`${source} has no test; name one in mutants/targets.ts`);
  return tests;
}
