import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelsOf, WORKSPACE } from '../../../../src/add-inbox/keys/key-owner.ts';
import {
  ChannelTakenError,
  createColdsendKeyRepository,
} from '../../../../src/storage/workspaces/coldsend-key-repository.ts';
import { sampleClient } from '../../../add-inbox/keys/sample-key.ts';
import { testSealer } from '../../samples.ts';
import { ACME, type AuditedSetUp } from './audited-set-up.ts';

export function describeAuditedKeys({ db, store, now, pass, keyOf, listed, saveKey }: AuditedSetUp) {
  const rebind = (channelIds: string[], stamp: string) =>
    store().rebindKey('T1', 'U2', sampleClient('Acme', ...channelIds), stamp);

  test('keys are noted by their last four, the client and its channels, never whole', async () => {
    await saveKey(keyOf('T1'));
    pass(1);
    await saveKey({ ...keyOf('T1'), apiKey: 'cs_live_second5678' });
    pass(1);
    await saveKey({ ...keyOf('T1'), owner: sampleClient('Acme', 'C2', 'C1') });
    pass(1);
    assert.equal(await rebind(['C2', 'C3'], await store().keyStamp('T1', ACME)), true);
    pass(1);
    const stamp = await store().keyStamp('T1', ACME);
    assert.equal(await store().removeKey('T1', 'U2', ACME, stamp), true);
    assert.equal(await store().removeKey('T1', 'U2', ACME, await store().keyStamp('T1', ACME)), false);
    assert.equal(await rebind(['C2'], await store().keyStamp('T1', ACME)), false);
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
      (await createColdsendKeyRepository({ db: db(), sealer: testSealer, now }).list('T1')).map(
        ({ owner, lastFour }) => `${channelsOf(owner)} ${lastFour}`,
      );
    const toSave = (apiKey: string) => ({ ...keyOf('T1'), apiKey, owner });

    test(`${whose}: a press that comes again undoes nothing of what came after it`, async () => {
      const presses: (() => Promise<unknown>)[] = [];
      const press = async (work: (stamp: string) => Promise<unknown>) => {
        const stamp = await store().keyStamp('T1', owner);
        presses.push(() => work(stamp));
        pass(1);
        await work(stamp);
        const held = await state();
        const noted = (await listed()).length;
        for (const replay of presses) await replay();
        assert.deepEqual(await state(), held);
        assert.equal((await listed()).length, noted, 'nothing is noted either');
      };
      const store1 = (stamp: string) => store().saveKey({ ...toSave('cs_live_1111'), stamp });
      const store2 = (stamp: string) => store().saveKey({ ...toSave('cs_live_2222'), stamp });
      const remove = (stamp: string) => store().removeKey('T1', 'U1', owner, stamp);
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
        const stamp = await store().keyStamp('T1', owner);
        const at = ['1111', '2222', '3333'].map((four) => store().saveKey({ ...toSave(`cs_live_${four}`), stamp }));
        const saved = (await Promise.all(at)).filter((key) => key !== undefined);
        assert.deepEqual(
          saved.map(({ lastFour }) => `${channelsOf(owner)} ${lastFour}`),
          await state(),
        );
        await store().removeKey('T1', 'U1', owner, await store().keyStamp('T1', owner));
      }
    });
  }

  test('what ColdSend said about a key makes no form about it outdated', async () => {
    const saved = await saveKey(keyOf('T1'));
    const stamp = await store().keyStamp('T1', WORKSPACE);
    const keys = createColdsendKeyRepository({ db: db(), sealer: testSealer, now });
    await keys.mark('T1', saved?.version ?? 0, { status: 'refused', missingScopes: [] });
    assert.equal(await store().keyStamp('T1', WORKSPACE), stamp);
  });

  test('a key that could not be stored whole is not stored at all, and not noted', async () => {
    await saveKey({ ...keyOf('T1'), owner: sampleClient('Acme', 'C1') });
    const clash = { ...keyOf('T1'), owner: sampleClient('Globex', 'C0', 'C1') };
    await assert.rejects(saveKey(clash), ChannelTakenError);
    const keys = await createColdsendKeyRepository({ db: db(), sealer: testSealer, now }).list('T1');
    assert.deepEqual(
      keys.map(({ owner }) => owner),
      [ACME],
    );
    assert.equal((await listed()).length, 1);
  });
}
