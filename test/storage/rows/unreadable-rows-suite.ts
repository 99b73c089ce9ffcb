import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { DEFAULT_SETTINGS } from '../../../src/add-inbox/people/workspace-settings.ts';
import { PasswordsUnreadableError } from '../../../src/add-inbox/request/request.ts';
import type { Database } from '../../../src/storage/database.ts';
import { createRateLimitRepository } from '../../../src/storage/rate-limit/rate-limit-repository.ts';
import { listPending } from '../../../src/storage/requests/list-pending.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { createSetAsideRequests } from '../../../src/storage/requests/set-aside.ts';
import type { OnUnreadable } from '../../../src/storage/rows/read-rows.ts';
import { countClosed } from '../../../src/storage/sealing/reseal.ts';
import { createSealer, SealError } from '../../../src/storage/sealing/sealing.ts';
import { createAuditRepository } from '../../../src/storage/workspaces/audit-repository.ts';
import { createColdsendKeyRepository } from '../../../src/storage/workspaces/coldsend-key-repository.ts';
import { createInstallationRepository } from '../../../src/storage/workspaces/installation-repository.ts';
import { createSettingsRepository } from '../../../src/storage/workspaces/settings-repository.ts';
import { createWorkspaceRepository } from '../../../src/storage/workspaces/workspace-repository.ts';
import { sampleClient } from '../../add-inbox/keys/sample-key.ts';
import { acceptSample, testKey, testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';
import { sampleInstallation } from '../workspaces/installation-samples.ts';

const DAY = 24 * 60 * 60 * 1000;
const BEYOND = '9007199254740993';
const LARGEST = '9223372036854775807';
const SMALLEST = '-9223372036854775808';

/** As SQL: what a newer version, a hand or a fault may have left in a column of a request. */
const BAD_REQUESTS: [column: string, values: string[]][] = [
  ...['not_before', 'accepted_at', 'settled_at', 'told_at'].map((column): [string, string[]] => [
    column,
    [BEYOND, LARGEST, SMALLEST, '253402300800000'],
  ]),
  ['tries', ['2147483647', '-1']],
  ['fence', ['2147483647']],
  ['state', ["'pondering'", "''", "'settled'"]],
  ['waits_for', ["'the moon'"]],
  ['announcement_place', ["'canvas'"]],
  ['account', ["'{oops'", "''", "'null'", "'{}'", "'[1]'"]],
  ['outcome', [`'{"kind":"postponed"}'`, "'{oops'", `'{"kind":"added","account":{"daily_limit":1e999}}'`]],
];

/** SQLite takes anything in any column. */
const BAD_ON_SQLITE: [column: string, values: string[]][] = [
  ['not_before', ["'soon'", '1.5', '9e999', "x'00ff'"]],
  ['accepted_at', ["'long ago'", "x'00ff'"]],
  ['tries', [BEYOND, "'many'"]],
  ['fence', [LARGEST, "'high'"]],
  ['team_id', ["x'00ff'"]],
  ['account', ["x'00ff'", '7']],
];

const ACME = sampleClient('Acme', 'C1');

export function describeUnreadableRows(databases: TestDatabases) {
  describe(`rows that can't be read on ${databases.kind}`, () => {
    let db: Database;
    let time: number;
    let noted: string[];
    const now = () => time;
    const onUnreadable: OnUnreadable = (id, _error, table) => void noted.push(`${table} ${id}`);
    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());
    beforeEach(async () => {
      await emptyTables(db);
      time = 1_700_000_000_000;
      noted = [];
    });

    const requestsOf = (owner = 'a') =>
      createRequestRepository({ db, sealer: testSealer, owner, leaseMs: 60_000, now, onUnreadable });
    const aside = () => createSetAsideRequests({ db, now });
    const set = (table: string, column: string, value: string, id: string, key = 'id') =>
      sql`update ${sql.table(table)} set ${sql.ref(column)} = ${sql.raw(value)} where ${sql.ref(key)} = ${id}`.execute(
        db.kysely,
      );

    describe('requests', () => {
      const cases = [...BAD_REQUESTS, ...(databases.kind === 'sqlite' ? BAD_ON_SQLITE : [])];
      for (const [column, values] of cases) {
        for (const value of values) {
          test(`${column} = ${value} is set aside once, is shown in its place, and holds up nobody`, async () => {
            const requests = requestsOf();
            for (const name of ['1', '2', '3']) await requests.release(await acceptSample(requests, name));
            await set('requests', column, value, 'request-2');
            time += 1;
            const others = ['request-1', 'request-3'];
            assert.deepEqual((await requests.claimDue(10)).map(({ id }) => id).sort(), others);
            assert.deepEqual(noted, ['requests request-2']);
            assert.deepEqual(
              await requestsOf('restarted')
                .claimDue(10)
                .then((all) => all.map(({ id }) => id).sort()),
              [...(databases.kind === 'sqlite' ? others : [])],
            );
            assert.deepEqual(noted, ['requests request-2'], 'it is claimed no more');
            assert.equal((await requests.countByState()).set_aside.count, 1);
            assert.equal(await aside().count(), 1);

            const pending = (await listPending(db, 10)).filter((each) => 'unreadable' in each);
            assert.deepEqual(
              pending.map(({ id }) => id),
              ['request-2'],
            );
            if (column === 'team_id') return;
            const latest = await requests.latest('T1', 10);
            assert.deepEqual(latest.map(({ id }) => id).sort(), ['request-1', 'request-2', 'request-3']);
            assert.deepEqual(
              latest.filter((each) => 'unreadable' in each).map(({ id }) => id),
              ['request-2'],
            );
          });
        }
      }

      test('one that is queued leaves it and is set aside; the others get their slots', async () => {
        for (const column of ['account', 'tries', 'fence']) {
          await emptyTables(db);
          const limits = [{ requests: 2, seconds: 60 }];
          const deps = { sealer: testSealer, owner: 'a', leaseMs: 60_000, now: Date.now, onUnreadable };
          const requests = createRequestRepository({ db, ...deps });
          const slots = createRateLimitRepository({ database: db, limits, ...deps });
          for (const name of ['1', '2']) {
            const announced = await requests.advance(await acceptSample(requests, name), { state: 'announced' });
            await requests.release(announced);
            await set('requests', 'turn_of', "'key'", announced.id);
          }
          await set('requests', column, column === 'account' ? "'{}'" : '2147483647', 'request-1');
          assert.deepEqual(
            (await slots.claimQueued(10)).armed.map(({ id }) => id),
            ['request-2'],
            column,
          );
          assert.equal(await createSetAsideRequests({ db, now }).count(), 1);
        }
      });

      test('what was mended, or what this version can read after all, is taken up again and goes on where it was', async () => {
        const requests = requestsOf();
        const announced = await requests.advance(await acceptSample(requests, '1'), { state: 'announced' });
        await requests.release(announced);
        await set('requests', 'outcome', `'{"kind":"postponed"}'`, 'request-1');
        assert.deepEqual(await requests.claimDue(10), []);
        assert.equal(await requests.nextDueAt(), undefined);
        assert.equal(await aside().takeUp(), 0);
        await set('requests', 'outcome', 'null', 'request-1');
        assert.deepEqual(await requests.claimDue(10), [], 'nobody looks at it in between');
        assert.equal(await aside().takeUp(), 1);
        const [again] = await requests.claimDue(10);
        assert.equal(again?.state, 'announced');
        assert.equal((await requests.openPasswords(again ?? assert.fail())).imap_password, 'other');
      });

      test('all of them are looked at again, however many they are', async () => {
        const requests = requestsOf();
        const names = Array.from({ length: 450 }, (_, n) => String(n));
        for (const name of names) await requests.release(await acceptSample(requests, name));
        await db.kysely.updateTable('requests').set({ set_aside_at: time }).execute();
        await db.kysely.updateTable('requests').set({ account: '{}' }).where('id', '<', 'request-3').execute();
        const bad = names.filter((name) => `request-${name}` < 'request-3').length;
        assert.equal(await aside().takeUp(), names.length - bad);
        assert.equal(await aside().count(), bad);
      });

      test('its passwords are kept for a day at the most, and the row for as long as finished ones', async () => {
        const requests = requestsOf();
        for (const name of ['1', '2']) await requests.release(await acceptSample(requests, name));
        await set('requests', 'account', "'{}'", 'request-1');
        await requests.claimDue(10);
        assert.equal(await aside().wipePasswords(), 0);
        time += DAY + 1;
        assert.equal(await aside().wipePasswords(), 1);
        const left = await db.kysely.selectFrom('request_passwords').select('request_id').execute();
        assert.deepEqual(
          left.map(({ request_id }) => request_id),
          ['request-2'],
        );
        await aside().deleteBefore(time - 2 * DAY);
        assert.equal(await aside().count(), 1);
        await aside().deleteBefore(time);
        assert.deepEqual(
          (await requests.latest('T1', 10)).map(({ id }) => id),
          ['request-2'],
        );
      });

      test('a workspace leaves whatever its requests hold', async () => {
        const requests = requestsOf();
        for (const name of ['1', '2']) await requests.release(await acceptSample(requests, name));
        await set('requests', 'fence', '2147483647', 'request-1');
        await set('requests', 'account', "'{}'", 'request-2');
        assert.equal(await createWorkspaceRepository({ database: db, now }).clear('T1', 'test'), true);
        assert.deepEqual(await db.kysely.selectFrom('request_passwords').selectAll().execute(), []);
        assert.deepEqual(await listPending(db, 10), []);
      });
    });

    describe('sealed passwords', () => {
      const other = createSealer([{ id: 'other', key: new Uint8Array(32).fill(9) }]);

      test('that were altered, or whose key is lost, will open for nobody', async () => {
        const requests = requestsOf();
        for (const sealed of ['rubbish', 'v1.test.AAAA', other.seal('{}', { purpose: 'x', teamId: '', rowId: '' })]) {
          await emptyTables(db);
          const held = await acceptSample(requests, '1');
          await db.kysely.updateTable('request_passwords').set({ sealed }).execute();
          await assert.rejects(requests.openPasswords(held), PasswordsUnreadableError);
        }
        assert.equal(noted.at(-1), 'request_passwords request-1');
      });

      test('of a key that another bot seals with already, or of a newer form, are left to that bot', async () => {
        const requests = requestsOf();
        for (const sealed of [other.seal('{}', { purpose: 'x', teamId: '', rowId: '' }), 'v2.anything']) {
          await emptyTables(db);
          await db.kysely.insertInto('sealed_check').values({ key_id: 'other', sealed: 'x' }).execute();
          const held = await acceptSample(requests, '1');
          await db.kysely.updateTable('request_passwords').set({ sealed }).execute();
          await assert.rejects(requests.openPasswords(held), SealError);
        }
      });

      test('and all other sealed values that open for nobody are counted, whatever stands in their place', async () => {
        const requests = requestsOf();
        for (const name of ['1', '2', '3']) await acceptSample(requests, name);
        assert.deepEqual(await countClosed(db, testSealer), {});
        await set('request_passwords', 'sealed', "'rubbish'", 'request-1', 'request_id');
        const changed = databases.kind === 'sqlite' ? "x'00ff'" : "'v1.test.AAAA'";
        await set('request_passwords', 'sealed', changed, 'request-2', 'request_id');
        await set('requests', 'response_url', "'v1.other.AAAA'", 'request-3');
        assert.deepEqual(await countClosed(db, testSealer), { request_passwords: 2, requests: 1 });
      });
    });

    test('an audit entry that cannot be read stands in its place among the others', async () => {
      const audit = createAuditRepository({ db, now, onUnreadable });
      const note = { teamId: 'T1', userId: 'U1', action: 'audit_exported', requestId: undefined, details: {} } as const;
      for (let n = 0; n < 5; n += 1) {
        time += 1;
        await audit.add(note);
      }
      const ids = (await audit.page('T1', { until: time, skip: 0, limit: 10 })).map(({ id }) => id);
      const [first = '', second = '', , fourth = ''] = ids;
      await set('audit_entries', 'action', "'batch_started'", first);
      await set('audit_entries', 'details', `'{"count":7}'`, second);
      await set('audit_entries', 'details', "'{oops'", fourth);
      const page = await audit.page('T1', { until: time, skip: 0, limit: 10 });
      assert.deepEqual(
        page.map(({ id }) => id),
        ids,
      );
      assert.deepEqual(
        page.map((entry) => 'unreadable' in entry),
        [true, true, false, true, false],
      );
      assert.equal(page[0]?.at, time);
      assert.deepEqual(
        noted,
        [first, second, fourth].map((id) => `audit_entries ${id}`),
      );
    });

    test("a key that cannot be read is listed as that, is not used, and can be replaced; the others' are as they were", async () => {
      const keys = createColdsendKeyRepository({ db, sealer: testSealer, now, onUnreadable });
      const key = { teamId: 'T1', apiKey: 'cs_live_1234', storedBy: 'U1', status: 'works', missingScopes: [] } as const;
      const changes: [column: string, value: string][] = [
        ['sealed_key', "'rubbish'"],
        ['status', "'expiring'"],
        ['missing_scopes', "'{oops'"],
        ['version', BEYOND],
        ['stored_at', LARGEST],
        ['checked_at', SMALLEST],
        ...(databases.kind === 'sqlite' ? ([['last_four', "x'00ff'"]] as [string, string][]) : []),
      ];
      for (const [column, value] of changes) {
        await emptyTables(db);
        await keys.save({ ...key, owner: WORKSPACE, missingScopes: [] });
        await keys.save({ ...key, missingScopes: [], owner: ACME });
        await sql`update coldsend_keys set ${sql.ref(column)} = ${sql.raw(value)} where label = 'Acme'`.execute(
          db.kysely,
        );
        const statuses = (await keys.list('T1')).map(({ owner, status }) => [owner, status]);
        const expected = [
          [WORKSPACE, 'works'],
          [ACME, 'unreadable'],
        ];
        assert.deepEqual(statuses, expected, column);
        const { bound, own } = await keys.findFor('T1', 'C1');
        assert.deepEqual([bound?.current?.status, own?.status], ['unreadable', 'works']);
        const name = { kind: 'client', name: 'Acme', channelId: 'C1' } as const;
        assert.equal((await keys.find('T1', name))?.status, 'unreadable');
        await assert.rejects(keys.open('T1', name));
        await keys.save({ ...key, missingScopes: [], owner: ACME });
        assert.equal((await keys.find('T1', name))?.status, 'works');
        assert.equal((await keys.open('T1', name))?.apiKey, key.apiKey);
      }
    });

    test('settings that cannot be read allow as little as they can, each for itself', async () => {
      const settings = createSettingsRepository(db, onUnreadable);
      const shared = { whoMayAdd: { kind: 'everyone' }, resultsChannelId: 'C7', defaultDailyLimit: 40 };
      const stored = { ...shared, elsewhere: 'workspace_key' };
      const read = { ...shared, channelsWithoutClient: 'workspace_key' };
      const closed = {
        whoMayAdd: { kind: 'unreadable' },
        resultsChannelId: undefined,
        defaultDailyLimit: undefined,
        channelsWithoutClient: 'blocked',
      };
      const cases: [text: string, expected: object][] = [
        [JSON.stringify(stored), read],
        [JSON.stringify({ ...stored, elsewhere: 'nothing' }), { ...read, channelsWithoutClient: 'blocked' }],
        [JSON.stringify({ ...stored, whoMayAdd: { kind: 'departments' } }), { ...read, whoMayAdd: closed.whoMayAdd }],
        [JSON.stringify({ ...stored, resultsChannelId: 7 }), { ...read, resultsChannelId: undefined }],
        [JSON.stringify({ ...stored, defaultDailyLimit: 2 ** 60 }), { ...read, defaultDailyLimit: undefined }],
        [JSON.stringify({ ...stored, defaultDailyLimit: -1 }), { ...read, defaultDailyLimit: undefined }],
        [JSON.stringify({ ...stored, elsewhere: 'ask' }), { ...read, channelsWithoutClient: 'blocked' }],
        ['{oops', closed],
        ['[]', closed],
        ['null', closed],
        ['{}', DEFAULT_SETTINGS],
      ];
      for (const [text, expected] of cases) {
        await emptyTables(db);
        await db.kysely.insertInto('workspace_settings').values({ team_id: 'T1', settings: text }).execute();
        assert.deepEqual(await settings.find('T1'), expected, text);
        assert.deepEqual(await settings.find('T2'), DEFAULT_SETTINGS);
      }
      assert.deepEqual(new Set(noted), new Set(['workspace_settings T1']));
    });

    test('an installation that cannot be read is listed as that, can leave, and is mended by installing again', async () => {
      const installations = createInstallationRepository({ database: db, sealer: testSealer, now, onUnreadable });
      for (const [column, value, isListed] of [
        ['sealed_token', "'rubbish'", true],
        ['scopes', "'{oops'", false],
        ['installed_at', BEYOND, false],
        ['installed_at', LARGEST, false],
      ] as const) {
        await emptyTables(db);
        await installations.save(sampleInstallation());
        await installations.save(sampleInstallation({ teamId: 'T2' }));
        await set('installations', column, value, 'T1', 'team_id');
        const listed = (await installations.list()).map((each) =>
          'unreadable' in each ? `? ${each.id}` : each.teamId,
        );
        assert.deepEqual(listed.sort(), isListed ? ['T1', 'T2'] : ['? T1', 'T2']);
        assert.deepEqual(await installations.listTeams(), [{ teamId: 'T1' }, { teamId: 'T2' }]);
        const found = await installations.findReadable('T1');
        assert.equal(found?.botToken, column === 'sealed_token' ? undefined : 'xoxb-1-secret');
        assert.equal(found?.botUserId, 'U0BOT');
        assert.equal((await installations.findReadable('T2'))?.botToken, 'xoxb-1-secret');

        const again = await installations.save(sampleInstallation());
        assert.deepEqual(await installations.find('T1'), again);
        await set('installations', column, value, 'T1', 'team_id');
        const { installedAt } = (await installations.findReadable('T1')) ?? assert.fail();
        const workspaces = createWorkspaceRepository({ database: db, now });
        assert.equal(await workspaces.remove('T1', installedAt, 'test'), true, column);
        assert.deepEqual(await installations.listTeams(), [{ teamId: 'T2' }]);
      }
    });

    test('slots and blocks of absurd times keep nobody from a slot for long', async () => {
      const deps = { sealer: createSealer([testKey]), owner: 'a', leaseMs: 60_000, now: Date.now };
      const slots = createRateLimitRepository({ database: db, limits: [{ requests: 5, seconds: 60 }], ...deps });
      const requests = createRequestRepository({ db, ...deps });
      for (const at of [BEYOND, LARGEST, SMALLEST]) {
        await emptyTables(db);
        await db.kysely
          .insertInto('coldsend_turns')
          .values({ key_fingerprint: 'key', taken_at: 0, place: 0 })
          .execute();
        await set('coldsend_turns', 'taken_at', at, 'key', 'key_fingerprint');
        await db.kysely.insertInto('coldsend_budgets').values({ key_fingerprint: 'key', blocked_until: 0 }).execute();
        await set('coldsend_budgets', 'blocked_until', at, 'key', 'key_fingerprint');
        const announced = await requests.advance(await acceptSample(requests, '1'), { state: 'announced' });
        assert.equal((await slots.take(announced, 'key')).kind, 'armed', at);
        await requests.release(await requests.advance(await acceptSample(requests, '2'), { state: 'announced' }));
        await set('requests', 'turn_of', "'key'", 'request-2');
        assert.equal((await slots.claimQueued(5)).armed.length, 1, at);
        await slots.countLeft();
        await slots.deleteOld();
      }
    });

    test('a slot whose time is no number counts as taken now, and not for ever', {
      skip: databases.kind === 'postgres',
    }, async () => {
      const deps = { sealer: testSealer, owner: 'a', leaseMs: 60_000, now };
      const slots = createRateLimitRepository({ database: db, limits: [{ requests: 1, seconds: 60 }], ...deps });
      await db.kysely.insertInto('coldsend_turns').values({ key_fingerprint: 'key', taken_at: 0, place: 0 }).execute();
      await set('coldsend_turns', 'taken_at', "'soon'", 'key', 'key_fingerprint');
      assert.equal(await slots.reserveForKeyCheck('key'), false);
      time += 62_000;
      assert.equal(await slots.reserveForKeyCheck('key'), true);
    });
  });
}
