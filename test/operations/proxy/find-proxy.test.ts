import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProxy, targetOf } from '../../../src/operations/proxy/find-proxy.ts';

const https = new URL('http://proxy.example:3128');
const local = new URL('http://127.0.0.1:3128');

function isDirect(url: string, noProxy: string): boolean {
  return findProxy({ http: local, https, exceptions: noProxy.split(',') }, targetOf(new URL(url))) === undefined;
}

test('each scheme has its proxy, and none is direct', () => {
  const proxies = { http: local, https, exceptions: [] };
  assert.equal(findProxy(proxies, targetOf(new URL('https://slack.com/api/'))), https);
  assert.equal(findProxy(proxies, targetOf(new URL('http://localhost:80/'))), local);
  for (const url of ['https://slack.com/', 'http://localhost/'])
    assert.equal(findProxy({ http: undefined, https: undefined, exceptions: [] }, targetOf(new URL(url))), undefined);
});

test('what is not encrypted does not leave this machine for a proxy', () => {
  const proxies = { http: new URL('http://proxy.example'), https, exceptions: [] };
  assert.equal(findProxy(proxies, targetOf(new URL('http://127.0.0.1:9/'))), undefined);
  for (const proxy of ['http://localhost:1', 'http://[::1]:1', 'http://127.9.9.9']) {
    const http = new URL(proxy);
    assert.equal(findProxy({ ...proxies, http }, targetOf(new URL('http://127.0.0.1:9/'))), http);
  }
});

for (const [noProxy, direct, proxied] of [
  ['*', ['https://slack.com/', 'http://127.0.0.1/', 'https://[fd00::1]/'], []],
  ['slack.com', ['https://slack.com/', 'https://files.SLACK.com/', 'https://slack.com./'], ['https://notslack.com/']],
  ['.slack.com', ['https://slack.com/', 'https://a.b.slack.com/'], ['https://slack.com.evil.example/']],
  ['*.Slack.com', ['https://files.slack.com/'], ['https://coldsend.io/']],
  ['slack.com:8443', ['https://slack.com:8443/'], ['https://slack.com/']],
  ['slack.com:443', ['https://slack.com/', 'https://slack.com:443/'], ['https://slack.com:8443/']],
  ['localhost:80', ['http://localhost/'], ['http://localhost:81/']],
  ['10.0.0.0/8', ['https://10.2.3.4/'], ['https://11.2.3.4/', 'https://ten.example/']],
  ['10.2.3.4', ['https://10.2.3.4/'], ['https://10.2.3.40/']],
  ['fd00::/8', ['https://[fd12::1]/'], ['https://[fe80::1]/']],
  ['::1', ['http://[::1]:99/'], ['http://127.0.0.1/']],
  ['[::1]:99', ['http://[::1]:99/'], ['http://[::1]/']],
  ['[fd00:0:0::1]', ['https://[fd00::1]/'], ['https://[fd00::2]/']],
  ['10.0.0.0/99,nonsense/8,:,[', [], ['https://10.0.0.1/', 'https://slack.com/']],
] satisfies [string, string[], string[]][]) {
  test(`NO_PROXY=${noProxy} covers what it names and nothing else`, () => {
    for (const url of direct) assert.ok(isDirect(url, noProxy), url);
    for (const url of proxied) assert.ok(!isDirect(url, noProxy), url);
  });
}
