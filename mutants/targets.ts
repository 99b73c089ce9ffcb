import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A test file, and of its tests those whose names match, where not all are about the source. */
export type TestRun = { file: string; only?: string };

/** The files whose faults matter most, each with the tests beside its own (`test/` mirrors `src/`) that see to it. */
export const TARGETS: Record<string, readonly TestRun[]> = {
  'src/add-inbox/do-step.ts': [{ file: 'test/add-inbox/worker.test.ts' }],
  'src/add-inbox/next-step.ts': [{ file: 'test/add-inbox/do-step.test.ts' }, { file: 'test/add-inbox/worker.test.ts' }],
  'src/add-inbox/shares.ts': [],
  'src/add-inbox/worker.ts': [
    { file: 'test/add-inbox/worker-leases.test.ts' },
    { file: 'test/add-inbox/worker-places.test.ts' },
  ],
  'src/coldsend/foreign-text.ts': [{ file: 'test/coldsend/hard-secrets.test.ts' }],
  'src/coldsend/post-once.ts': [{ file: 'test/coldsend/may-send.test.ts' }, { file: 'test/coldsend/client.test.ts' }],
  'src/monotonic-clock.ts': [],
  'src/slack/delivery.ts': [
    { file: 'test/slack/delivery-refusals.test.ts' },
    { file: 'test/slack/slack-answers.test.ts' },
  ],
  'src/slack/escape-mrkdwn.ts': [],
  'src/slack/form/view-state.ts': [
    { file: 'test/slack/form/how-page.test.ts' },
    { file: 'test/slack/key-form.test.ts' },
  ],
  'src/slack/people.ts': [{ file: 'test/slack/rights.test.ts' }, { file: 'test/slack/rights-unclear.test.ts' }],
  'src/slack/right-before-sending.ts': [
    { file: 'test/slack/rights.test.ts' },
    { file: 'test/slack/rights-unclear.test.ts' },
  ],
  'src/slack/rights.ts': [{ file: 'test/slack/rights-unclear.test.ts' }],
  'src/slack/signature.ts': [],
  'src/slack/user-groups.ts': [{ file: 'test/slack/rights.test.ts' }, { file: 'test/slack/rights-unclear.test.ts' }],
  'src/storage/request-lease.ts': [
    { file: 'test/storage/sqlite.test.ts', only: 'request (lease|repository)' },
    { file: 'test/storage/postgres.test.ts', only: 'request (lease|repository)' },
  ],
  'src/storage/response-url-seal.ts': [],
  'src/storage/sealed-columns.ts': [{ file: 'test/storage/sqlite.test.ts', only: 'key' }],
  'src/storage/sealing.ts': [],
};

/** The tests of a source file, its own first. Throws where it has none. */
export function testsOf(source: string, root: string): TestRun[] {
  const own = source.replace(/^src\//, 'test/').replace(/\.[jt]s$/, '.test.ts');
  const tests = [...(existsSync(join(root, own)) ? [{ file: own }] : []), ...(TARGETS[source] ?? [])];
  if (tests.length === 0) throw new TypeError(`${source} has no test; name one in mutants/targets.ts`);
  return tests;
}
