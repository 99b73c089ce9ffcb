import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LeaseLostError } from '../../../../src/add-inbox/request/request.ts';
import { inWorkspace } from '../../../../src/storage/workspaces/admin-changes.ts';
import { createInstallationRepository } from '../../../../src/storage/workspaces/installation-repository.ts';
import { createWorkspaceRepository } from '../../../../src/storage/workspaces/workspace-repository.ts';
import { testSealer } from '../../samples.ts';
import { type TestDatabases, untilAnotherWaits } from '../../test-databases.ts';
import { sampleInstallation } from '../../workspaces/installation-samples.ts';
import { draftOf, setUpBatches } from './batch-set-up.ts';

export function describeUninstalledBatches(databases: TestDatabases) {
  describe(`batches of uninstalled workspaces on ${databases.kind}`, () => {
    const { batchesOf, confirm, countOf, db, drafts, now, startBatch } = setUpBatches(databases);
    const workspaces = () => createWorkspaceRepository({ database: db(), now });

    async function install(teamId: string): Promise<number> {
      const installations = createInstallationRepository({ database: db(), sealer: testSealer, now });
      return (await installations.save(sampleInstallation({ teamId, botToken: `xoxb-${teamId}` }))).installedAt;
    }

    /** A batch that runs, one that waits, and a draft. */
    async function addBatches(teamId: string): Promise<void> {
      await batchesOf().release(await startBatch(`running-${teamId}`, 2, { teamId, userId: 'U1' }), now());
      await confirm(`waiting-${teamId}`, 2, { teamId, userId: 'U2' });
      await drafts().save(draftOf(`draft-${teamId}`, 2, { teamId, userId: 'U3' }));
    }

    async function storedOf(teamId: string) {
      const { kysely } = db();
      const batches = await kysely
        .selectFrom('batches')
        .select(['id', 'state'])
        .where('team_id', '=', teamId)
        .execute();
      const pieces = kysely.selectFrom('batch_drafts').select('id').where('team_id', '=', teamId);
      const open = kysely
        .selectFrom('requests')
        .select('id')
        .where('team_id', '=', teamId)
        .where('state', '<>', 'told');
      return {
        states: Object.fromEntries(batches.map(({ id, state }) => [id.split('-')[1], state])),
        pieces: (await pieces.execute()).length,
        openRows: (await open.execute()).length,
      };
    }

    const ENDED = { states: { running: 'finished', waiting: 'finished', draft: 'discarded' }, pieces: 0, openRows: 0 };

    test('end after the change of an admin, who locks keys and requests in another order', async () => {
      const installedAt = await install('T1');
      await addBatches('T1');
      const order: string[] = [];
      const started = Promise.withResolvers<void>();
      const changed = inWorkspace(db(), 'T1', async (within) => {
        started.resolve();
        await untilAnotherWaits(within);
        order.push('changed');
      });
      await started.promise;
      await workspaces().remove('T1', installedAt, 'because');
      order.push('removed');
      await changed;
      assert.deepEqual(order, ['changed', 'removed']);
      assert.deepEqual(await storedOf('T1'), ENDED);
    });

    test('end with the workspace, without their passwords, and whoever holds one notices', async () => {
      const installedAt = await install('T1');
      for (const team of ['T1', 'T2']) await addBatches(team);
      const held = (await batchesOf('b').claimDue(9)).filter(({ teamId }) => teamId === 'T1');
      assert.equal(held.length, 3);
      const other = await storedOf('T2');
      assert.deepEqual([other.pieces, other.openRows, await countOf('request_passwords')], [1, 4, 8]);
      assert.equal(await workspaces().remove('T1', installedAt, 'because'), true);
      assert.deepEqual(await storedOf('T1'), ENDED);
      assert.deepEqual(await storedOf('T2'), other);
      assert.equal(await countOf('request_passwords'), 4);
      for (const batch of held) await assert.rejects(batchesOf('b').advance(batch, { tries: 1 }), LeaseLostError);
      const draft = draftOf('draft-T1', 2, { teamId: 'T1', userId: 'U3' });
      assert.deepEqual(await drafts().confirm(draft, [], now()), { kind: 'gone' });
    });

    test('are swept away where they come in late', async () => {
      await workspaces().remove('T1', await install('T1'), 'x');
      assert.deepEqual(await workspaces().sweep(), []);
      await addBatches('T1');
      assert.deepEqual(await workspaces().sweep(), ['T1']);
      assert.deepEqual([await storedOf('T1'), await countOf('request_passwords')], [ENDED, 0]);
      const open = db().kysely.updateTable('batches').set({ state: 'running' }).where('id', '=', 'batch-running-T1');
      await open.execute();
      assert.deepEqual(await workspaces().sweep(), ['T1'], 'also one without rows');
      assert.deepEqual(await workspaces().sweep(), []);
    });
  });
}
