import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '../../storage/postgres/start-postgres.ts';
import { startAgency } from './start-agency.ts';
import { countStored, isNothing, waitForStored } from './stored-secrets.ts';
import { describeBorrowing } from './suites/borrowing.ts';
import { describeEnteringPasswords } from './suites/entering-passwords.ts';
import { describeInstalling } from './suites/installing.ts';
import { describeKeepingApart } from './suites/keeping-apart.ts';
import { describeOperating } from './suites/operating.ts';
import { describeResealing } from './suites/resealing.ts';
import { describeUninstalling } from './suites/uninstalling.ts';

const LOOK_EVERY_MS = 10;

const postgres = await startPostgres();
after(() => postgres.stop());

const setting = { createUrl: postgres.createDatabase, replicas: 2 };

describeInstalling('PostgreSQL with two replicas', setting);
describeUninstalling('PostgreSQL with two replicas', setting);
describeKeepingApart('PostgreSQL with two replicas', setting);
describeOperating('PostgreSQL with two replicas', setting);
describeBorrowing('PostgreSQL with two replicas', setting);
describeEnteringPasswords('PostgreSQL with two replicas', setting);
describeResealing('PostgreSQL with two replicas', setting);

test('a workspace that leaves while PostgreSQL is away is removed once it is back', async (context) => {
  const agency = await startAgency(context, setting);
  const { slack, teams } = agency;
  const [acme, blue] = teams;
  for (const team of [acme, blue]) await agency.setUp(team);
  const untouched = await countStored(agency, blue.teamId);
  await postgres.crash();
  const uninstalled = slack.uninstall(acme.teamId);
  const isLeaving = ({ payload }: { payload: unknown }) =>
    /app_uninstalled|tokens_revoked/.test(JSON.stringify(payload));
  const outcomes = () => slack.ledger.deliveries.filter(isLeaving).map(({ outcome }) => outcome);
  while (outcomes().length === 0) await sleep(LOOK_EVERY_MS);
  assert.ok(!outcomes().includes('ok'), 'Slack is not told that it was done');
  await postgres.start();
  await waitForStored(agency, acme.teamId, isNothing);
  assert.deepEqual(await countStored(agency, blue.teamId), untouched);
  // Slack repeats an event that was not acknowledged after a minute; it does not have to here.
  uninstalled.catch(() => {});
});
