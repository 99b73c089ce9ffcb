import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LeaseLostError } from '../../../../src/add-inbox/request/request.ts';
import type { Database } from '../../../../src/storage/database.ts';
import { createBatchRepository } from '../../../../src/storage/requests/batches/batch-repository.ts';
import { createDraftRepository } from '../../../../src/storage/requests/batches/draft-repository.ts';
import { createRequestStore } from '../../../../src/storage/requests/request-store.ts';
import { createWorkspaceRepository } from '../../../../src/storage/workspaces/workspace-repository.ts';
import { testSealer } from '../../samples.ts';
import type { TestDatabases } from '../../test-databases.ts';
import { DAY, draftOf, rowsOf } from './batch-set-up.ts';

const ROWS = 60;
const ROUNDS = 5;

/** Two replicas on one database: everything that locks several rows or batches at once. */
export function describeBatchLocks(databases: TestDatabases) {
  describe('locks of batches', () => {
    let replicas: Database[];
    before(async () => {
      const url = await databases.createUrl();
      replicas = [await databases.open(url), await databases.open(url)];
    });
    after(() => databases.closeAll());

    const now = Date.now;
    const storesOf = (database: Database, index: number) => {
      const held = { database, sealer: testSealer, owner: `owner-${index}`, leaseMs: 60_000, now };
      return {
        batches: createBatchRepository(held),
        drafts: createDraftRepository(held),
        requests: createRequestStore(held),
        workspaces: createWorkspaceRepository(held),
      };
    };
    type Stores = ReturnType<typeof storesOf>;

    async function confirm({ drafts }: Stores, name: string, teamId: string): Promise<string> {
      const draft = draftOf(name, ROWS, { teamId });
      await drafts.save(draft);
      assert.equal((await drafts.confirm(draft, rowsOf(name, ROWS), now() + DAY)).kind, 'confirmed');
      return draft.id;
    }

    /** Settles the rows that this replica has claimed, some at a time, as its worker does. */
    async function settle({ requests }: Stores): Promise<number> {
      const claimed = await requests.claimDue(ROWS / 3);
      const settled = await Promise.allSettled(
        claimed.map((row) =>
          requests.advance(row, { state: 'reported', outcome: { kind: 'expired' } }, { release: true }),
        ),
      );
      for (const each of settled)
        if (each.status === 'rejected') assert.ok(each.reason instanceof LeaseLostError, each.reason);
      return settled.filter(({ status }) => status === 'fulfilled').length;
    }

    async function prepare(name: string, teamId: string) {
      const [a, b] = replicas.map(storesOf);
      assert.ok(a !== undefined && b !== undefined);
      const id = await confirm(a, name, teamId);
      const claimed = (await a.batches.claimDue(100)).find((batch) => batch.id === id) ?? assert.fail();
      const due = replicas[0]?.kysely.updateTable('requests').set({ not_before: 0 }).where('batch_id', '=', id);
      return { a, b, id, claimed, makeDue: async () => void (await due?.execute()) };
    }

    test('rows settle, the batch starts, is stopped and renewed at once, and each row ends once', async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const { a, b, id, claimed, makeDue } = await prepare(`stop${round}`, 'T1');
        await makeDue();
        const [first, second, stopped] = await Promise.all([
          settle(a),
          settle(b),
          b.batches.stop('T1', id, 'U1'),
          a.batches
            .start(claimed, 'f')
            .catch((error: unknown) => assert.ok(error instanceof LeaseLostError, String(error))),
          a.batches.renew([claimed]),
        ]);
        assert.equal(stopped?.state, 'stopped');
        await b.batches.stopRows(id);
        const { counts } = await b.batches.countProgress(id);
        assert.deepEqual([counts.expired, counts.expired + counts.stopped], [first + second, ROWS]);
      }
    });

    test('a workspace leaves while its rows settle, its batches start and a draft is confirmed', async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const teamId = `TL${round}`;
        const { a, b, claimed, makeDue } = await prepare(`leave${round}`, teamId);
        const draft = draftOf(`late${round}`, ROWS, { teamId, userId: 'U2' });
        await b.drafts.save(draft);
        await makeDue();
        await Promise.all([
          b.workspaces.clear(teamId, 'test'),
          settle(a),
          settle(b),
          a.batches
            .start(claimed, 'f')
            .catch((error: unknown) => assert.ok(error instanceof LeaseLostError, String(error))),
          a.drafts.confirm(draft, rowsOf(`late${round}`, ROWS), now() + DAY),
          a.batches.renew([claimed]),
        ]);
        await b.workspaces.clear(teamId, 'test');
        const open = b.drafts.listWaiting(teamId);
        assert.equal((await open).size, 0);
      }
    });
  });
}
