import { after } from 'node:test';
import { describeAuditedStore } from './audited-store-suite.ts';
import { describeColdsendKeyRepository } from './coldsend-key-repository-suite.ts';
import { describeDatabase } from './database-suite.ts';
import { describeInstallationRepository } from './installation-repository-suite.ts';
import { describePrepareQuery } from './prepare-query-suite.ts';
import { describeRequestLease } from './request-lease-suite.ts';
import { describeRequestRepository } from './request-repository-suite.ts';
import { describeRequestRetries } from './request-retries-suite.ts';
import { describeRotateKeys } from './rotate-keys-suite.ts';
import { describeSettleRestored } from './settle-restored-suite.ts';
import { createTemporaryFolder, createTestDatabases } from './test-databases.ts';
import { describeTurnRepository } from './turn-repository-suite.ts';
import { describeUnreadableRows } from './unreadable-rows-suite.ts';
import { describeWorkspaceRepository } from './workspace-repository-suite.ts';

const folder = await createTemporaryFolder();
after(() => folder.remove());

const databases = () => createTestDatabases('sqlite', async () => `sqlite:${folder.createPath()}`);

describeDatabase(databases());
describePrepareQuery(databases());
describeRequestLease(databases());
describeRequestRepository(databases());
describeRequestRetries(databases());
describeTurnRepository(databases());
describeColdsendKeyRepository(databases());
describeAuditedStore(databases());
describeInstallationRepository(databases());
describeWorkspaceRepository(databases());
describeRotateKeys(databases());
describeUnreadableRows(databases());
describeSettleRestored(databases());
