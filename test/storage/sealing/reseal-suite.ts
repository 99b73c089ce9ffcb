import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import type { Database } from '../../../src/storage/database.ts';
import { createDraftRepository } from '../../../src/storage/requests/batches/draft-repository.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { countByKey, resealAll } from '../../../src/storage/sealing/reseal.ts';
import { WrongKeysError } from '../../../src/storage/sealing/sealed-check.ts';
import { SEALED_COLUMNS } from '../../../src/storage/sealing/sealed-columns.ts';
import { createSealer, type Sealer, sealedPrefix } from '../../../src/storage/sealing/sealing.ts';
import { createColdsendKeyRepository } from '../../../src/storage/workspaces/coldsend-key-repository.ts';
import { createInstallationRepository } from '../../../src/storage/workspaces/installation-repository.ts';
import { sampleClient } from '../../add-inbox/keys/sample-key.ts';
import { draftOf } from '../requests/batches/batch-set-up.ts';
import { acceptSample } from '../samples.ts';
import type { TestDatabases } from '../test-databases.ts';
import { sampleInstallation } from '../workspaces/installation-samples.ts';

const OLD = { id: 'old', key: new Uint8Array(32).fill(1) };
const NEW = { id: 'new', key: new Uint8Array(32).fill(2) };
const oldSealer = createSealer([OLD]);
const bothSealer = createSealer([NEW, OLD]);
const newSealer = createSealer([NEW]);

