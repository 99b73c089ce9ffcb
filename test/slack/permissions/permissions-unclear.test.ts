import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DEFAULT_SETTINGS,
  type WhoMayAdd,
  type WorkspaceSettings,
} from '../../../src/add-inbox/people/workspace-settings.ts';
import { encodePrivateMetadata } from '../../../src/slack/modals/private-metadata.ts';
import { createCheckPermission } from '../../../src/slack/permissions/check-before-sending.ts';
import { createPeople, type People } from '../../../src/slack/permissions/people.ts';
import { type Attempt, createPermissions, findNotice } from '../../../src/slack/permissions/permissions.ts';
import { createUserGroups } from '../../../src/slack/permissions/user-groups.ts';
import { sentences } from '../../../src/slack/sentences/notices.ts';
import {
  type SlackApi,
  SlackRefusedError,
  SlackUnavailableError,
  type SlackUser,
} from '../../../src/slack/web-api/slack-api.ts';
import { request } from '../examples.ts';
import { SAMPLE_USER } from './sample-user.ts';

const ACTOR = { teamId: 'T1', userId: 'U1', ownTeamId: 'T1' };

type Tried = Pick<Attempt, 'what' | 'view'>;

/** Why each of these is no full member. */
const NOT_FULL: [Partial<SlackUser>, string][] = [
  [{ is_restricted: true }, 'guest'],
  [{ is_ultra_restricted: true }, 'guest'],
  [{ deleted: true }, 'deactivated'],
  [{ is_bot: true }, 'deactivated'],
  [{ is_stranger: true }, 'other_workspace'],
];

function setUp({
  user = SAMPLE_USER,
  settings = DEFAULT_SETTINGS,
  people,
}: {
  user?: SlackUser;
  settings?: WorkspaceSettings;
  people?: People;
} = {}) {
  const world = { time: 0, user, failure: undefined as Error | undefined };
  const refused: unknown[] = [];
  const now = () => world.time;
  const api: Pick<SlackApi, 'findUser' | 'listGroupMembers'> = {
    findUser: async () => {
      if (world.failure !== undefined) throw world.failure;
      return world.user;
    },
    listGroupMembers: async () => [],
  };
  const slack = api as SlackApi;
  const permissions = createPermissions({
    people: people ?? createPeople(now),
    userGroups: createUserGroups(now),
    findSettings: async () => settings,
    onRefused: (actor, what, why) => void refused.push([actor.userId, what, why]),
  });
  const recall = (attempt: Tried = { what: 'x' }) =>
    permissions.recall({ api: slack, actor: ACTOR, ...attempt, settings });
  return { world, refused, permissions, slack, recall };
}

/** Somebody as `createPeople` knows them, kept whatever they are. */
async function remember(user: SlackUser): Promise<People> {
  const slack: Pick<SlackApi, 'findUser'> = { findUser: async () => user };
  const person = await createPeople(() => 0).lookUp(slack as SlackApi, 'T1', 'U1');
  return { recall: () => person, lookUp: async () => person };
}

for (const [change, why] of NOT_FULL) {
  test(`whoever is known from the last minute and is no full member (${Object.keys(change)}) gets no form`, async () => {
    const choices: WhoMayAdd[] = [{ kind: 'everyone' }, { kind: 'chosen', userIds: ['U1'], userGroupIds: [] }];
    for (const whoMayAdd of choices) {
      const user = { ...SAMPLE_USER, ...change };
      const settings = { ...DEFAULT_SETTINGS, whoMayAdd };
      const { recall, refused } = setUp({ settings, people: await remember(user) });
      assert.deepEqual(await recall(), { kind: 'refused', why });
      assert.deepEqual(refused, [['U1', 'x', why]]);
    }
  });

  test(`whoever became no full member (${Object.keys(change)}) is not remembered as one, and may do nothing`, async () => {
    const { world, permissions, slack, recall } = setUp();
    assert.equal((await permissions.checkAdding({ api: slack, actor: ACTOR, what: 'x' })).kind, 'allowed');
    assert.equal((await recall())?.kind, 'allowed');
    world.user = { ...SAMPLE_USER, is_admin: true, ...change };
    assert.deepEqual(await permissions.checkAdding({ api: slack, actor: ACTOR, what: 'x' }), { kind: 'refused', why });
    assert.notEqual((await recall())?.kind, 'allowed');
    assert.deepEqual(await permissions.checkAdmin({ api: slack, actor: ACTOR, what: 'x' }), { kind: 'refused', why });
    const { permission, mayAdd } = await permissions.checkMember({ api: slack, actor: ACTOR }, { kind: 'everyone' });
    assert.deepEqual(
      [permission, mayAdd],
      [
        { kind: 'refused', why },
        { kind: 'refused', why },
      ],
    );
  });
}

