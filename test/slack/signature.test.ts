import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { createSigningKey, isSigned, looksSigned } from '../../src/slack/signature.ts';

const key = createSigningKey('secret');
const body = Buffer.from('command=%2Fadd-inbox');
const signature = `v0=${createHmac('sha256', 'secret').update(`v0:1700000000:${body}`).digest('hex')}`;

test('what Slack signed is taken, and nothing else', () => {
  assert.equal(isSigned(key, '1700000000', body, signature), true);
  assert.equal(isSigned(key, '1700000001', body, signature), false);
  assert.equal(isSigned(key, '1700000000', Buffer.from('other'), signature), false);
  assert.equal(isSigned(createSigningKey('other'), '1700000000', body, signature), false);
  // As Node reads such bytes out of a header: one character each, of which UTF-8 makes two bytes.
  for (const wrong of [undefined, '', 'v0=', signature.slice(1), signature.replace(/.$/, '\xe9'), '\xff'.repeat(67)])
    assert.equal(isSigned(key, '1700000000', body, wrong), false, wrong);
});

test('headers that are not in the form of Slack’s are told without a look at the body', () => {
  assert.equal(looksSigned('1700000000', signature), true);
  for (const timestamp of ['', '-1', '1700000000.0', '1'.repeat(13), ' 1700000000'])
    assert.equal(looksSigned(timestamp, signature), false, timestamp);
  for (const wrong of [
    '',
    'v0=',
    signature.replace('v0', 'v1'),
    signature.slice(1),
    `${signature}0`,
    '\xff'.repeat(67),
  ])
    assert.equal(looksSigned('1700000000', wrong), false, wrong);
});
