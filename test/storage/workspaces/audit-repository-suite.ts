import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Database } from '../../../src/storage/database.ts';
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
    const listed = () => listEntries(audit, 'T1', time);

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
