import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUserGroups } from '../../../src/slack/permissions/user-groups.ts';
import { type SlackApi, SlackRefusedError, SlackUnavailableError } from '../../../src/slack/web-api/slack-api.ts';

const MINUTE = 60_000;

function setUp(members: (groupId: string) => string[] = () => ['U1']) {
  const world = { time: 5_000_000 };
  const api: Pick<SlackApi, 'listGroupMembers'> = { listGroupMembers: async (groupId) => members(groupId) };
  const groups = createUserGroups(() => world.time);
  return {
    world,
    lookUp: (groupIds: string[], userId = 'U1') => groups.lookUp(api as SlackApi, 'T1', groupIds, userId),
    recall: (groupIds: string[], userId = 'U1', teamId = 'T1') => groups.recall(teamId, groupIds, userId, MINUTE),
  };
}

test('which groups somebody is in is remembered for all who were in them, as long as the caller allows', async () => {
  const { world, lookUp, recall } = setUp((groupId) => (groupId === 'S1' ? ['U1', 'U2'] : ['U2']));
  assert.deepEqual(await lookUp(['S1', 'S2']), ['S1']);
  assert.deepEqual(
    [recall(['S1', 'S2']), recall(['S1', 'S2'], 'U2'), recall(['S2'], 'U3')],
    [['S1'], ['S1', 'S2'], []],
  );
  assert.equal(recall(['S1', 'S3']), undefined, 'one of them was never looked up');
  assert.equal(recall(['S1'], 'U1', 'T2'), undefined, 'in another workspace');
  assert.deepEqual(recall([]), []);
  const { time } = world;
  for (const [at, isKnown] of [
    [time + MINUTE, true],
    [time - MINUTE, true],
    [time + MINUTE + 1, false],
    [time - MINUTE - 1, false],
  ] as const) {
    world.time = at;
    assert.equal(recall(['S1']) !== undefined, isKnown);
  }
});

test('a group that is gone, or that the bot may not read, has nobody in it', async () => {
  for (const reason of ['no_such_subteam', 'missing_scope', 'permission_denied', 'paid_teams_only']) {
    const { lookUp } = setUp(() => {
      throw new SlackRefusedError('usergroups.users.list', reason);
    });
    assert.deepEqual(await lookUp(['S1']), []);
  }
});

test('where Slack does not say who is in a group, nobody is taken to be out of it', async () => {
  for (const failure of [
    new SlackUnavailableError('usergroups.users.list', 1),
    new SlackRefusedError('usergroups.users.list', 'token_revoked'),
  ]) {
    const { lookUp, recall } = setUp(() => {
      throw failure;
    });
    await assert.rejects(lookUp(['S1']), failure);
    assert.equal(recall(['S1']), undefined);
  }
});

test('a thousand groups are remembered, those that were looked up last', async () => {
  const { lookUp, recall } = setUp();
  for (let n = 1; n <= 1_000; n += 1) await lookUp([`S${n}`]);
  assert.deepEqual(recall(['S1']), ['S1']);
  await lookUp(['S1']);
  await lookUp(['S1001']);
  assert.deepEqual([recall(['S1']), recall(['S2']), recall(['S3'])], [['S1'], undefined, ['S3']]);
});
