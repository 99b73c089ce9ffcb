import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { DEFAULT_SETTINGS, type WhoMayAdd } from '../../../src/add-inbox/people/workspace-settings.ts';
import type { Database } from '../../../src/storage/database.ts';
import { createAccessRequestRepository } from '../../../src/storage/workspaces/access-request-repository.ts';
import { createAuditRepository } from '../../../src/storage/workspaces/audit-repository.ts';
import { createSettingsRepository } from '../../../src/storage/workspaces/settings-repository.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';
import { listEntries } from './list-entries.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export function describeAccessRequests(databases: TestDatabases) {
  describe(`requests for access on ${databases.kind}`, () => {
    let db: Database;
    let time: number;
    let requests: ReturnType<typeof createAccessRequestRepository>;
    const now = () => time;
    const listed = () => listEntries(createAuditRepository({ db, now }), 'T1');
    const find = async () => (await createSettingsRepository(db).find('T1')).whoMayAdd;
    const setWho = (whoMayAdd: WhoMayAdd) =>
      createSettingsRepository(db).save('T1', { ...DEFAULT_SETTINGS, defaultDailyLimit: 40, whoMayAdd });
    const ask = (id: string, userId = 'U1') => requests.ask({ id, teamId: 'T1', userId });

    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());
    beforeEach(async () => {
      await emptyTables(db);
      time = 1_700_000_000_000;
      requests = createAccessRequestRepository({ database: db, now });
    });

    test('a person asks once a day, also where several of their presses come at once', async () => {
      const asked = await Promise.all(['1', '2', '3'].map((id) => ask(id)));
      assert.equal(asked.filter(Boolean).length, 1);
      assert.equal(await ask('4', 'U2'), true);
      time += DAY_MS - 1;
      assert.equal(await ask('5'), false);
      time += 1;
      assert.equal(await ask('6'), true);
      await requests.withdraw('6');
      assert.equal(await ask('7'), true);
    });

    test('an approval adds the person to the chosen people, once, with its audit entries', async () => {
      await setWho({ kind: 'chosen', userIds: ['U9'], userGroupIds: ['S1'] });
      await ask('1');
      const messages = [{ channelId: 'D1', ts: '1.1' }];
      assert.equal(await requests.noteMessages({ id: '1', teamId: 'T1', userId: 'U1' }, messages), undefined);
      const { stamp } = await createSettingsRepository(db).findStamped('T1');
      time += 1;
      const decided = await Promise.all(['UA', 'UB'].map((admin) => requests.decide('T1', '1', admin, 'approved')));
      const first = decided.find(({ kind }) => kind === 'decided');
      assert.deepEqual(first, { kind: 'decided', userId: 'U1', messages });
      assert.deepEqual(decided.map(({ kind }) => kind).toSorted(), ['decided', 'decided_before']);
      assert.deepEqual(await find(), { kind: 'chosen', userIds: ['U9', 'U1'], userGroupIds: ['S1'] });
      assert.equal((await createSettingsRepository(db).find('T1')).defaultDailyLimit, 40);
      assert.notEqual((await createSettingsRepository(db).findStamped('T1')).stamp, stamp, 'an open form notices it');
      const actions = (await listed()).map(([action]) => action);
      assert.deepEqual(actions.toSorted(), ['access_approved', 'access_requested', 'settings_changed']);
      assert.deepEqual(await requests.listAdmins('T1'), [decided[0] === first ? 'UA' : 'UB']);
    });

    test('admins only becomes chosen people; a decline changes nothing', async () => {
      await setWho({ kind: 'admins' });
      await ask('1');
      await ask('2', 'U2');
      assert.equal((await requests.decide('T1', '2', 'UA', 'declined')).kind, 'decided');
      assert.deepEqual(await find(), { kind: 'admins' });
      assert.equal((await requests.decide('T1', '1', 'UA', 'approved')).kind, 'decided');
      assert.deepEqual(await find(), { kind: 'chosen', userIds: ['U1'], userGroupIds: [] });
    });

    test('a decision that was made before the messages were noted is told, by either', async () => {
      await setWho({ kind: 'admins' });
      for (const id of ['1', '2', '3']) {
        time += DAY_MS;
        await ask(id);
        const messages = [{ channelId: 'D1', ts: id }];
        const [decided, early] = await Promise.all([
          requests.decide('T1', id, 'UA', 'declined'),
          requests.noteMessages({ id, teamId: 'T1', userId: 'U1' }, messages),
        ]);
        assert.ok(decided.kind === 'decided');
        if (early === undefined) assert.deepEqual(decided.messages, messages);
        else assert.deepEqual([early, decided.messages], [{ decision: 'declined', by: 'UA' }, []]);
      }
    });

    test('what can not be decided stays open', async () => {
      const userIds = Array.from({ length: 100 }, (_, index) => `U${1_000 + index}`);
      await setWho({ kind: 'chosen', userIds, userGroupIds: [] });
      await ask('1');
      assert.deepEqual(await requests.decide('T1', '1', 'UA', 'approved'), { kind: 'full' });
      await db.kysely.updateTable('workspace_settings').set({ settings: '{"whoMayAdd":{"kind":"new"}}' }).execute();
      assert.deepEqual(await requests.decide('T1', '1', 'UA', 'approved'), { kind: 'unreadable' });
      assert.deepEqual(await requests.decide('T2', '1', 'UA', 'approved'), { kind: 'gone' });
      await setWho({ kind: 'admins' });
      assert.equal((await requests.decide('T1', '1', 'UA', 'approved')).kind, 'decided');
    });
  });
}
