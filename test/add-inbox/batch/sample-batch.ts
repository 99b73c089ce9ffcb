import type { Batch } from '../../../src/add-inbox/batch/batch.ts';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';

/** A batch right after its file was read, at time 0; `change` makes it any other. */
export function sampleBatch(change: Partial<Batch> = {}): Batch {
  return {
    id: 'BATCH0000001',
    teamId: 'T1',
    userId: 'U1',
    channelId: 'C1',
    resultsChannelId: undefined,
    keyName: WORKSPACE,
    fileName: 'export.csv',
    fixOf: undefined,
    state: 'draft',
    total: 0,
    stoppedBy: undefined,
    announcement: undefined,
    shown: undefined,
    failuresTs: undefined,
    summaryTs: undefined,
    areResultsPosted: false,
    notBefore: 0,
    tries: 0,
    createdAt: 0,
    confirmedAt: undefined,
    finishedAt: undefined,
    ...change,
  };
}