const UNCLEAR = [
  new SlackUnavailableError('users.info', undefined),
  ...['token_revoked', 'missing_scope', 'ratelimited', 'unreadable_answer'].map(
    (reason) => new SlackRefusedError('users.info', reason),
  ),
];

for (const failure of UNCLEAR) {
  test(`where Slack refuses to say (${failure.message}) nobody can say, and nobody is refused`, async () => {
    const { world, permissions, slack, refused } = setUp();
    world.failure = failure;
    assert.deepEqual(await permissions.checkAdding({ api: slack, actor: ACTOR, what: 'x' }), { kind: 'unknown' });
    assert.deepEqual(await permissions.checkAdmin({ api: slack, actor: ACTOR, what: 'x' }), { kind: 'unknown' });
    const { permission, mayAdd } = await permissions.checkMember({ api: slack, actor: ACTOR }, { kind: 'everyone' });
    assert.deepEqual([permission.kind, mayAdd.kind, refused], ['unknown', 'unknown', []]);
    assert.equal(findNotice(permission), sentences.whoAreYou);
    const noToken = createCheckPermission(permissions, async () => Promise.reject(failure));
    assert.deepEqual(await noToken(request), { kind: 'unknown' });
  });
}

test('whom Slack does not know belongs to another workspace', async () => {
  for (const reason of ['user_not_found', 'user_not_visible']) {
    const { world, permissions, slack, refused } = setUp();
    world.failure = new SlackRefusedError('users.info', reason);
    const permission = await permissions.checkAdmin({ api: slack, actor: ACTOR, what: 'x' });
    assert.deepEqual(permission, { kind: 'refused', why: 'other_workspace' });
    assert.deepEqual(refused, [['U1', 'x', 'other_workspace']]);
    assert.equal(findNotice(permission), sentences.denials.other_workspace);
  }
});

test('a defect of ours is no answer of Slack', async () => {
  const { world, permissions, slack } = setUp();
  world.failure = new TypeError('a defect');
  await assert.rejects(permissions.checkAdding({ api: slack, actor: ACTOR, what: 'x' }), world.failure);
  await assert.rejects(permissions.checkAdmin({ api: slack, actor: ACTOR, what: 'x' }), world.failure);
  await assert.rejects(createCheckPermission(permissions, async () => slack)(request), world.failure);
});

test('only admins and owners administer, and may add whatever the settings say', async () => {
  const settings: WorkspaceSettings = { ...DEFAULT_SETTINGS, whoMayAdd: { kind: 'admins' } };
  for (const [change, mayAdminister] of [
    [{}, false],
    [{ is_admin: true }, true],
    [{ is_owner: true }, true],
  ] as const) {
    const { permissions, slack, refused } = setUp({ user: { ...SAMPLE_USER, ...change }, settings });
    assert.equal(
      (await permissions.checkAdmin({ api: slack, actor: ACTOR, what: 'admin' })).kind,
      mayAdminister ? 'allowed' : 'refused',
    );
    assert.equal(
      (await permissions.checkAdding({ api: slack, actor: ACTOR, what: 'add' })).kind,
      mayAdminister ? 'allowed' : 'refused',
    );
    const expected = [
      ['U1', 'admin', 'not_admin'],
      ['U1', 'add', 'admins_only'],
    ];
    assert.deepEqual(refused, mayAdminister ? [] : expected);
  }
});

