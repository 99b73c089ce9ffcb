import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { channelsOf, type KeyOwner, WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { DEFAULT_SETTINGS, type WorkspaceSettings } from '../../../src/add-inbox/people/workspace-settings.ts';
import type { Database } from '../../../src/storage/database.ts';
import { createAuditedStore } from '../../../src/storage/requests/audited-store.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import {
  type AuditRepository,
  createAuditRepository,
  REFUSED_AN_HOUR,
} from '../../../src/storage/workspaces/audit-repository.ts';
import {
  ChannelTakenError,
  createColdsendKeyRepository,
} from '../../../src/storage/workspaces/coldsend-key-repository.ts';
import { createSettingsRepository } from '../../../src/storage/workspaces/settings-repository.ts';
import { sampleClient } from '../../add-inbox/keys/sample-key.ts';
import { acceptSample, sampleRequest, testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';

const HOUR = 3_600_000;
const ACME = sampleClient('Acme', 'C1');

export function describeAuditedStore(databases: TestDatabases) {
  describe(`settings and audit trail on ${databases.kind}`, () => {
    let db: Database;
    let time: number;
    let audit: AuditRepository;
    let store: ReturnType<typeof createAuditedStore>;
    const now = () => time;
    const keyOf = (teamId: string) => ({
      teamId,
      owner: WORKSPACE,
      apiKey: 'cs_live_first1234',
      storedBy: 'U1',
      status: 'works' as const,
      missingScopes: [],
    });
    const listed = async (teamId = 'T1') =>
      (await audit.page(teamId, { until: time, skip: 0, limit: 100 }))
        .toReversed()
        .map((entry) => ('unreadable' in entry ? ['unreadable'] : [entry.action, entry.userId, entry.details]));

    const saveKey = async (key: Omit<ReturnType<typeof keyOf>, 'owner'> & { owner: KeyOwner }) =>
      store.saveKey({ ...key, stamp: await store.keyStamp(key.teamId, key.owner) });
    const rebind = (channelIds: string[], stamp: string) =>
      store.rebindKey('T1', 'U2', sampleClient('Acme', ...channelIds), stamp);
    const saveSettings = async (settings: WorkspaceSettings, userId = 'U1') =>
      store.saveSettings('T1', userId, settings, (await createSettingsRepository(db).findStamped('T1')).stamp);

    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());
    beforeEach(async () => {
      await emptyTables(db);
      time = 1_700_000_000_000;
      audit = createAuditRepository({ db, now });
      store = createAuditedStore({ database: db, sealer: testSealer, owner: 'a', leaseMs: 10_000, now });
    });

    test('settings are the defaults until somebody sets them, for that workspace only', async () => {
      const settings = createSettingsRepository(db);
      assert.deepEqual(await settings.find('T1'), DEFAULT_SETTINGS);
      const set = {
        ...DEFAULT_SETTINGS,
        whoMayAdd: { kind: 'chosen' as const, userIds: ['U2'], userGroupIds: ['S1'] },
        resultsChannelId: 'C7',
        defaultDailyLimit: 40,
        channelsWithoutClient: 'blocked' as const,
      };
      await saveSettings(set);
      assert.deepEqual(await settings.find('T1'), set);
      assert.deepEqual(await settings.find('T2'), DEFAULT_SETTINGS);
      await saveSettings(DEFAULT_SETTINGS);
      assert.deepEqual(await settings.find('T1'), DEFAULT_SETTINGS);
    });

    test('each setting that changed is noted with what it was and is; what did not change is not', async () => {
      await saveSettings(DEFAULT_SETTINGS);
      assert.deepEqual(await listed(), []);
      await saveSettings({ ...DEFAULT_SETTINGS, defaultDailyLimit: 40 });
      time += 1;
      await saveSettings({ ...DEFAULT_SETTINGS, defaultDailyLimit: 40, resultsChannelId: 'C7' }, 'U2');
      assert.deepEqual(await listed(), [
        ['settings_changed', 'U1', { setting: 'default daily limit', from: 'not set', to: '40' }],
        ['settings_changed', 'U2', { setting: 'where results go', from: 'the channel of the command', to: 'C7' }],
      ]);
    });

    test('a request and its outcome are noted with them, once, however often they are repeated', async () => {
      const accepted = await store.accept(
        sampleRequest('1', { keyName: { kind: 'client', name: 'Acme', channelId: 'C1' } }),
      );
      assert.equal(accepted.kind, 'accepted');
      assert.equal((await store.accept(sampleRequest('2', { viewId: 'view-1' }))).kind, 'repeated');
      assert.ok('fence' in accepted.request);
      time += 1;
      const armed = await store.advance(accepted.request, { state: 'armed' });
      const settled = await store.advance(armed, { state: 'settled', outcome: { kind: 'expired' } });
      await store.advance(settled, { state: 'reported' }, { release: true });
      const about = { email_address: 'jane@acme.com', client: 'Acme' };
      assert.deepEqual(await listed(), [
        ['inbox_requested', 'U1', { ...about, channel: 'C1' }],
        ['inbox_outcome', undefined, { ...about, outcome: 'expired' }],
      ]);
    });

    test('who lost a request notes no outcome for it', async () => {
      const accepted = await store.accept(sampleRequest('1'));
      assert.ok('fence' in accepted.request);
      const outdated = { ...accepted.request, fence: 7 };
      await assert.rejects(store.advance(outdated, { state: 'settled', outcome: { kind: 'expired' } }));
      assert.equal((await listed()).length, 1);
      const stored = await createRequestRepository({ db, sealer: testSealer, owner: 'a', leaseMs: 1, now }).find(
        'T1',
        accepted.request.id,
      );
      assert.equal(stored?.state, 'accepted');
    });

    test('keys are noted by their last four, the client and its channels, never whole', async () => {
      await saveKey(keyOf('T1'));
      time += 1;
      await saveKey({ ...keyOf('T1'), apiKey: 'cs_live_second5678' });
      time += 1;
      await saveKey({ ...keyOf('T1'), owner: sampleClient('Acme', 'C2', 'C1') });
      time += 1;
      assert.equal(await rebind(['C2', 'C3'], await store.keyStamp('T1', ACME)), true);
      time += 1;
      const stamp = await store.keyStamp('T1', ACME);
      assert.equal(await store.removeKey('T1', 'U2', ACME, stamp), true);
      assert.equal(await store.removeKey('T1', 'U2', ACME, await store.keyStamp('T1', ACME)), false);
      assert.equal(await rebind(['C2'], await store.keyStamp('T1', ACME)), false);
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
          const stamp = await store.keyStamp('T1', owner);
          presses.push(() => work(stamp));
          time += 1;
          await work(stamp);
          const held = await state();
          const noted = (await listed()).length;
          for (const replay of presses) await replay();
          assert.deepEqual(await state(), held);
          assert.equal((await listed()).length, noted, 'nothing is noted either');
        };
        const store1 = (stamp: string) => store.saveKey({ ...toSave('cs_live_1111'), stamp });
        const store2 = (stamp: string) => store.saveKey({ ...toSave('cs_live_2222'), stamp });
        const remove = (stamp: string) => store.removeKey('T1', 'U1', owner, stamp);
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
          const stamp = await store.keyStamp('T1', owner);
          const at = ['1111', '2222', '3333'].map((four) => store.saveKey({ ...toSave(`cs_live_${four}`), stamp }));
          const saved = (await Promise.all(at)).filter((key) => key !== undefined);
          assert.deepEqual(
            saved.map(({ lastFour }) => `${channelsOf(owner)} ${lastFour}`),
            await state(),
          );
          await store.removeKey('T1', 'U1', owner, await store.keyStamp('T1', owner));
        }
      });
    }

    test('what ColdSend said about a key makes no form about it outdated', async () => {
      const saved = await saveKey(keyOf('T1'));
      const stamp = await store.keyStamp('T1', WORKSPACE);
      const keys = createColdsendKeyRepository({ db, sealer: testSealer, now });
      await keys.mark('T1', saved?.version ?? 0, { status: 'refused', missingScopes: [] });
      assert.equal(await store.keyStamp('T1', WORKSPACE), stamp);
    });

    test('settings keep their stored words', async () => {
      await saveSettings({ ...DEFAULT_SETTINGS, channelsWithoutClient: 'blocked' });
      const { settings } = await db.kysely
        .selectFrom('workspace_settings')
        .select('settings')
        .executeTakeFirstOrThrow();
      assert.equal(JSON.parse(settings).elsewhere, 'nothing');
    });

    test('settings that were changed back are others all the same, and of changes at once one counts', async () => {
      const settings = createSettingsRepository(db);
      const forty = { ...DEFAULT_SETTINGS, defaultDailyLimit: 40 };
      const { stamp } = await settings.findStamped('T1');
      await saveSettings(forty);
      assert.equal(await store.saveSettings('T1', 'U1', forty, stamp), false);
      await saveSettings(DEFAULT_SETTINGS, 'U2');
      assert.equal(await store.saveSettings('T1', 'U1', forty, stamp), false);
      assert.deepEqual(await settings.find('T1'), DEFAULT_SETTINGS);
      const now = await settings.findStamped('T1');
      const limits = [50, 60, 70];
      const done = await Promise.all(
        limits.map((defaultDailyLimit) =>
          store.saveSettings('T1', 'U1', { ...DEFAULT_SETTINGS, defaultDailyLimit }, now.stamp),
        ),
      );
      assert.equal(done.filter(Boolean).length, 1);
      assert.equal((await settings.find('T1')).defaultDailyLimit, limits[done.indexOf(true)]);
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

    test('pages are newest first, without what came after the first was opened, and of one workspace', async () => {
      for (let n = 0; n < 5; n += 1) {
        time += 1;
        await audit.add(noteOf('T1', { number: String(n) }));
      }
      await audit.add(noteOf('T2', { number: 'other' }));
      const until = time;
      time += 1;
      await audit.add(noteOf('T1', { number: 'later' }));
      const numbers = async (skip: number) =>
        (await audit.page('T1', { until, skip, limit: 2 })).map(
          (entry) => !('unreadable' in entry) && entry.details.number,
        );
      assert.deepEqual(await numbers(0), ['4', '3']);
      assert.deepEqual(await numbers(2), ['2', '1']);
      assert.deepEqual(await numbers(4), ['0']);
    });

    test('refused attempts are noted only so often in an hour, for a person and for a workspace', async () => {
      const refused = (userId: string, teamId = 'T1') =>
        audit.addRefused({ ...noteOf(teamId, {}), userId, action: 'refused_attempt' });
      for (let n = 0; n < REFUSED_AN_HOUR.person; n += 1) assert.equal(await refused('U1'), true);
      assert.equal(await refused('U1'), false);
      assert.equal(await refused('U2'), true);
      assert.equal(await refused('U1', 'T2'), true);
      for (let n = REFUSED_AN_HOUR.person + 1; n < REFUSED_AN_HOUR.workspace; n += 1) {
        assert.equal(await refused(`U${100 + n}`), true);
      }
      assert.equal(await refused('U999'), false);
      time += HOUR + 1;
      assert.equal(await refused('U1'), true);
    });

    test('those who make noise keep nobody else from being noted', async () => {
      const refused = (userId: string) => audit.addRefused({ ...noteOf('T1', {}), userId, action: 'refused_attempt' });
      const noisy = Math.ceil(REFUSED_AN_HOUR.many / REFUSED_AN_HOUR.person) + 5;
      for (let person = 0; person < noisy; person += 1) {
        for (let n = 0; n < REFUSED_AN_HOUR.person; n += 1) await refused(`UNOISY${person}`);
      }
      const quiet = [];
      for (let n = 0; n <= REFUSED_AN_HOUR.few; n += 1) quiet.push(await refused('UQUIET'));
      assert.deepEqual(quiet, [...Array.from({ length: REFUSED_AN_HOUR.few }, () => true), false]);
    });

    test('attempts that come at the same time are bounded like those one after the other', async () => {
      const refused = (userId: string) => audit.addRefused({ ...noteOf('T1', {}), userId, action: 'refused_attempt' });
      const noted = await Promise.all(Array.from({ length: 60 }, () => refused('UNOISY')));
      assert.equal(noted.filter(Boolean).length, REFUSED_AN_HOUR.person);
      assert.equal(await refused('UQUIET'), true);
    });

    test('entries of a clock that was set back since are not counted', async () => {
      const refused = () => audit.addRefused({ ...noteOf('T1', {}), userId: 'U1', action: 'refused_attempt' });
      time += 24 * HOUR;
      for (let n = 0; n < REFUSED_AN_HOUR.person; n += 1) await refused();
      time -= 24 * HOUR;
      assert.equal(await refused(), true);
    });

    test('what is older than it is kept is deleted, of all workspaces', async () => {
      await audit.add(noteOf('T1', {}));
      await audit.add(noteOf('T2', {}));
      time += 1000;
      await audit.add(noteOf('T1', { number: 'kept' }));
      assert.equal(await audit.deleteBefore(time), 2);
      assert.equal(await audit.deleteBefore(time), 0);
      assert.deepEqual(
        (await listed()).map(([, , details]) => details),
        [{ number: 'kept' }],
      );
    });
  });
}

function noteOf(teamId: string, details: Record<string, string>) {
  return { teamId, userId: 'U1', action: 'audit_exported', requestId: undefined, details } as const;
}
