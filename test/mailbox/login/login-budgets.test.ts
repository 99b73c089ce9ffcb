import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLoginBudgets } from '../../../src/mailbox/login/login-budgets.ts';

const LIMITS = { person: 3, workspace: 5, host: 4 };

const ANN = { teamId: 'T1', userId: 'U1', hosts: ['a.com', 'b.com'] };

function createBudgets(limits = LIMITS) {
  const clock = { now: 0 };
  const { take } = createLoginBudgets(() => clock.now, limits);
  return { take, clock };
}

test('a person has so many checks a minute, whatever the host', () => {
  const { take, clock } = createBudgets();
  const checks = ['a', 'b', 'c', 'd'].map((name) => take({ ...ANN, hosts: [`${name}.com`] }));
  assert.deepEqual(checks, [true, true, true, false]);
  assert.ok(
    take({ teamId: 'T2', userId: 'U1', hosts: ['a.com'] }),
    'the same id in another workspace is somebody else',
  );
  clock.now = 60_000;
  assert.ok(take(ANN));
});

test('a workspace has so many, and so has a host, however it is written', () => {
  const { take } = createBudgets();
  const ofPeople = ['1', '2', '3', '4', '5', '6'].map((id) => take({ teamId: 'T1', userId: id, hosts: [`${id}.com`] }));
  assert.deepEqual(ofPeople, [true, true, true, true, true, false]);
  const hosts = ['x.com', 'X.com', 'x.com.', 'x.com', 'x.com'];
  const ofHost = hosts.map((host, index) => take({ teamId: `T${index + 2}`, userId: 'U', hosts: [host, host] }));
  assert.deepEqual(ofHost, [true, true, true, true, false]);
});

test('what is over one budget uses up no other', () => {
  const { take } = createBudgets();
  for (let time = 0; time < 10; time += 1) take({ ...ANN, hosts: ['a.com'] });
  assert.ok(take({ teamId: 'T1', userId: 'U2', hosts: ['a.com'] }), 'host: 3 of 4, workspace: 3 of 5');
});

test('it remembers a bounded number, and takes nothing more until some are over', () => {
  const { take, clock } = createBudgets();
  const all = Array.from({ length: 2_000 }, (_each, index) =>
    take({ teamId: `T${index}`, userId: 'U', hosts: ['h', 'i', 'j'].map((name) => `${name}${index}.com`) }),
  );
  assert.ok(all.filter(Boolean).length < 2_000);
  clock.now = 60_000;
  assert.ok(take(ANN));
});
