import { after } from 'node:test';
import { describeColdsendKeyRepository } from './coldsend-key-repository-suite.ts';
import { describeDatabase } from './database-suite.ts';
import { describePostgresConnections } from './postgres-connections-suite.ts';
import { describeRequestRepository } from './request-repository-suite.ts';
import { startPostgres } from './start-postgres.ts';
import { createTestDatabases } from './test-databases.ts';

// One file for all that needs PostgreSQL: each file is a process of its own, and would start a server of its own.
const postgres = await startPostgres();
after(() => postgres.stop());

const databases = () => createTestDatabases('postgres', postgres.createDatabase);

describeDatabase(databases());
describeRequestRepository(databases());
describeColdsendKeyRepository(databases());
describePostgresConnections(postgres);
