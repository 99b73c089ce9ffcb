import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../../../src/storage/database.ts';
import { openDatabase } from '../../../../src/storage/open-database.ts';
import { createRequestRepository } from '../../../../src/storage/requests/request-repository.ts';
import { countByKey } from '../../../../src/storage/sealing/reseal.ts';
import { createSealer, type Sealer } from '../../../../src/storage/sealing/sealing.ts';
import { acceptSample } from '../../../storage/samples.ts';
import { addGoogleInbox } from '../../world/add-google-inbox.ts';
import { runAdminCommand, startAdminCommand } from '../run-admin-command.ts';
import { type Agency, ENCRYPTION_KEY, NEW_ENCRYPTION_KEY, type Setting, startAgency } from '../start-agency.ts';

const OLD = { id: 'k1', key: new Uint8Array(32).fill(42) };
const NEW = { id: 'k2', key: new Uint8Array(32).fill(43) };

/** So many that a rotation can be killed in the middle of them. */
const STORED = 300;

/** From one encryption key to another, while inboxes are added and everything is killed now and then. */
export function describeResealing(kind: string, setting: Setting): void {
  test(`rotating the keys under load, on ${kind}, with kills`, async (context) => {
    const agency = await startAgency(context, setting);
    const { slack, coldsend, teams } = agency;
    const [acme, blue] = teams;
    for (const team of teams) await agency.setUp(team);
    await fill(agency, createSealer([OLD]));
    const both = { ENCRYPTION_KEYS: `${NEW_ENCRYPTION_KEY},${ENCRYPTION_KEY}` };
    const rotate = { ...agency.env, ...both };

    await context.test('before a bot has run with the new key it is refused', async () => {
      const { status, output } = await runAdminCommand(['rotate-keys'], rotate);
      assert.equal(status, 1);
      assert.match(output, /Restart every bot with these ENCRYPTION_KEYS/);
      assert.deepEqual(Object.keys(await counts(agency)), ['k1']);
    });

    await agency.restart(both);
    await context.test('killed in the middle, and the bot too, while inboxes are added', async () => {
      for (let round = 0; round < 2; round += 1) {
        const before = (await counts(agency)).k2 ?? 0;
        const command = startAdminCommand(['rotate-keys'], rotate);
        const adding = addGoogleInbox(acme.member, {
          address: `round${round}@acme.com`,
          channelId: acme.channelId,
        });
        await waitForNew(agency, before + 150);
        command.kill();
        assert.equal(await command.exited, 'SIGKILL');
        assert.equal((await adding).status, 'ok');
        if (round === 0) await agency.restart(both);
        await acme.member.close({ all: true });
      }
    });

    await context.test('repeated, it comes to its end and says that the old key can go', async () => {
      const [{ status, output }] = await Promise.all([
        runAdminCommand(['rotate-keys'], rotate),
        addGoogleInbox(blue.member, { address: 'meanwhile@blue.com', channelId: blue.channelId }),
      ]);
      assert.equal(status, 0, output);
      assert.match(output, /The key "k1" is no longer needed\. You can remove it from ENCRYPTION_KEYS of every bot\./);
      assert.deepEqual(Object.keys(await counts(agency)), ['k2']);
      const again = await runAdminCommand(['rotate-keys'], rotate);
      assert.equal(again.status, 0);
      assert.match(again.output, /^0 values are now encrypted/);
    });

    await context.test('without the old key everything goes on', async () => {
      await agency.restart({ ENCRYPTION_KEYS: NEW_ENCRYPTION_KEY });
      await addGoogleInbox(acme.admin, { address: 'later@acme.com', channelId: acme.channelId });
      for (const address of ['round0@acme.com', 'round1@acme.com', 'meanwhile@blue.com', 'later@acme.com']) {
        const reply = await slack.waitForMessage(
          ({ threadTs, text }) => threadTs !== undefined && text.includes(address),
        );
        const posts = coldsend.ledger.filter(({ body }) => JSON.stringify(body).includes(address)).length;
        // A bot that was killed between arming and the first byte has not sent it, and its reply says so.
        const isUnknown = reply.text.includes("We don't know");
        assert.ok(posts === 1 || (posts === 0 && isUnknown), `${posts} POSTs: ${reply.text}`);
      }
    });
    for (const bot of agency.bots) assert.doesNotMatch(bot.output(), /not_openable/);
  });
}

/** Requests of a workspace that the bots do not serve, put off for a day: they are there to be sealed anew. */
async function fill({ databaseUrl }: Agency, sealer: Sealer): Promise<void> {
  const database = await openDatabase(databaseUrl, { sealer, role: 'tool' });
  const later = () => Date.now() + 12 * 60 * 60 * 1000;
  await database.transaction(async (db) => {
    const requests = createRequestRepository({ db, sealer, owner: 'test', leaseMs: 1, now: Date.now });
    for (let n = 0; n < STORED; n += 1) await acceptSample(requests, `stored-${n}`, { teamId: 'T0ELSEWHERE' });
    await db.kysely
      .updateTable('requests')
      .set({ not_before: later(), lease_owner: null, lease_until: null })
      .where('team_id', '=', 'T0ELSEWHERE')
      .execute();
  });
  await database.close();
}

async function counts(agency: Agency): Promise<Record<string, number>> {
  return watching(agency, countByKey);
}

/** Resolves in the middle of a rotation, as soon as so many values are sealed anew. */
async function waitForNew(agency: Agency, atLeast: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  await watching(agency, async (database) => {
    while (((await countByKey(database)).k2 ?? 0) < atLeast) {
      if (Date.now() > deadline) throw new Error('nothing is sealed anew');
      await sleep(2);
    }
  });
}

async function watching<T>({ databaseUrl }: Agency, look: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(databaseUrl, { sealer: createSealer([NEW, OLD]), role: 'tool', poolSize: 1 });
  try {
    return await look(database);
  } finally {
    await database.close();
  }
}
