import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { hasShare, type Owner, sharesOf } from '../../../src/add-inbox/worker/shares.ts';
import { createWorld, requestOf } from './world/worker-world.ts';

const PLACES = 200;
const ADA = { teamId: 'T1', userId: 'ada', keyName: WORKSPACE, batch: undefined };
const ROW = { ...ADA, batch: { id: 'B1', line: 1 } };

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
        { ...ADA, teamId: 'T99', userId: 'kim' },
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

test('a person has a share for single inboxes and another one for rows of batches', () => {
  assert.equal(hasShare(ROW, [ROW, ROW], 8), false);
  assert.equal(hasShare(ADA, [ROW, ROW], 8), true);
  assert.equal(hasShare(ROW, [ADA, ADA], 8), true);
  assert.equal(hasShare(ADA, [ADA, ADA], 8), false);
  assert.equal(hasShare(ROW, [ADA], 1), true, 'the first of each needs only a free place');
});

test('rows take nothing from the shares of single inboxes, but single inboxes take something from those of rows', () => {
  const rows = many(8, (n) => ({ userId: `U${n}`, batch: ROW.batch }));
  const singles = many(3, (n) => ({ userId: `U${n}` }));
  assert.equal(hasShare(ADA, [ADA, ...rows], 8), true);
  assert.equal(hasShare(ROW, [ROW, ...singles], 8), false, 'of the key');
  const ofClients = singles.map((owner) => ({
    ...owner,
    keyName: { kind: 'client' as const, name: 'c', channelId: 'C' },
  }));
  assert.equal(hasShare(ROW, [ROW, ...ofClients], 8), true);
  assert.equal(hasShare(ROW, [ROW, ...ofClients, ...ofClients, ...ofClients], 8), false, 'of the workspace');
});

test('a batch whose person has no place left for its rows does not hold up a single inbox of theirs', async (t) => {
  const world = createWorld(t, { maxAtOnce: 8 });
  const row = (number: number) => requestOf(number, { userId: 'U1', batch: { id: 'B1', line: number } });
  for (const number of [1, 2]) world.worker.take(row(number), 0);
  world.worker.take(requestOf(3, { userId: 'U1' }), 0);
  await world.settle();
  assert.deepEqual(world.calls.slice(0, 3), ['step R1', 'release R2 {}', 'step R3']);
});