export function describeReseal(databases: TestDatabases) {
  describe(`reseal on ${databases.kind}`, () => {
    afterEach(() => databases.closeAll());
    after(() => databases.closeAll());

    const repositories = (database: Database, sealer: Sealer) => ({
      requests: createRequestRepository({ db: database, sealer, owner: 'a', leaseMs: 60_000, now: Date.now }),
      keys: createColdsendKeyRepository({ db: database, sealer, now: Date.now }),
      installations: createInstallationRepository({ database, sealer, now: Date.now }),
      drafts: createDraftRepository({ database, sealer, now: Date.now }),
    });

    /** Everything that seals something puts it here. */
    async function fill(database: Database, sealer: Sealer, count: number): Promise<void> {
      const { requests, keys, installations, drafts } = repositories(database, sealer);
      for (let n = 0; n < count; n += 1) {
        const teamId = `T${n}`;
        await acceptSample(requests, String(n), { teamId });
        await keys.save({
          teamId,
          owner: WORKSPACE,
          apiKey: `cs_live_${n}`,
          storedBy: 'U1',
          status: 'works',
          missingScopes: [],
        });
        await keys.save({
          teamId,
          owner: sampleClient('Acme', 'C1'),
          apiKey: `cs_live_a${n}`,
          storedBy: 'U1',
          status: 'works',
          missingScopes: [],
        });
        await installations.save(sampleInstallation({ teamId, botToken: `xoxb-${n}` }));
        await drafts.save(draftOf(String(n), 1, { teamId }));
      }
    }

    /** Looks through every text column of every table, whatever it is for. */
    async function findSealed({ kysely }: Database, keyId: string): Promise<string[]> {
      const found: string[] = [];
      for (const { name, columns } of await kysely.introspection.getTables()) {
        if (name === 'sealed_check') continue;
        for (const column of columns.filter(({ dataType }) => /text|char/i.test(dataType))) {
          const { rows } = await sql<{ count: number }>`
            select count(*) as "count" from ${sql.table(name)}
            where ${sql.ref(column.name)} like ${`%${sealedPrefix(keyId)}%`}`.execute(kysely);
          if ((rows[0]?.count ?? 0) > 0) found.push(`${name}.${column.name}`);
        }
      }
      return found.toSorted();
    }

    test('no sealed value of any table is left behind, and all of them open with the new key alone', async () => {
      const url = await databases.createUrl();
      const before = await databases.open(url, { sealer: oldSealer });
      await fill(before, oldSealer, 3);
      const columns = await findSealed(before, 'old');
      assert.deepEqual(columns, SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).toSorted());
      assert.deepEqual(await countByKey(before), { old: 18 });

      const rotation = await resealAll(before, bothSealer);
      assert.deepEqual(rotation, { resealed: 18, unreadable: 0, left: { new: 18 } });
      assert.deepEqual(await findSealed(before, 'old'), []);
      assert.deepEqual(await findSealed(before, 'new'), columns);

      const { requests, keys, installations, drafts } = repositories(before, newSealer);
      assert.equal((await installations.find('T2'))?.botToken, 'xoxb-2');
      assert.equal((await keys.open('T1', { kind: 'client', name: 'Acme', channelId: 'C1' }))?.apiKey, 'cs_live_a1');
      const request = await requests.find('T0', 'request-0');
      assert.ok(request);
      assert.equal((await requests.openPasswords({ ...request, fence: 1 })).imap_password, 'other');
      assert.match((await requests.openResponseUrl(request)) ?? '', /^https:/);
      const draft = await drafts.open('T2', 'U1', 'batch-2');
      assert.ok(draft.kind === 'open');
      assert.deepEqual(draft.rows, draftOf('2', 1).rows);
      await databases.closeAll();

      await databases.open(url, { sealer: bothSealer });
      await databases.closeAll();
      await databases.open(url, { sealer: newSealer });
    });

    test('a key that something is still sealed with is not let go', async () => {
      const url = await databases.createUrl();
      const before = await databases.open(url, { sealer: oldSealer });
      await fill(before, oldSealer, 1);
      await databases.closeAll();
      await databases.open(url, { sealer: bothSealer });
      await databases.closeAll();
      await assert.rejects(databases.open(url, { sealer: newSealer }), WrongKeysError);
    });

    test('goes on where it was interrupted, over several batches', async () => {
      const database = await databases.open(undefined, { sealer: oldSealer });
      await fill(database, oldSealer, 60);
      const stop = new Error('killed');
      let batches = 0;
      const interrupted = resealAll(database, bothSealer, () => {
        batches += 1;
        if (batches === 2) throw stop;
      });
      await assert.rejects(interrupted, stop);
      const { old = 0, new: done = 0 } = await countByKey(database);
      assert.ok(old > 0 && done > 0, `${old} old, ${done} new`);
      const rotation = await resealAll(database, bothSealer);
      assert.deepEqual(rotation, { resealed: old, unreadable: 0, left: { new: 360 } });
      assert.equal((await resealAll(database, bothSealer)).resealed, 0);
    });

    test('does not undo what a bot changes in between', async () => {
      const database = await databases.open(undefined, { sealer: oldSealer });
      await fill(database, oldSealer, 1);
      const { keys, installations } = repositories(database, bothSealer);
      // Opens each value as it is read, and changes it before it is written back.
      const meddling: Sealer = {
        ...bothSealer,
        open: (sealed, context) => {
          changes.push(
            keys.save({
              teamId: 'T0',
              owner: WORKSPACE,
              apiKey: 'cs_live_changed',
              storedBy: 'U1',
              status: 'works',
              missingScopes: [],
            }),
            installations.save(sampleInstallation({ teamId: 'T0', botToken: 'xoxb-changed' })),
          );
          return bothSealer.open(sealed, context);
        },
      };
      const changes: Promise<unknown>[] = [];
      await resealAll(database, meddling);
      await Promise.all(changes);
      await resealAll(database, bothSealer);
      assert.equal((await installations.find('T0'))?.botToken, 'xoxb-changed');
      assert.equal((await keys.open('T0', WORKSPACE))?.apiKey, 'cs_live_changed');
      assert.deepEqual(Object.keys(await countByKey(database)), ['new']);
    });

    test('what no key opens stays as it is, and is reported', async () => {
      const database = await databases.open(undefined, { sealer: oldSealer });
      await fill(database, oldSealer, 2);
      await database.kysely.updateTable('installations').set({ sealed_token: 'v1.old.garbage' }).execute();
      await database.kysely.updateTable('requests').set({ response_url: 'no sealed value' }).execute();
      const { unreadable, resealed } = await resealAll(database, bothSealer);
      assert.deepEqual({ unreadable, resealed }, { unreadable: 4, resealed: 8 });
      const rows = await database.kysely.selectFrom('installations').select('sealed_token').distinct().execute();
      assert.deepEqual(
        rows.map(({ sealed_token }) => sealed_token),
        ['v1.old.garbage'],
      );
    });

    test('an operators’ command leaves no known text for a key that no bot has used', async () => {
      if (databases.kind === 'postgres') return;
      const url = await databases.createUrl();
      await databases.open(url, { sealer: oldSealer });
      const tool = await databases.open(url, { sealer: bothSealer, role: 'tool' });
      const rows = await tool.kysely.selectFrom('sealed_check').select('key_id').execute();
      assert.deepEqual(
        rows.map(({ key_id }) => key_id),
        ['old'],
      );
    });
  });
}
