import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { channelsOf, type KeyOwner, WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import type { Database } from '../../../src/storage/database.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { createAdminChanges } from '../../../src/storage/workspaces/admin-changes.ts';
import { createAuditRepository } from '../../../src/storage/workspaces/audit-repository.ts';
import {
  ChannelTakenError,
  createColdsendKeyRepository,
} from '../../../src/storage/workspaces/coldsend-key-repository.ts';
import { sampleClient } from '../../add-inbox/keys/sample-key.ts';
import { acceptSample, testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';
import { listEntries } from './list-entries.ts';

const HOUR = 3_600_000;
const ACME = sampleClient('Acme', 'C1');

export function describeKeyChanges(databases: TestDatabases) {
  describe(`changes of keys on ${databases.kind}`, () => {
    let db: Database;
    let time: number;
    let changes: ReturnType<typeof createAdminChanges>;
    const now = () => time;
    const listed = () => listEntries(createAuditRepository({ db, now }), 'T1');
    const keyOf = (teamId: string) => ({
      teamId,
      owner: WORKSPACE,
      apiKey: 'cs_live_first1234',
      storedBy: 'U1',
      status: 'works' as const,
      missingScopes: [],
    });

    const saveKey = async (key: Omit<ReturnType<typeof keyOf>, 'owner'> & { owner: KeyOwner }) =>
      changes.saveKey({ ...key, stamp: await changes.keyStamp(key.teamId, key.owner) });
    const rebind = (channelIds: string[], stamp: string) =>
      changes.rebindKey('T1', 'U2', sampleClient('Acme', ...channelIds), stamp);

    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());
    beforeEach(async () => {
      await emptyTables(db);
      time = 1_700_000_000_000;
      changes = createAdminChanges({ database: db, sealer: testSealer, owner: 'a', leaseMs: 10_000, now });
    });

    test('keys are noted by their last four, the client and its channels, never whole', async () => {
      await saveKey(keyOf('T1'));
      time += 1;
      await saveKey({ ...keyOf('T1'), apiKey: 'cs_live_second5678' });
      time += 1;
      await saveKey({ ...keyOf('T1'), owner: sampleClient('Acme', 'C2', 'C1') });
      time += 1;
      assert.equal(await rebind(['C2', 'C3'], await changes.keyStamp('T1', ACME)), true);
      time += 1;
      const stamp = await changes.keyStamp('T1', ACME);
      assert.equal(await changes.removeKey('T1', 'U2', ACME, stamp), true);
      assert.equal(await changes.removeKey('T1', 'U2', ACME, await changes.keyStamp('T1', ACME)), false);
      assert.equal(await rebind(['C2'], await changes.keyStamp('T1', ACME)), false);
      assert.deepEqual(await listed(), [
        ['key_stored', 'U1', { last_four: '1234' }],
        ['key_replaced', 'U1', { last_four: '5678' }],
        ['key_stored', 'U1', { client: 'Acme', last_four: '1234', channels: 'C1, C2' }],
        ['settings_changed', 'U2', { setting: 'channels of Acme', from: 'C1, C2', to: 'C2, C3' }],
        ['key_removed', 'U2', { client: 'Acme', last_four: '1234', channels: 'C2, C3' }],
      ]);
    });

    for (const owner of [WORKSPACE, ACME]) {
      const whose = owner.kind === 'workspace' ? "the workspace's own key" : "a client's key";
      const state = async () =>
        (await createColdsendKeyRepository({ db, sealer: testSealer, now }).list('T1')).map(
          ({ owner, lastFour }) => `${channelsOf(owner)} ${lastFour}`,
        );
      const toSave = (apiKey: string) => ({ ...keyOf('T1'), apiKey, owner });

      test(`${whose}: a press that comes again undoes nothing of what came after it`, async () => {
        const presses: (() => Promise<unknown>)[] = [];
        const press = async (work: (stamp: string) => Promise<unknown>) => {
          const stamp = await changes.keyStamp('T1', owner);
          presses.push(() => work(stamp));
          time += 1;
          await work(stamp);
          const held = await state();
          const noted = (await listed()).length;
          for (const replay of presses) await replay();
          assert.deepEqual(await state(), held);
          assert.equal((await listed()).length, noted, 'nothing is noted either');
        };
        const store1 = (stamp: string) => changes.saveKey({ ...toSave('cs_live_1111'), stamp });
        const store2 = (stamp: string) => changes.saveKey({ ...toSave('cs_live_2222'), stamp });
        const remove = (stamp: string) => changes.removeKey('T1', 'U1', owner, stamp);
        await press(store1);
        await press(store2);
        await press(store1);
        await press(remove);
        await press(store2);
        await press(remove);
        await press(store1);
        if (owner.kind === 'workspace') return;
        await press((stamp) => rebind(['C1', 'C2'], stamp));
        await press((stamp) => rebind(['C1'], stamp));
        await press(remove);
      });

      test(`${whose}: of presses at once that were made for the same, one counts`, async () => {
        for (const first of [toSave('cs_live_0000'), undefined]) {
          if (first !== undefined) await saveKey(first);
          const stamp = await changes.keyStamp('T1', owner);
          const at = ['1111', '2222', '3333'].map((four) => changes.saveKey({ ...toSave(`cs_live_${four}`), stamp }));
          const saved = (await Promise.all(at)).filter((key) => key !== undefined);
          assert.deepEqual(
            saved.map(({ lastFour }) => `${channelsOf(owner)} ${lastFour}`),
            await state(),
          );
          await changes.removeKey('T1', 'U1', owner, await changes.keyStamp('T1', owner));
        }
      });
    }

    test('what ColdSend said about a key makes no form about it outdated', async () => {
      const saved = await saveKey(keyOf('T1'));
      const stamp = await changes.keyStamp('T1', WORKSPACE);
      const keys = createColdsendKeyRepository({ db, sealer: testSealer, now });
      await keys.mark('T1', saved?.version ?? 0, { status: 'refused', missingScopes: [] });
      assert.equal(await changes.keyStamp('T1', WORKSPACE), stamp);
    });

    test('what waits for a key is due with it, or the key is not stored', async () => {
      const requests = createRequestRepository({ db, sealer: testSealer, owner: 'a', leaseMs: 10_000, now });
      const waits = { state: 'announced', waitsFor: 'key', notBefore: time + HOUR } as const;
      await requests.advance(await acceptSample(requests, '1'), waits, { release: true });
      assert.deepEqual(await requests.claimDue(1), []);
      await saveKey({ ...keyOf('T1'), owner: sampleClient('Acme', 'C1') });
      assert.deepEqual(await requests.claimDue(1), [], 'it waits for another one');
      await saveKey(keyOf('T1'));
      assert.equal((await requests.claimDue(1)).length, 1);
    });

    test('a key that could not be stored whole is not stored at all, and not noted', async () => {
      await saveKey({ ...keyOf('T1'), owner: sampleClient('Acme', 'C1') });
      const clash = { ...keyOf('T1'), owner: sampleClient('Globex', 'C0', 'C1') };
      await assert.rejects(saveKey(clash), ChannelTakenError);
      const keys = await createColdsendKeyRepository({ db, sealer: testSealer, now }).list('T1');
      assert.deepEqual(
        keys.map(({ owner }) => owner),
        [ACME],
      );
      assert.equal((await listed()).length, 1);
    });
  });
}
