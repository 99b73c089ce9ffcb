import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { killWithBatches } from '../../faults/batches/kill-batches.ts';
import { breakColdsend, breakSlack } from '../../faults/campaigns/broken-network.ts';
import { jumpClock } from '../../faults/campaigns/clock-jump.ts';
import { failFsync } from '../../faults/campaigns/failing-fsync.ts';
import { freezeReplicas } from '../../faults/campaigns/freeze.ts';
import { fillDisk } from '../../faults/campaigns/full-disk.ts';
import { killWithPages } from '../../faults/campaigns/page-kills.ts';
import { killOnPostgres } from '../../faults/campaigns/postgres-kills.ts';
import { failPostgres } from '../../faults/campaigns/postgres-outage.ts';
import { strikeSockets } from '../../faults/campaigns/socket-faults.ts';
import { killOnSqlite } from '../../faults/campaigns/sqlite-kills.ts';
import type { Tally } from '../../faults/judging/tally.ts';
import { deliverToAll } from '../../faults/world/deliver-to-all.ts';
import { startPostgres, type TestPostgres } from '../storage/postgres/start-postgres.ts';

/*
 * The fault tests with counts that show that they work; `npm run test:faults` runs them at size. EVIDENCE.md tells what came of it.
 */

const SEED = 1;

let postgres: TestPostgres;
before(async () => {
  postgres = await startPostgres();
});
after(() => postgres.stop());

test('killed at any moment on SQLite, nothing is lost, sent twice or reported wrongly', async () => {
  keepsThePromise(await killOnSqlite({ seed: SEED, kills: 8 }));
});

test('the same with one of three replicas on PostgreSQL', async () => {
  keepsThePromise(await killOnPostgres({ postgres, seed: SEED, kills: 3 }));
});

test('killed while people add many inboxes, each row is sent at most once and reported as it ended', async () => {
  keepsThePromise(await killWithBatches({ seed: SEED, kills: 2 }));
});

test('the same with one of three replicas', async () => {
  keepsThePromise(await killWithBatches({ postgres, seed: SEED, kills: 1 }));
});

test('killed while people enter passwords on the secure page, none is lost, sent twice or mixed up', async () => {
  keepsThePromise(await killWithPages({ seed: SEED, kills: 3 }));
});

test('nor is one of those that one of three replicas took', async () => {
  keepsThePromise(await killWithPages({ postgres, seed: SEED, kills: 1 }));
});

test('a replica that was frozen past its lease is replaced, and changes nothing when it wakes up', async () => {
  keepsThePromise(await freezeReplicas({ postgres, seed: SEED, freezes: 1 }));
});

test('a submission that reaches three replicas at once is one request', async () => {
  keepsThePromise(await deliverToAll({ postgres, seed: SEED, submissions: 5 }));
});

test('whatever the network to ColdSend does, what is reported is true', async () => {
  keepsThePromise(await breakColdsend({ seed: SEED, every: 400 }));
});

test('whatever the network to Slack does, the outcome gets there', async () => {
  keepsThePromise(await breakSlack({ seed: SEED, requests: 4 }));
});

test('PostgreSQL that crashes under load takes nothing with it', async () => {
  keepsThePromise(await failPostgres({ postgres, outage: 'crash', seed: SEED, times: 1 }));
});

test('a clock that is set a day on or back makes nobody wait for a day', async () => {
  keepsThePromise(await jumpClock({ seed: SEED }));
});

test('nor does the clock of one replica that is a day ahead of or behind the other', async () => {
  keepsThePromise(await jumpClock({ seed: SEED, postgres }));
});

test('a full disk is said, and it goes on once there is room again', async () => {
  keepsThePromise(await fillDisk({ seed: SEED, times: 1 }));
});

test('what a failing fsync did not save is not said to be accepted', async () => {
  keepsThePromise(await failFsync({ seed: SEED, times: 4 }));
});

test('over Socket Mode, whatever becomes of the connections, nothing is lost and nothing grows', async () => {
  keepsThePromise(await strikeSockets({ postgres, seed: SEED, replicas: 2, seconds: 12 }));
});

function keepsThePromise({ violations, requests, name }: Tally): void {
  assert.deepEqual(violations, []);
  assert.ok(requests > 0 || name.includes('not tried'), 'it tried something');
}
