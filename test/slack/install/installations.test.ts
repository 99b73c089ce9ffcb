import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInstallations, type Installed, NotInstalledError } from '../../../src/slack/install/installations.ts';

function setUp() {
  const stored = new Map<string, Installed>();
  const clock = { now: 0 };
  const lookUps: string[] = [];
  const dropped: string[] = [];
  const installations = createInstallations({
    find: async (teamId) => {
      lookUps.push(teamId);
      const found = stored.get(teamId);
      if (teamId === 'broken') throw new Error('the database is away');
      return found && { ...found };
    },
    monotonicNow: () => clock.now,
    onDropped: (token) => dropped.push(token),
  });
  const install = (teamId: string, botToken = `xoxb-${teamId}`) =>
    stored.set(teamId, { teamId, botToken, botId: 'B1', botUserId: 'U1' });
  return { installations, install, stored, clock, lookUps, dropped };
}

test('each workspace has its own token, looked up once for a while', async () => {
  const { installations, install, lookUps } = setUp();
  install('T1');
  install('T2');
  assert.equal((await installations.get('T1')).botToken, 'xoxb-T1');
  assert.equal((await installations.get('T2')).botToken, 'xoxb-T2');
  assert.equal((await installations.get('T1')).botToken, 'xoxb-T1');
  assert.deepEqual(lookUps, ['T1', 'T2']);
});

test('each gets an object of their own', async () => {
  const { installations, install } = setUp();
  install('T1');
  const first = await installations.get('T1');
  first.botToken = 'changed by Bolt';
  assert.equal((await installations.get('T1')).botToken, 'xoxb-T1');
});

test('another token is found out within 30 s, and the old one is dropped', async () => {
  const { installations, install, clock, dropped } = setUp();
  install('T1');
  await installations.get('T1');
  install('T1', 'xoxb-new');
  clock.now += 20_000;
  assert.equal((await installations.get('T1')).botToken, 'xoxb-T1');
  clock.now += 9_999;
  assert.equal((await installations.get('T1')).botToken, 'xoxb-new');
  assert.deepEqual(dropped, ['xoxb-T1']);
});

test('a workspace that left is refused within 30 s, one that comes at once', async () => {
  const { installations, install, stored, clock, dropped } = setUp();
  await assert.rejects(installations.get('T1'), NotInstalledError);
  install('T1');
  assert.equal((await installations.get('T1')).botToken, 'xoxb-T1');
  stored.delete('T1');
  clock.now += 30_000;
  await assert.rejects(installations.get('T1'), NotInstalledError);
  assert.deepEqual(dropped, ['xoxb-T1']);
});

test('a token that Slack refuses is replaced by the one that the workspace has now', async () => {
  const { installations, install, stored, dropped } = setUp();
  install('T1');
  await installations.get('T1');
  assert.equal(await installations.renew('xoxb-T1'), undefined, 'it has no other');
  assert.equal(await installations.renew('xoxb-unknown'), undefined);
  install('T1', 'xoxb-new');
  assert.deepEqual(await Promise.all([installations.renew('xoxb-T1'), installations.renew('xoxb-T1')]), [
    'xoxb-new',
    'xoxb-new',
  ]);
  assert.equal(await installations.renew('xoxb-T1'), 'xoxb-new', 'also for who is late');
  assert.ok(dropped.includes('xoxb-T1'));
  stored.delete('T1');
  assert.equal(await installations.renew('xoxb-new'), undefined);
  await assert.rejects(installations.get('T1'), NotInstalledError);
});

test('what was forgotten is looked up again, also while it is being looked up', async () => {
  const { installations, install, lookUps } = setUp();
  install('T1');
  const early = installations.get('T1');
  installations.forget('T1');
  install('T1', 'xoxb-new');
  await early;
  assert.equal((await installations.get('T1')).botToken, 'xoxb-new');
  assert.equal(lookUps.length, 2);
});

test('no workspace, and a database that is away, give nobody’s token', async () => {
  const { installations, lookUps } = setUp();
  await assert.rejects(installations.get(undefined), NotInstalledError);
  await assert.rejects(installations.get('broken'), /away/);
  await assert.rejects(installations.get('broken'), /away/);
  assert.deepEqual(lookUps, ['broken', 'broken']);
});

test('no more than a thousand are kept', async () => {
  const { installations, install, lookUps, dropped } = setUp();
  for (let n = 0; n <= 1_000; n += 1) {
    install(`T${n}`);
    await installations.get(`T${n}`);
  }
  assert.deepEqual(dropped, ['xoxb-T0']);
  await installations.get('T1');
  await installations.get('T0');
  assert.equal(lookUps.length, 1_002);
});
