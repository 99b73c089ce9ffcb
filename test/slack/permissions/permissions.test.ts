import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SETTINGS, type WorkspaceSettings } from '../../../src/add-inbox/people/workspace-settings.ts';
import { TokenUnreadableError } from '../../../src/slack/install/installations.ts';
import { createCheckPermission } from '../../../src/slack/permissions/check-before-sending.ts';
import { createPeople } from '../../../src/slack/permissions/people.ts';
import { createPermissions } from '../../../src/slack/permissions/permissions.ts';
import { createUserGroups } from '../../../src/slack/permissions/user-groups.ts';
import {
  type SlackApi,
  SlackRefusedError,
  SlackUnavailableError,
  type SlackUser,
} from '../../../src/slack/web-api/slack-api.ts';
import { request } from '../examples.ts';
import { SAMPLE_USER } from './sample-user.ts';

const ACTOR = { teamId: 'T1', userId: 'U1', ownTeamId: 'T1' };
const IN_GROUP: WorkspaceSettings = {
  ...DEFAULT_SETTINGS,
  whoMayAdd: { kind: 'chosen', userIds: [], userGroupIds: ['S1', 'S2'] },
};

/** One person, two user groups, and how often Slack was asked for either. */
function setUp() {
  const world = { time: 0, user: SAMPLE_USER, settings: DEFAULT_SETTINGS, groups: { S1: ['U9'], S2: ['U1'] } };
  const asked: string[] = [];
  const refused: unknown[] = [];
  let failure: Error | undefined;
  const answer = <T>(what: string, value: T): T => {
    asked.push(what);
    if (failure !== undefined) throw failure;
    return value;
  };
  const api: Pick<SlackApi, 'findUser' | 'listGroupMembers'> = {
    findUser: async () => answer('user', world.user),
    listGroupMembers: async (id) => answer('group', id === 'S1' ? world.groups.S1 : world.groups.S2),
  };
  const now = () => world.time;
  const permissions = createPermissions({
    people: createPeople(now),
    userGroups: createUserGroups(now),
    findSettings: async () => world.settings,
    onRefused: (_actor, what, why) => void refused.push([what, why]),
  });
  const slack = api as SlackApi;
  return {
    world,
    asked,
    refused,
    permissions,
    recall: (what: string) => permissions.recall({ api: slack, actor: ACTOR, what, settings: world.settings }),
    slack,
    fail: (error: Error | undefined) => {
      failure = error;
    },
    checkPermission: createCheckPermission(permissions, async () => slack),
  };
}

test('right before sending, what Slack said within ten seconds is good enough, and what it said before is not', async () => {
  const { world, asked, permissions, slack, checkPermission } = setUp();
  await permissions.checkAdding({ api: slack, actor: ACTOR, what: 'x' });
  world.user = { ...SAMPLE_USER, deleted: true };
  world.time = 10_000;
  assert.deepEqual(await checkPermission(request), { kind: 'may' });
  assert.deepEqual(asked, ['user']);
  world.time = 10_001;
  assert.deepEqual(await checkPermission(request), { kind: 'lost', why: 'deactivated' });
});

test('the settings that decide whether a person may add also say whether logins are checked first', async () => {
  const { permissions, slack } = setUp();
  const findSettings = async () => ({ ...DEFAULT_SETTINGS, checkLoginFirst: true });
  const check = createCheckPermission(permissions, async () => slack, { findSettings });
  assert.deepEqual(await check(request), { kind: 'may', checksLogin: true });
});

test('what the admins have set counts at once, whatever Slack said a moment ago', async () => {
  const { world, permissions, recall, slack, refused, checkPermission } = setUp();
  await permissions.checkAdding({ api: slack, actor: ACTOR, what: 'x' });
  world.settings = { ...DEFAULT_SETTINGS, whoMayAdd: { kind: 'admins' } };
  assert.deepEqual(await checkPermission(request), { kind: 'lost', why: 'admins_only' });
  assert.deepEqual(refused, [], 'nobody attempts anything there');
  assert.equal((await recall('command'))?.kind, 'refused');
  assert.deepEqual(refused, [['command', 'admins_only']]);
});

test('while Slack does not say, nothing may be sent, and nobody has lost anything', async () => {
  for (const error of [
    new SlackUnavailableError('users.info', undefined),
    new SlackRefusedError('x', 'token_revoked'),
  ]) {
    const { fail, checkPermission } = setUp();
    fail(error);
    assert.deepEqual(await checkPermission(request), { kind: 'unknown' });
  }
});

test('while the settings cannot be read only admins may add inboxes, and nobody who asked before has lost anything', async () => {
  const { world, permissions, slack, checkPermission } = setUp();
  world.settings = { ...DEFAULT_SETTINGS, whoMayAdd: { kind: 'unreadable' } };
  const permission = await permissions.checkAdding({ api: slack, actor: ACTOR, what: 'x' });
  assert.deepEqual(permission, { kind: 'refused', why: 'settings_unreadable' });
  assert.deepEqual(await checkPermission(request), { kind: 'unknown' });
  world.user = { ...SAMPLE_USER, is_admin: true };
  assert.equal((await permissions.checkAdding({ api: slack, actor: ACTOR, what: 'x' })).kind, 'allowed');
});

