import type { Batch, BatchCounts, BatchRow } from '../../../src/add-inbox/batch/batch.ts';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { ACCOUNT_TO_ADD } from '../request/sample-request.ts';

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

/** No row in any state but those of `change`. */
export function sampleCounts(change: Partial<BatchCounts> = {}): BatchCounts {
  return {
    added: 0,
    exists: 0,
    refused: 0,
    key_refused: 0,
    unknown: 0,
    expired: 0,
    stopped: 0,
    unsettled: 0,
    ...change,
  };
}

/** A line of a batch that is not settled; `change` makes it any other. */
export function sampleRow(change: Partial<BatchRow> = {}): BatchRow {
  return {
    line: 2,
    requestId: 'REQUEST00001',
    account: ACCOUNT_TO_ADD,
    outcome: undefined,
    isAddedBefore: false,
    ...change,
  };
}
