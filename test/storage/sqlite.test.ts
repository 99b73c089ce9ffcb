import { after } from 'node:test';
import { describeColdsendKeyRepository } from './coldsend-key-repository-suite.ts';
import { describeDatabase } from './database-suite.ts';
import { describeRequestRepository } from './request-repository-suite.ts';
import { createTemporaryFolder, createTestDatabases } from './test-databases.ts';

const folder = await createTemporaryFolder();
after(() => folder.remove());

const databases = () => createTestDatabases('sqlite', async () => `sqlite:${folder.createPath()}`);

describeDatabase(databases());
describeRequestRepository(databases());
describeColdsendKeyRepository(databases());
