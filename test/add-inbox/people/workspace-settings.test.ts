import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Person } from '../../../src/add-inbox/people/person.ts';
import {
  DEFAULT_SETTINGS,
  isChosen,
  listChanges,
  type WhoMayAdd,
} from '../../../src/add-inbox/people/workspace-settings.ts';

const member: Person = {
  userId: 'U1',
  teamId: 'T1',
  isAdmin: false,
  isGuest: false,
  isInOrganization: false,
  isStranger: false,
  isDeactivated: false,
};

test('who is chosen', () => {
  const chosen: WhoMayAdd = { kind: 'chosen', userIds: ['U1'], userGroupIds: ['S1'] };
  const cases: [WhoMayAdd, Partial<Person>, string[], boolean][] = [
    [{ kind: 'everyone' }, {}, [], true],
    [{ kind: 'admins' }, {}, ['S1'], false],
    [{ kind: 'admins' }, { isAdmin: true }, [], true],
    [chosen, {}, [], true],
    [chosen, { userId: 'U2' }, [], false],
    [chosen, { userId: 'U2' }, ['S2'], false],
    [chosen, { userId: 'U2' }, ['S2', 'S1'], true],
    [chosen, { userId: 'U2', isAdmin: true }, [], true],
  ];
  for (const [whoMayAdd, change, groups, may] of cases) {
    assert.equal(isChosen({ ...member, ...change }, whoMayAdd, groups), may, JSON.stringify({ whoMayAdd, change }));
  }
});

test('changes are listed with what was and is, and nothing that stayed', () => {
  assert.deepEqual(listChanges(DEFAULT_SETTINGS, { ...DEFAULT_SETTINGS }), []);
  const chosen = { kind: 'chosen' as const, userIds: ['U2', 'U1'], userGroupIds: ['S1'] };
  const changed = {
    ...DEFAULT_SETTINGS,
    whoMayAdd: chosen,
    resultsChannelId: 'C1',
    defaultDailyLimit: 40,
    channelsWithoutClient: 'blocked' as const,
    checkLoginFirst: true,
  };
  assert.deepEqual(
    listChanges(DEFAULT_SETTINGS, changed).map(({ to }) => to),
    ['chosen: S1, U1, U2', 'C1', '40', 'none', 'yes'],
  );
  const shuffled = { ...changed, whoMayAdd: { ...chosen, userIds: ['U1', 'U2'] } };
  assert.deepEqual(listChanges(changed, shuffled), []);
});
