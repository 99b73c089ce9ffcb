import { describe } from 'node:test';
import type { TestDatabases } from '../test-databases.ts';
import { describeBatchSlots } from './batch-slots-suite.ts';
import { describeFailedClaims } from './failed-claims-suite.ts';
import { describeFairness } from './fairness-suite.ts';
import { describeKeyCheck } from './key-check-suite.ts';
import { describeQueue } from './queue-suite.ts';
import { setUpRateLimit } from './rate-limit-set-up.ts';
import { describeSlots } from './slots-suite.ts';
import { describeStoredSlots } from './stored-slots-suite.ts';
import { describeWindows } from './windows-suite.ts';

export function describeRateLimitRepository(databases: TestDatabases) {
  describe(`rate limit repository on ${databases.kind}`, () => {
    const setUp = setUpRateLimit(databases);
    describeSlots(setUp);
    describeWindows(setUp);
    describeFairness(setUp);
    describeQueue(setUp);
    describeBatchSlots(setUp);
    describeFailedClaims(setUp);
    describeKeyCheck(setUp);
    describeStoredSlots(setUp);
  });
}
