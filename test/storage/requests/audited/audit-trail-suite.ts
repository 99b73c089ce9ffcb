import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REFUSED_AN_HOUR } from '../../../../src/storage/workspaces/audit-repository.ts';
import { type AuditedSetUp, HOUR } from './audited-set-up.ts';

export function describeAuditTrail({ audit, now, pass, listed }: AuditedSetUp) {
  test('pages are newest first, without what came after the first was opened, and of one workspace', async () => {
    for (let n = 0; n < 5; n += 1) {
      pass(1);
      await audit().add(noteOf('T1', { number: String(n) }));
    }
    await audit().add(noteOf('T2', { number: 'other' }));
    const until = now();
    pass(1);
    await audit().add(noteOf('T1', { number: 'later' }));
    const numbers = async (skip: number) =>
      (await audit().page('T1', { until, skip, limit: 2 })).map(
        (entry) => !('unreadable' in entry) && entry.details.number,
      );
    assert.deepEqual(await numbers(0), ['4', '3']);
    assert.deepEqual(await numbers(2), ['2', '1']);
    assert.deepEqual(await numbers(4), ['0']);
  });

  test('refused attempts are noted only so often in an hour, for a person and for a workspace', async () => {
    const refused = (userId: string, teamId = 'T1') =>
      audit().addRefused({ ...noteOf(teamId, {}), userId, action: 'refused_attempt' });
    for (let n = 0; n < REFUSED_AN_HOUR.person; n += 1) assert.equal(await refused('U1'), true);
    assert.equal(await refused('U1'), false);
    assert.equal(await refused('U2'), true);
    assert.equal(await refused('U1', 'T2'), true);
    for (let n = REFUSED_AN_HOUR.person + 1; n < REFUSED_AN_HOUR.workspace; n += 1) {
      assert.equal(await refused(`U${100 + n}`), true);
    }
    assert.equal(await refused('U999'), false);
    pass(HOUR + 1);
    assert.equal(await refused('U1'), true);
  });

  test('those who make noise keep nobody else from being noted', async () => {
    const refused = (userId: string) => audit().addRefused({ ...noteOf('T1', {}), userId, action: 'refused_attempt' });
    const noisy = Math.ceil(REFUSED_AN_HOUR.many / REFUSED_AN_HOUR.person) + 5;
    for (let person = 0; person < noisy; person += 1) {
      for (let n = 0; n < REFUSED_AN_HOUR.person; n += 1) await refused(`UNOISY${person}`);
    }
    const quiet = [];
    for (let n = 0; n <= REFUSED_AN_HOUR.few; n += 1) quiet.push(await refused('UQUIET'));
    assert.deepEqual(quiet, [...Array.from({ length: REFUSED_AN_HOUR.few }, () => true), false]);
  });

  test('attempts that come at the same time are bounded like those one after the other', async () => {
    const refused = (userId: string) => audit().addRefused({ ...noteOf('T1', {}), userId, action: 'refused_attempt' });
    const noted = await Promise.all(Array.from({ length: 60 }, () => refused('UNOISY')));
    assert.equal(noted.filter(Boolean).length, REFUSED_AN_HOUR.person);
    assert.equal(await refused('UQUIET'), true);
  });

  test('entries of a clock that was set back since are not counted', async () => {
    const refused = () => audit().addRefused({ ...noteOf('T1', {}), userId: 'U1', action: 'refused_attempt' });
    pass(24 * HOUR);
    for (let n = 0; n < REFUSED_AN_HOUR.person; n += 1) await refused();
    pass(-24 * HOUR);
    assert.equal(await refused(), true);
  });

  test('what is older than it is kept is deleted, of all workspaces', async () => {
    await audit().add(noteOf('T1', {}));
    await audit().add(noteOf('T2', {}));
    pass(1000);
    await audit().add(noteOf('T1', { number: 'kept' }));
    assert.equal(await audit().deleteBefore(now()), 2);
    assert.equal(await audit().deleteBefore(now()), 0);
    assert.deepEqual(
      (await listed()).map(([, , details]) => details),
      [{ number: 'kept' }],
    );
  });
}

function noteOf(teamId: string, details: Record<string, string>) {
  return { teamId, userId: 'U1', action: 'audit_exported', requestId: undefined, details } as const;
}