test('a form that was opened for somebody else is refused, whoever sends it', async () => {
  const viewOf = (openedBy: string) => ({
    id: 'V1',
    callback_id: 'x',
    private_metadata: encodePrivateMetadata({ openedBy }),
  });
  const { permissions, slack, recall, refused } = setUp({ user: { ...SAMPLE_USER, is_admin: true } });
  const attemptIn = (openedBy: string): Tried => ({ what: 'x', view: viewOf(openedBy) });
  const [theirs, others] = [attemptIn('U1'), attemptIn('U2')];
  assert.equal((await permissions.checkAdmin({ api: slack, actor: ACTOR, ...theirs })).kind, 'allowed');
  assert.equal((await permissions.checkAdding({ api: slack, actor: ACTOR, ...theirs })).kind, 'allowed');
  assert.equal((await recall(theirs))?.kind, 'allowed');
  assert.deepEqual(refused, []);
  const notTheirs = { kind: 'refused', why: 'not_theirs' };
  assert.deepEqual(await permissions.checkAdmin({ api: slack, actor: ACTOR, ...others }), notTheirs);
  assert.deepEqual(await permissions.checkAdding({ api: slack, actor: ACTOR, ...others }), notTheirs);
  assert.deepEqual(await recall(others), notTheirs);
  assert.equal(refused.length, 3);
});

test('somebody of another workspace is refused without a look-up, whoever they are', async () => {
  const stranger = { ...ACTOR, ownTeamId: 'T2' };
  const { permissions, slack, refused, world } = setUp({ people: await remember({ ...SAMPLE_USER, is_admin: true }) });
  world.failure = new TypeError('asked');
  const why = { kind: 'refused', why: 'other_workspace' };
  assert.deepEqual(
    await permissions.recall({ api: slack, actor: stranger, what: 'x', settings: DEFAULT_SETTINGS }),
    why,
  );
  assert.deepEqual(await permissions.checkAdding({ api: slack, actor: stranger, what: 'x' }), why);
  assert.deepEqual(await permissions.checkAdmin({ api: slack, actor: stranger, what: 'x' }), why);
  assert.deepEqual(
    (await permissions.checkMember({ api: slack, actor: stranger }, { kind: 'everyone' })).permission,
    why,
  );
  assert.equal(refused.length, 3);
});

test('where Slack does not say who is in a group, nobody can say whether they may add', async () => {
  const settings: WorkspaceSettings = {
    ...DEFAULT_SETTINGS,
    whoMayAdd: { kind: 'chosen', userIds: [], userGroupIds: ['S1'] },
  };
  const { permissions, slack, refused } = setUp({ settings });
  for (const failure of UNCLEAR.filter(({ message }) => !message.includes('missing_scope'))) {
    const unclear = { ...slack, listGroupMembers: async () => Promise.reject(failure) };
    assert.deepEqual(await permissions.checkAdding({ api: unclear, actor: ACTOR, what: 'x' }), { kind: 'unknown' });
  }
  assert.deepEqual(refused, []);
  const defect = new TypeError('a defect');
  const broken = { ...slack, listGroupMembers: async () => Promise.reject(defect) };
  await assert.rejects(permissions.checkAdding({ api: broken, actor: ACTOR, what: 'x' }), defect);
});

test('whoever is no admin any more is none from that moment on', async () => {
  const { world, permissions, slack } = setUp({ user: { ...SAMPLE_USER, is_admin: true } });
  assert.equal((await permissions.checkAdmin({ api: slack, actor: ACTOR, what: 'x' })).kind, 'allowed');
  world.user = SAMPLE_USER;
  const { permission } = await permissions.checkMember({ api: slack, actor: ACTOR }, { kind: 'everyone' });
  assert.equal(permission.kind === 'allowed' && permission.person.isAdmin, false);
  world.user = { ...SAMPLE_USER, is_owner: true };
  assert.equal((await permissions.checkAdmin({ api: slack, actor: ACTOR, what: 'x' })).kind, 'allowed');
  world.user = SAMPLE_USER;
  assert.deepEqual(await permissions.checkAdmin({ api: slack, actor: ACTOR, what: 'x' }), {
    kind: 'refused',
    why: 'not_admin',
  });
});

test('why somebody may do nothing at all goes before whose form it is', async () => {
  const { permissions, slack } = setUp({ user: { ...SAMPLE_USER, is_restricted: true } });
  const view = { id: 'V1', callback_id: 'x', private_metadata: encodePrivateMetadata({ openedBy: 'U2' }) };
  const attempt = { api: slack, actor: ACTOR, what: 'x', view };
  assert.deepEqual(await permissions.checkAdding(attempt), { kind: 'refused', why: 'guest' });
});
