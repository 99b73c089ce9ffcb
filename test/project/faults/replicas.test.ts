import { after, before, test } from 'node:test';
import { killWithBatches } from '../../../faults/batches/kill-batches.ts';
import { jumpClock } from '../../../faults/campaigns/clock-jump.ts';
import { killWithForms } from '../../../faults/campaigns/form-kills.ts';
import { freezeReplicas } from '../../../faults/campaigns/freeze.ts';
import { killWithPages } from '../../../faults/campaigns/page-kills.ts';
import { failPostgres } from '../../../faults/campaigns/postgres-outage.ts';
import { strikeSockets } from '../../../faults/campaigns/socket-faults.ts';
import { deliverToAll } from '../../../faults/world/deliver-to-all.ts';
import { startPostgres, type TestPostgres } from '../../storage/postgres/start-postgres.ts';
import { keepsThePromise, SEED, SEED_OF_LISTS } from './keeps-the-promise.ts';

let postgres: TestPostgres;
before(async () => {
  postgres = await startPostgres();
});
after(() => postgres.stop());

test('one of three replicas is killed at any moment, and nothing is lost, sent twice or reported wrongly', async () => {
  keepsThePromise(await killWithForms({ postgres, seed: SEED, kills: 3 }));
});

test('one of them is killed while people add many inboxes in Slack and on the page, where they fix what failed, and each row is sent at most once', async () => {
  keepsThePromise(await killWithBatches({ postgres, seed: SEED_OF_LISTS, kills: 1 }));
});

test('one of them is killed while people enter passwords on the secure page, and none is lost, sent twice or mixed up', async () => {
  keepsThePromise(await killWithPages({ postgres, seed: SEED, kills: 1 }));
});

test('a replica that was frozen past its lease is replaced, and changes nothing when it wakes up', async () => {
  keepsThePromise(await freezeReplicas({ postgres, seed: SEED, freezes: 1 }));
});

test('a submission that reaches three replicas at once is one request', async () => {
  keepsThePromise(await deliverToAll({ postgres, seed: SEED, submissions: 5 }));
});

test('PostgreSQL that crashes under load takes nothing with it', async () => {
  keepsThePromise(await failPostgres({ postgres, outage: 'crash', seed: SEED, times: 1 }));
});

test('the clock of one replica that is a day ahead of or behind the others makes nobody wait for a day', async () => {
  keepsThePromise(await jumpClock({ seed: SEED, postgres }));
});

test('over Socket Mode, whatever becomes of the connections, nothing is lost and nothing grows', async () => {
  keepsThePromise(await strikeSockets({ postgres, seed: SEED, replicas: 2, seconds: 12 }));
});
