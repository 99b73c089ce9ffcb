import { after } from 'node:test';
import { describeDatabase } from './database/database-suite.ts';
import { describePostgresConnections } from './postgres/postgres-connections-suite.ts';
import { startPostgres } from './postgres/start-postgres.ts';
import { describeRateLimitRepository } from './rate-limit/rate-limit-repository-suite.ts';
import { describeBatchSuites } from './requests/batches/batch-suites.ts';
import { describeRequestLease } from './requests/lease-sql-suite.ts';
import { describeRequestRepository } from './requests/repository/request-repository-suite.ts';
import { describeRequestRetries } from './requests/request-retries-suite.ts';
import { describeRequestStore } from './requests/request-store-suite.ts';
import { describeSettleRestored } from './requests/settle-restored-suite.ts';
import { describeUnreadableRows } from './rows/unreadable-rows-suite.ts';
import { describeReseal } from './sealing/reseal-suite.ts';
import { createTestDatabases } from './test-databases.ts';
import { describeAuditRepository } from './workspaces/audit-repository-suite.ts';
import { describeColdsendKeyRepository } from './workspaces/coldsend-key-repository-suite.ts';
import { describeInboxActions } from './workspaces/inbox-action-repository-suite.ts';
import { describeInstallationRepository } from './workspaces/installation-repository-suite.ts';
import { describeKeyChanges } from './workspaces/key-changes-suite.ts';
import { describeSettingsChanges } from './workspaces/settings-changes-suite.ts';
import { describeUninstalledBatches } from './workspaces/uninstalled-batches-suite.ts';
import { describeWorkspaceRepository } from './workspaces/workspace-repository-suite.ts';

// One file for all that needs PostgreSQL: each file is a process of its own, and would start a server of its own.
const postgres = await startPostgres();
after(() => postgres.stop());

const databases = () => createTestDatabases('postgres', postgres.createDatabase);

describeDatabase(databases());
describeRequestLease(databases());
describeRequestRepository(databases());
describeRequestStore(databases());
describeRequestRetries(databases());
describeBatchSuites(databases);
describeRateLimitRepository(databases());
describeColdsendKeyRepository(databases());
describeKeyChanges(databases());
describeSettingsChanges(databases());
describeAuditRepository(databases());
describeInboxActions(databases());
describeInstallationRepository(databases());
describeWorkspaceRepository(databases());
describeUninstalledBatches(databases());
describeReseal(databases());
describeUnreadableRows(databases());
describeSettleRestored(databases());
describePostgresConnections(postgres);
