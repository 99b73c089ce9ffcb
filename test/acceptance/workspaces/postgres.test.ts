import { after } from 'node:test';
import { startPostgres } from '../../storage/start-postgres.ts';
import { describeBorrowing } from './borrowing.ts';
import { describeInstalling } from './installing.ts';
import { describeKeepingApart } from './keeping-apart.ts';
import { describeLeaving } from './leaving.ts';
import { describeOperating } from './operating.ts';
import { describeRotating } from './rotating.ts';

const postgres = await startPostgres();
after(() => postgres.stop());

const setting = { createUrl: postgres.createDatabase, replicas: 2 };

describeInstalling('PostgreSQL with two replicas', setting);
describeLeaving('PostgreSQL with two replicas', setting);
describeKeepingApart('PostgreSQL with two replicas', setting);
describeOperating('PostgreSQL with two replicas', setting);
describeBorrowing('PostgreSQL with two replicas', setting);
describeRotating('PostgreSQL with two replicas', setting);
