import { describe } from 'node:test';
import type { TestDatabases } from '../../test-databases.ts';
import { describeAuditTrail } from './audit-trail-suite.ts';
import { describeAuditedKeys } from './audited-keys-suite.ts';
import { describeAuditedRequests } from './audited-requests-suite.ts';
import { setUpAudited } from './audited-set-up.ts';
import { describeAuditedSettings } from './audited-settings-suite.ts';

export function describeAuditedStore(databases: TestDatabases) {
  describe(`settings and audit trail on ${databases.kind}`, () => {
    const setUp = setUpAudited(databases);
    describeAuditedSettings(setUp);
    describeAuditedRequests(setUp);
    describeAuditedKeys(setUp);
    describeAuditTrail(setUp);
  });
}
