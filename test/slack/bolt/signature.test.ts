import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { createSigningKey, isFresh, isSigned, looksSigned } from '../../../src/slack/bolt/signature.ts';

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

const NOW = 1_700_000_000_000;
const NOW_S = NOW / 1000;

/** The example of Slack's documentation. */
const EXAMPLE = {
  key: createSigningKey('8f742231b10e8888abcd99yyyzzz85a5'),
  timestamp: '1531420618',
  body: Buffer.from(
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar' +
      '&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=' +
      '&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN' +
      '&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  ),
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
};

test("the signature of Slack's own example holds", () => {
  const { key, timestamp, body, signature } = EXAMPLE;
  assert.equal(isSigned(key, timestamp, body, signature), true);
});

test('another secret, time, body or signature does not hold', () => {
  const { key, timestamp, body, signature } = EXAMPLE;
  assert.equal(isSigned(createSigningKey('another'), timestamp, body, signature), false);
  assert.equal(isSigned(key, '1531420619', body, signature), false);
  assert.equal(isSigned(key, timestamp, Buffer.concat([body, Buffer.from(' ')]), signature), false);
  assert.equal(isSigned(key, timestamp, Buffer.alloc(0), signature), false);
  for (const other of [
    undefined,
    '',
    'v0=',
    signature.replace('v0=', 'v1='),
    signature.replace('v0=', ''),
    signature.toUpperCase(),
    signature.slice(0, -1),
    `${signature}0`,
    `${signature.slice(0, -1)}${signature.endsWith('0') ? '1' : '0'}`,
    `v0=${'0'.repeat(64)}`,
  ]) {
    assert.equal(isSigned(key, timestamp, body, other), false, other);
  }
});

test('the signature covers bytes, whatever they mean', () => {
  const key = createSigningKey('secret');
  const body = Buffer.from([0xff, 0x00, 0xc3, 0x28]);
  const hmac = createHmac('sha256', 'secret')
    .update(Buffer.concat([Buffer.from('v0:1:'), body]))
    .digest('hex');
  assert.equal(isSigned(key, '1', body, `v0=${hmac}`), true);
});

test('a request is fresh for five minutes, in either direction', () => {
  for (const [skewS, expected] of [
    [0, true],
    [300, true],
    [-300, true],
    [301, false],
    [-301, false],
    [86_400, false],
  ] as const) {
    assert.equal(isFresh(String(NOW_S + skewS), NOW), expected, `${skewS} s`);
  }
  assert.equal(isFresh(String(NOW_S - 300), NOW + 1), false, 'a millisecond later');
});

test('a time that is no whole number of seconds is never fresh', () => {
  for (const timestamp of [
    undefined,
    '',
    ' ',
    'now',
    `${NOW_S}.0`,
    `+${NOW_S}`,
    ` ${NOW_S}`,
    `${NOW_S}\n`,
    '0x65512100',
    'NaN',
  ]) {
    assert.equal(isFresh(timestamp, NOW), false, String(timestamp));
  }
  assert.equal(isFresh(`0${NOW_S}`.padStart(12, '0'), NOW), true, 'twelve digits');
  assert.equal(isFresh(String(NOW_S).padStart(13, '0'), NOW), false, 'thirteen digits');
});
