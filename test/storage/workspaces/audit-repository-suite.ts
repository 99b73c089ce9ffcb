import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { Cursor } from '../../../src/add-inbox/lists/page.ts';
import type { AuditFilter } from '../../../src/add-inbox/people/audit.ts';
import type { Database } from '../../../src/storage/database.ts';
import { ROWS_A_PAGE } from '../../../src/storage/rows/read-page.ts';
import {
  type AuditRepository,
  createAuditRepository,
  REFUSED_AN_HOUR,
} from '../../../src/storage/workspaces/audit-repository.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';
import { listEntries } from './list-entries.ts';

const HOUR = 3_600_000;

export function describeAuditRepository(databases: TestDatabases) {
  describe(`audit trail on ${databases.kind}`, () => {
    let db: Database;
    let time: number;
    let audit: AuditRepository;
    const now = () => time;
    const listed = () => listEntries(audit, 'T1');

    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());
    beforeEach(async () => {
      await emptyTables(db);
      time = 1_700_000_000_000;
      audit = createAuditRepository({ db, now });
    });

    test('pages are newest first, without what came after the first was opened, and of one workspace', async () => {
      for (let n = 0; n < 5; n += 1) {
        time += 1;
        await audit.add(noteOf('T1', { number: String(n) }));
      }
      await audit.add(noteOf('T2', { number: 'other' }));
      const numbers = async (before?: Cursor) => {
        const { entries, next } = await audit.page('T1', { before, limit: 2 });
        return { next, found: entries.map((entry) => !('unreadable' in entry) && entry.details.number) };
      };
      const first = await numbers();
      time += 1;
      await audit.add(noteOf('T1', { number: 'later' }));
      const second = await numbers(first.next);
      const third = await numbers(second.next);
      assert.deepEqual([first.found, second.found, third.found], [['4', '3'], ['2', '1'], ['0']]);
      assert.equal(third.next, undefined);
    });

    test('the trail can be narrowed down by person, by what was done and by time', async () => {
      const note = { ...noteOf('T1', {}), action: 'key_removed' } as const;
      for (const change of [{}, { userId: 'U2' }, { action: 'installed' as const }, { userId: undefined }]) {
        await audit.add({ ...note, ...change });
        time += 1;
      }
      const find = async (filter: AuditFilter) => {
        const { entries } = await audit.page('T1', { ...filter, limit: 10 });
        return entries.map((entry) => ('unreadable' in entry ? '' : `${entry.userId} ${entry.action}`));
      };
      assert.deepEqual(await find({ userId: 'U1' }), ['U1 installed', 'U1 key_removed']);
      assert.deepEqual(await find({ actions: ['installed', 'uninstalled'] }), ['U1 installed']);
      assert.deepEqual(await find({ since: time - 2 }), ['undefined key_removed', 'U1 installed']);
      assert.deepEqual(await find({ userId: 'U2', actions: ['key_removed'], since: time - 4 }), ['U2 key_removed']);
      assert.deepEqual(await find({ userId: 'U2', since: time - 2 }), []);
    });

    test('a page looks at so many entries and no more, and the next goes on there', async () => {
      await audit.add({ ...noteOf('T1', {}), userId: 'URARE' });
      await sql`
        insert into audit_entries (id, team_id, at, user_id, action, request_id, details)
        with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${sql.lit(ROWS_A_PAGE + 5)})
        select 'many-' || n, 'T1', at + n, 'U1', action, request_id, details from numbers, audit_entries
      `.execute(db.kysely);
      const first = await audit.page('T1', { userId: 'URARE', limit: 10 });
      assert.deepEqual(first.entries, []);
      const second = await audit.page('T1', { userId: 'URARE', before: first.next, limit: 10 });
      assert.equal(second.entries.length, 1);
      assert.equal(second.next, undefined);
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
