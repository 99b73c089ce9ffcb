import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMissedUninstalls } from '../../../src/slack/install/missed-uninstalls.ts';
import type { UninstalledInstallation } from '../../../src/slack/install/uninstall.ts';
import { SlackRefusedError, SlackUnavailableError } from '../../../src/slack/web-api/slack-api.ts';

const HOUR = 60 * 60 * 1000;
/** So that the third look of two in an hour surely comes after it. */
const SURE_AFTER_MS = 55 * 60_000;
const going = new AbortController().signal;

function setUp(...teamIds: string[]) {
  const stored = new Map(teamIds.map((teamId) => [teamId, installed(teamId)]));
  const answers = new Map<string, string>();
  const seen = { removed: [] as string[], told: [] as string[], asked: [] as string[] };
  const clock = { now: 0 };
  const look = createMissedUninstalls({
    list: async () => [...stored.values()].map(({ teamId }) => ({ teamId })),
    find: async (teamId) => {
      if (teamId === 'broken') throw new Error('its token can not be opened');
      return stored.get(teamId);
    },
    apiOf: (botToken) => ({
      authTest: async () => {
        seen.asked.push(botToken);
        const answer = answers.get(botToken);
        if (answer === 'away') throw new SlackUnavailableError('auth.test', undefined);
        if (answer !== undefined) throw new SlackRefusedError('auth.test', answer);
        return { teamId: '', teamName: '', botUserId: '', botId: '', isOrgWide: false, scopes: [] };
      },
    }),
    remove: async (installation) => {
      const isIt = stored.get(installation.teamId)?.installedAt === installation.installedAt;
      if (isIt) seen.removed.push(installation.teamId);
      return isIt && stored.delete(installation.teamId);
    },
    onRemoved: (teamId) => seen.told.push(teamId),
    monotonicNow: () => clock.now,
  });
  return { look, stored, answers, seen, clock };
}

function installed(teamId: string, botToken = `xoxb-${teamId}`): UninstalledInstallation {
  return { teamId, botToken, botUserId: 'U0BOT', installedAt: 1 };
}

test('a workspace whose token Slack calls dead for an hour is removed, and no other', async () => {
  for (const answer of ['account_inactive', 'token_revoked']) {
    const { look, answers, seen, clock } = setUp('T1', 'T2');
    answers.set('xoxb-T1', answer);
    await look(going);
    clock.now += SURE_AFTER_MS - 1;
    await look(going);
    assert.deepEqual(seen.removed, []);
    clock.now += 1;
    await look(going);
    assert.deepEqual([seen.removed, seen.told], [['T1'], ['T1']]);
  }
});

test('a token that works in between, or another one, begins anew', async () => {
  const { look, stored, answers, seen, clock } = setUp('T1', 'T2');
  const dead = () => {
    for (const token of ['xoxb-T1', 'xoxb-T2', 'xoxb-new']) answers.set(token, 'token_revoked');
  };
  dead();
  await look(going);
  clock.now += HOUR / 2;
  answers.delete('xoxb-T1');
  stored.set('T2', installed('T2', 'xoxb-new'));
  await look(going);
  clock.now += HOUR / 2;
  dead();
  await look(going);
  assert.deepEqual(seen.removed, []);
  clock.now += HOUR / 2;
  await look(going);
  assert.deepEqual(seen.removed, ['T2']);
});

test('what may be a fault of ours, or of Slack, is none of it, and keeps no other from being looked at', async () => {
  const { look, stored, answers, seen, clock } = setUp('T1', 'T2', 'broken', 'T3');
  answers.set('xoxb-T1', 'invalid_auth').set('xoxb-T2', 'away').set('xoxb-T3', 'token_revoked');
  await assert.rejects(look(going), /can not be opened/);
  clock.now += HOUR;
  await assert.rejects(look(going), /can not be opened/);
  assert.deepEqual(seen.removed, ['T3']);
  stored.delete('broken');
  await look(going);
});

test('when the bot stops, nobody is asked for any more', async () => {
  const { look, seen } = setUp('T1');
  await look(AbortSignal.abort());
  assert.deepEqual(seen.asked, []);
});
