import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUninstall, type UninstalledInstallation } from '../../../src/slack/install/uninstall.ts';
import { SlackRefusedError, SlackUnavailableError } from '../../../src/slack/web-api/slack-api.ts';

const INSTALLED_AT = 1_700_000_000_500;
const MINUTE = 60_000;

type Slack = 'works' | 'account_inactive' | 'token_revoked' | 'missing_scope' | 'away' | 'away_twice';

function setUp(slack: Slack, change: Partial<UninstalledInstallation> = {}) {
  const installation: UninstalledInstallation = {
    teamId: 'T1',
    botToken: 'xoxb-1',
    botUserId: 'U0BOT',
    installedAt: INSTALLED_AT,
    ...change,
  };
  const seen = { removed: [] as string[], told: [] as string[], asked: 0, waited: 0 };
  const clock = { now: 0, askingTakes: 0 };
  let isDatabaseAway = 0;
  const authTest = async () => {
    seen.asked += 1;
    clock.now += clock.askingTakes;
    if (slack === 'away' || (slack === 'away_twice' && seen.asked <= 2)) {
      throw new SlackUnavailableError('auth.test', undefined);
    }
    if (slack !== 'works' && slack !== 'away_twice') throw new SlackRefusedError('auth.test', slack);
    return { teamId: 'T1', teamName: '', botUserId: 'U0BOT', botId: 'B1', isOrgWide: false, scopes: [] };
  };
  const uninstall = createUninstall({
    find: async (teamId) => {
      isDatabaseAway -= 1;
      if (isDatabaseAway >= 0) throw new Error('the database is away');
      return teamId === installation.teamId ? installation : undefined;
    },
    apiOf: () => ({ authTest }),
    remove: async (_installation, why) => seen.removed.push(why) > 0,
    onRemoved: (teamId) => seen.told.push(teamId),
    sleep: async (ms) => {
      seen.waited += ms;
      clock.now += ms;
    },
    monotonicNow: () => clock.now,
  });
  const failDatabase = (times: number) => {
    isDatabaseAway = times;
  };
  return { uninstall, seen, clock, failDatabase };
}

const uninstalled = (at: number) => ({ teamId: 'T1', at, revoked: undefined });
const revoked = (at: number, users = ['U0BOT']) => ({ teamId: 'T1', at, revoked: users });

const CASES: { name: string; slack: Slack; at: number; removed: boolean; asked: number }[] = [
  { name: 'long after the installation', slack: 'works', at: INSTALLED_AT + 6 * MINUTE, removed: true, asked: 0 },
  { name: 'long before it', slack: 'account_inactive', at: INSTALLED_AT - 6 * MINUTE, removed: false, asked: 0 },
  { name: 'about then, the token dead', slack: 'account_inactive', at: INSTALLED_AT - 500, removed: true, asked: 1 },
  { name: 'about then, the token revoked', slack: 'token_revoked', at: INSTALLED_AT + MINUTE, removed: true, asked: 1 },
  { name: 'about then, the token alive', slack: 'works', at: INSTALLED_AT + MINUTE, removed: false, asked: 1 },
  { name: 'about then, the token just poor', slack: 'missing_scope', at: INSTALLED_AT, removed: false, asked: 1 },
  { name: 'in the same second, Slack away', slack: 'away', at: INSTALLED_AT - 500, removed: true, asked: 6 },
  { name: 'before it, Slack away', slack: 'away', at: INSTALLED_AT - 2_000, removed: false, asked: 6 },
  { name: 'about then, Slack away for a while', slack: 'away_twice', at: INSTALLED_AT, removed: false, asked: 3 },
];

for (const { name, slack, at, removed, asked } of CASES) {
  test(`an event ${name} ${removed ? 'removes the workspace' : 'changes nothing'}`, async () => {
    for (const event of [uninstalled(at), revoked(at)]) {
      const { uninstall, seen } = setUp(slack);
      await uninstall(event);
      assert.deepEqual(
        { removed: seen.removed.length, told: seen.told.length, asked: seen.asked },
        {
          removed: removed ? 1 : 0,
          told: removed ? 1 : 0,
          asked,
        },
      );
      assert.ok(seen.waited <= 20_000);
    }
  });
}

test('where Slack takes its time, it is decided within half a minute all the same', async () => {
  for (const askingTakes of [1_500, 5_000, 10_000]) {
    const { uninstall, seen, clock } = setUp('away');
    clock.askingTakes = askingTakes;
    await uninstall(uninstalled(INSTALLED_AT));
    assert.equal(seen.removed.length, 1);
    assert.ok(clock.now <= 30_000, `after ${clock.now} ms`);
  }
});

test('where the database is away for a moment it is tried again, and noted where it stays away', async () => {
  const short = setUp('works');
  short.failDatabase(3);
  await short.uninstall(uninstalled(INSTALLED_AT + 6 * MINUTE));
  assert.equal(short.seen.removed.length, 1);
  const long = setUp('works');
  long.failDatabase(100);
  await assert.rejects(long.uninstall(uninstalled(INSTALLED_AT + 6 * MINUTE)), /away/);
  assert.ok(long.seen.waited <= 20_000);
});

test('where only Slack can tell, nothing is removed while it can’t be asked', async () => {
  const { uninstall, seen } = setUp('away', { installedAt: undefined });
  await uninstall(uninstalled(INSTALLED_AT));
  assert.deepEqual(seen.removed, []);
});

test('other people’s tokens, and other workspaces, are nobody’s business', async () => {
  const { uninstall, seen } = setUp('account_inactive');
  await uninstall(revoked(INSTALLED_AT, ['U1', 'U2']));
  await uninstall(revoked(INSTALLED_AT, []));
  await uninstall({ ...uninstalled(INSTALLED_AT + 6 * MINUTE), teamId: 'T2' });
  assert.deepEqual({ removed: seen.removed, asked: seen.asked }, { removed: [], asked: 0 });
});

test('a workspace whose stored installation cannot be read can uninstall, as far as the times say that it is this one', async () => {
  const cases: [installedAt: number | undefined, at: number, removed: number][] = [
    [undefined, INSTALLED_AT, 1],
    [INSTALLED_AT, INSTALLED_AT + MINUTE, 1],
    [INSTALLED_AT, INSTALLED_AT - MINUTE, 0],
  ];
  for (const [installedAt, at, removed] of cases) {
    const { uninstall, seen } = setUp('works', { botToken: undefined, installedAt });
    await uninstall(uninstalled(at));
    assert.deepEqual([seen.removed.length, seen.asked], [removed, 0]);
  }
});
