import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WORKSPACE } from '../../../../src/add-inbox/keys/key-owner.ts';
import type { RequestToAccept } from '../../../../src/add-inbox/request/submit.ts';
import { hasShare, type Owner, type Shares, sharesOf } from '../../../../src/add-inbox/worker/shares.ts';
import { fc } from '../../../project/properties.ts';
import { acceptSample } from '../../samples.ts';
import { emptyTables } from '../../test-databases.ts';
import { acmeIn, HOUR, type RequestSetUp } from './request-set-up.ts';

const ROW = { batch: { id: 'B1', line: 1 } };

export function describeClaimDueOfBatches({ db, now, pass, repositoryOf }: RequestSetUp) {
  describe('claimDue with rows of batches', () => {
    const setUp = () => {
      const requests = repositoryOf('a');
      const hold = async (name: string, change: Partial<RequestToAccept>) => {
        const held = await acceptSample(requests, name, change);
        pass(1);
        return held;
      };
      const addDue = async (name: string, change: Partial<RequestToAccept>) =>
        requests.release(await hold(name, change));
      const claim = async (limit: number, shares?: Shares) =>
        (await requests.claimDue(limit, shares)).map(({ id }) => id.replace('request-', ''));
      return { hold, addDue, claim };
    };

    test('takes single inboxes before rows that are due for longer', async () => {
      const { addDue, claim } = setUp();
      for (const name of ['row1', 'row2', 'row3']) await addDue(name, ROW);
      for (const name of ['single1', 'single2']) await addDue(name, { userId: 'B' });
      assert.deepEqual(await claim(1), ['single1']);
      assert.deepEqual(await claim(3), ['single2', 'row1', 'row2']);
    });

    test('takes single inboxes of a person whose rows have all their places, and not the other way round', async () => {
      const { hold, addDue, claim } = setUp();
      for (const name of ['held1', 'held2']) await hold(name, ROW);
      await addDue('row', ROW);
      for (const name of ['single1', 'single2', 'single3']) await addDue(name, {});
      assert.deepEqual(await claim(10, { person: 2, key: 2, workspace: 2 }), ['single1', 'single2']);
      assert.deepEqual(await claim(10, { person: 3, key: 5, workspace: 9 }), ['single3'], 'it ranks before the row');
      assert.deepEqual(await claim(10, { person: 3, key: 9, workspace: 5 }), []);
      assert.deepEqual(await claim(10, { person: 3, key: 9, workspace: 9 }), ['row']);
    });

    test('leaves rows that wait for their batch or for a key until they expire, however long that is', async () => {
      const { addDue, claim } = setUp();
      for (const waits_for of [null, 'key']) {
        await addDue(`${waits_for}`, ROW);
        const until = now() + 30 * HOUR;
        const rows = db().kysely.updateTable('requests').set({ waits_for, not_before: until, expires_at: until });
        await rows.where('id', '=', `request-${waits_for}`).execute();
      }
      assert.deepEqual(await claim(10), []);
      pass(30 * HOUR);
      assert.deepEqual(await claim(10), ['null', 'key']);
    });

    test('takes a row that was armed when the bot died, however long it could have waited', async () => {
      const { addDue, claim } = setUp();
      await addDue('armed', ROW);
      const until = now() + 30 * HOUR;
      await db().kysely.updateTable('requests').set({ state: 'armed', not_before: until, expires_at: until }).execute();
      assert.deepEqual(await claim(10), ['armed']);
    });

    test('starts what hasShare allows, and nothing else', async () => {
      const owners = [{}, ROW, { userId: 'B' }, { userId: 'B', ...ROW }, { keyName: acmeIn('C1') }, { teamId: 'T2' }];
      const owner = fc.constantFrom(...owners);
      await fc.assert(
        fc.asyncProperty(
          fc.array(owner, { maxLength: 8 }),
          owner,
          fc.integer({ min: 1, max: 16 }),
          async (...given) => {
            const [atWork, next, free] = given;
            await emptyTables(db());
            const { hold, addDue, claim } = setUp();
            const held: Owner[] = [];
            for (const [index, each] of atWork.entries()) held.push(await hold(`held${index}`, each));
            await addDue('next', next);
            const whose = { teamId: 'T1', userId: 'U1', keyName: WORKSPACE, batch: undefined, ...next };
            assert.deepEqual(await claim(1, sharesOf(free)), hasShare(whose, held, free) ? ['next'] : []);
          },
        ),
        { numRuns: 40 },
      );
    });
  });
}
