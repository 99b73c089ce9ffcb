import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { createAttemptLimit } from '../../../src/web/secure/attempt-limit.ts';
import { clientAddressOf } from '../../../src/web/secure/client-address.ts';

test('each key has its attempts in each window', () => {
  let now = 0;
  const mayTry = createAttemptLimit(2, 1_000, () => now);
  assert.deepEqual([mayTry('a'), mayTry('a'), mayTry('a'), mayTry('b')], [true, true, false, true]);
  now = 999;
  assert.equal(mayTry('a'), false);
  now = 1_000;
  assert.deepEqual([mayTry('a'), mayTry('a'), mayTry('a')], [true, true, false]);
});

test('only so many keys are remembered, the newest', () => {
  const mayTry = createAttemptLimit(1, 1_000, () => 0);
  for (let key = 0; key <= 10_000; key += 1) mayTry(String(key));
  assert.deepEqual([mayTry('10000'), mayTry('0')], [false, true]);
});

test('the address of a client is what our own proxy has seen, and nothing that the client says', () => {
  const cases: [peer: string, forwarded: string | undefined, expected: string][] = [
    ['203.0.113.7', undefined, '203.0.113.7'],
    ['203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['::ffff:203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['10.0.0.1', '192.0.2.1, 198.51.100.1', '198.51.100.1'],
    ['::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::1', ' 2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2:ffff::9', undefined, '2001:db8:1:2'],
    ['fd00::1', '', 'fd00::1'],
  ];
  for (const [peer, forwarded, expected] of cases) {
    const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: peer });
    assert.equal(clientAddressOf({ socket, headers: { 'x-forwarded-for': forwarded } }), expected, peer);
  }
});
