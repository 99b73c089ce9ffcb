import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPeople } from '../../../src/slack/permissions/people.ts';
import type { SlackApi } from '../../../src/slack/web-api/slack-api.ts';
import { SAMPLE_USER } from './sample-user.ts';

const MINUTE = 60_000;

function setUp() {
  const world = { time: 5_000_000, user: SAMPLE_USER };
  const api: Pick<SlackApi, 'findUser'> = { findUser: async (id) => ({ ...world.user, id }) };
  const people = createPeople(() => world.time);
  return {
    world,
    lookUp: (userId = 'U1') => people.lookUp(api as SlackApi, 'T1', userId),
    recall: (userId = 'U1', teamId = 'T1') => people.recall(teamId, userId, MINUTE),
  };
}

test('who somebody is is remembered as long as the caller allows, whichever way the clock is set', async () => {
  const { world, lookUp, recall } = setUp();
  const person = await lookUp();
  const { time } = world;
  for (const [at, expected] of [
    [time + MINUTE, person],
    [time - MINUTE, person],
    [time + MINUTE + 1, undefined],
    [time - MINUTE - 1, undefined],
  ] as const) {
    world.time = at;
    assert.equal(recall(), expected);
  }
  assert.equal(recall('U2'), undefined);
  assert.equal(recall('U1', 'T2'), undefined, 'in another workspace');
});

test('whoever may be made a member at any moment is not remembered', async () => {
  for (const change of [{ is_restricted: true }, { is_ultra_restricted: true }, { deleted: true }, { is_bot: true }]) {
    const { world, lookUp, recall } = setUp();
    await lookUp();
    world.user = { ...SAMPLE_USER, ...change };
    await lookUp();
    assert.equal(recall(), undefined);
  }
});

test('a stranger is remembered as one', async () => {
  const { world, lookUp, recall } = setUp();
  world.user = { ...SAMPLE_USER, is_stranger: true };
  assert.deepEqual(recall(), undefined);
  const stranger = await lookUp();
  assert.equal(recall(), stranger);
});

test('ten thousand people are remembered, those who were looked up last', async () => {
  const { lookUp, recall } = setUp();
  for (let n = 1; n <= 10_000; n += 1) await lookUp(`U${n}`);
  assert.equal(recall('U1')?.userId, 'U1');
  await lookUp('U1');
  await lookUp('U10001');
  assert.deepEqual([recall('U1')?.userId, recall('U2'), recall('U3')?.userId], ['U1', undefined, 'U3']);
});
