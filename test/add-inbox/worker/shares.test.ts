import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { hasShare, type Owner, sharesOf } from '../../../src/add-inbox/worker/shares.ts';

const PLACES = 200;
const ADA = { teamId: 'T1', userId: 'ada', keyName: WORKSPACE };

/** How many of these requests, one after the other, are let in beside those at work. */
function letIn(atWork: Owner[], owners: Owner[]): number {
  const before = atWork.length;
  for (const owner of owners) if (hasShare(owner, atWork, PLACES - atWork.length)) atWork.push(owner);
  return atWork.length - before;
}

function many(count: number, owner: (n: number) => Partial<Owner>): Owner[] {
  return Array.from({ length: count }, (_, n) => ({ ...ADA, ...owner(n) }));
}

test('the fewer places are free, the fewer each may have; a person always one', () => {
  assert.deepEqual(sharesOf(200), { person: 50, key: 100, workspace: 200 });
  assert.deepEqual(sharesOf(8), { person: 2, key: 4, workspace: 8 });
  assert.deepEqual(sharesOf(1), { person: 1, key: 0, workspace: 1 });
});

test('a person, a key and a workspace are bounded, each below the next', () => {
  assert.equal(
    letIn(
      [],
      many(500, () => ({})),
    ),
    40,
  );
  assert.equal(letIn([], [...many(2_000, (n) => ({ userId: `U${n % 10}` }))]), 67);
  assert.equal(
    letIn(
      [],
      [
        ...many(2_000, (n) => ({
          userId: `U${n % 10}`,
          keyName: { kind: 'client', name: `c${n % 50}`, channelId: 'C1' },
        })),
      ],
    ),
    100,
  );
});

test('the first request of a person finds a place, whatever their workspace, its key or anybody else has at work', () => {
  for (const hogs of [
    many(5_000, () => ({})),
    many(5_000, (n) => ({ userId: `U${n % 20}` })),
    many(5_000, (n) => ({ teamId: `T${n % 40}`, userId: `U${n % 40}` })),
  ]) {
    const atWork: Owner[] = [];
    letIn(atWork, hogs);
    assert.equal(
      letIn(atWork, [
        { ...ADA, userId: 'mel' },
        { teamId: 'T99', userId: 'kim', keyName: WORKSPACE },
      ]),
      2,
    );
    assert.ok(atWork.length < PLACES);
  }
});

test('nobody starts where no place is free', () => {
  assert.equal(hasShare(ADA, [], 0), false);
});

test('the last free place is one too', () => {
  assert.equal(hasShare(ADA, [], 1), true);
  assert.equal(hasShare(ADA, [ADA], 1), false, 'but for the first request of a person only');
});

test('a key whose share is used up takes no more, also from a person who has places left', () => {
  const ofOthers = [1, 2, 3].map((n) => ({ ...ADA, userId: `U${n}` }));
  assert.equal(hasShare(ADA, [ADA, ...ofOthers.slice(1)], 8), true);
  assert.equal(hasShare(ADA, [ADA, ...ofOthers], 8), false);
});

test('the same user id in another workspace is somebody else', () => {
  assert.equal(hasShare(ADA, [{ ...ADA, teamId: 'T2' }], 1), true);
});
