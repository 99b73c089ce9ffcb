import { describe } from 'node:test';
import type { TestDatabases } from '../../test-databases.ts';
import { describeAccept } from './accept-suite.ts';
import { describeAdvance } from './advance-suite.ts';
import { describeClaimDueOfBatches } from './claim-due-batches-suite.ts';
import { describeClaimDue } from './claim-due-suite.ts';
import { describeLatest } from './latest-suite.ts';
import { describeLeases } from './leases-suite.ts';
import { setUpRequests } from './request-set-up.ts';
import { describeStoredRequests } from './stored-requests-suite.ts';

export function describeRequestRepository(databases: TestDatabases) {
  describe(`request repository on ${databases.kind}`, () => {
    const setUp = setUpRequests(databases);
    describeAccept(setUp);
    describeAdvance(setUp);
    describeClaimDue(setUp);
    describeClaimDueOfBatches(setUp);
    describeLeases(setUp);
    describeLatest(setUp);
    describeStoredRequests(setUp);
  });
}