test('while the token of the workspace cannot be opened nobody has lost anything', async () => {
  const { permissions } = setUp();
  const check = createCheckPermission(permissions, async () => Promise.reject(new TokenUnreadableError()));
  assert.deepEqual(await check(request), { kind: 'unknown' });
});

test('user groups are asked for only where they decide', async () => {
  const { world, asked, permissions, slack } = setUp();
  world.settings = IN_GROUP;
  assert.equal((await permissions.checkAdding({ api: slack, actor: ACTOR, what: 'x' })).kind, 'allowed');
  assert.deepEqual(asked, ['user', 'group', 'group']);
  world.user = { ...SAMPLE_USER, is_admin: true };
  assert.equal((await permissions.checkAdding({ api: slack, actor: ACTOR, what: 'x' })).kind, 'allowed');
  assert.deepEqual(asked.slice(3), ['user']);
});

test('who left the group is out; a group that is gone has nobody in it', async () => {
  const { world, permissions, slack, fail } = setUp();
  world.settings = IN_GROUP;
  world.groups.S2 = [];
  assert.deepEqual(await permissions.checkAdding({ api: slack, actor: ACTOR, what: 'x' }), {
    kind: 'refused',
    why: 'not_chosen',
  });
  const gone = {
    ...slack,
    listGroupMembers: async () => Promise.reject(new SlackRefusedError('x', 'no_such_subteam')),
  };
  assert.equal((await permissions.checkAdding({ api: gone, actor: ACTOR, what: 'x' })).kind, 'refused');
  fail(new SlackUnavailableError('x', undefined));
  assert.equal((await permissions.checkAdding({ api: slack, actor: ACTOR, what: 'x' })).kind, 'unknown');
});

test('for opening a form a look-up of the last minute is remembered, of person and groups', async () => {
  const { world, permissions, recall, slack } = setUp();
  world.settings = IN_GROUP;
  assert.equal(await recall('x'), undefined);
  await permissions.checkAdding({ api: slack, actor: ACTOR, what: 'x' });
  world.time = 60_000;
  assert.equal((await recall('x'))?.kind, 'allowed');
  world.time = 60_001;
  assert.equal(await recall('x'), undefined);
});

const IN_OTHER_WORKSPACE = { ...SAMPLE_USER, team_id: 'T2' };

test('who belongs to several workspaces of an organization is a member where ours is among them', async () => {
  for (const ownTeamId of ['T1', 'T2', 'E1']) {
    for (const team_id of ['T1', 'T2', 'E1']) {
      const { world, permissions, slack, recall, checkPermission } = setUp();
      world.user = { ...SAMPLE_USER, team_id, enterprise_user: { teams: ['T2', 'T1'] } };
      const permission = await permissions.checkAdding({ api: slack, actor: { ...ACTOR, ownTeamId }, what: 'x' });
      assert.equal(permission.kind, 'allowed', `${ownTeamId} ${team_id}`);
      assert.equal((await recall('x'))?.kind, 'allowed');
      assert.deepEqual(await checkPermission(request), { kind: 'may' });
    }
  }
});

test('an organization changes nothing for its guests, and makes its admins admins', async () => {
  const { world, permissions, slack } = setUp();
  const actor = { ...ACTOR, ownTeamId: 'T2' };
  const enterprise_user = { teams: ['T1', 'T2'] };
  world.user = { ...IN_OTHER_WORKSPACE, enterprise_user, is_admin: true };
  assert.equal((await permissions.checkAdmin({ api: slack, actor: actor, what: 'x' })).kind, 'allowed');
  for (const [flag, why] of [
    ['is_restricted', 'guest'],
    ['is_ultra_restricted', 'guest'],
    ['deleted', 'deactivated'],
    ['is_stranger', 'other_workspace'],
  ] as const) {
    world.user = { ...IN_OTHER_WORKSPACE, enterprise_user, [flag]: true };
    assert.deepEqual(await permissions.checkAdding({ api: slack, actor: actor, what: 'x' }), { kind: 'refused', why });
  }
});

test('a stranger stays one: of no organization, or of one that has not ours', async () => {
  const strangers: SlackUser[] = [
    IN_OTHER_WORKSPACE,
    { ...IN_OTHER_WORKSPACE, enterprise_user: null },
    { ...IN_OTHER_WORKSPACE, enterprise_user: {} },
    { ...IN_OTHER_WORKSPACE, enterprise_user: { teams: [] } },
    { ...IN_OTHER_WORKSPACE, enterprise_user: { teams: ['T2', 'T3'] } },
    { ...SAMPLE_USER, enterprise_user: { teams: ['T2'] } },
  ];
  for (const user of strangers) {
    for (const ownTeamId of ['T1', 'T2', 'E1']) {
      const { world, permissions, slack, checkPermission } = setUp();
      world.user = user;
      const permission = await permissions.checkAdding({ api: slack, actor: { ...ACTOR, ownTeamId }, what: 'x' });
      assert.deepEqual(permission, { kind: 'refused', why: 'other_workspace' }, JSON.stringify(user));
      assert.deepEqual(await checkPermission(request), { kind: 'lost', why: 'other_workspace' });
    }
  }
  const { permissions, slack } = setUp();
  const permission = await permissions.checkAdding({ api: slack, actor: { ...ACTOR, ownTeamId: 'T2' }, what: 'x' });
  assert.equal(permission.kind, 'refused', 'the payload says another workspace, and nothing says that both are theirs');
});
