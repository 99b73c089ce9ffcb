import { after } from 'node:test';
import { describeAuditedStore } from './audited-store-suite.ts';
import { describeColdsendKeyRepository } from './coldsend-key-repository-suite.ts';
import { describeDatabase } from './database-suite.ts';
import { describeInstallationRepository } from './installation-repository-suite.ts';
import { describePostgresConnections } from './postgres-connections-suite.ts';
import { describePostgresErasing } from './postgres-erasing-suite.ts';
import { describePrepareQuery } from './prepare-query-suite.ts';
import { describeRequestLease } from './request-lease-suite.ts';
import { describeRequestRepository } from './request-repository-suite.ts';
import { describeRequestRetries } from './request-retries-suite.ts';
import { describeRotateKeys } from './rotate-keys-suite.ts';
import { describeSettleRestored } from './settle-restored-suite.ts';
import { startPostgres } from './start-postgres.ts';
import { createTestDatabases } from './test-databases.ts';
import { describeTurnRepository } from './turn-repository-suite.ts';
import { describeUnreadableRows } from './unreadable-rows-suite.ts';
import { describeWorkspaceRepository } from './workspace-repository-suite.ts';

// One file for all that needs PostgreSQL: each file is a process of its own, and would start a server of its own.
const postgres = await startPostgres();
after(() => postgres.stop());

const databases = () => createTestDatabases('postgres', postgres.createDatabase);

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
describePostgresConnections(postgres);
describePostgresErasing(databases());
