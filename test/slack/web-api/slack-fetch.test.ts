import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { findErrorCode } from '../../../src/operations/log/log.ts';
import { connectDirectly } from '../../../src/operations/proxy/connect.ts';
import { createSlackFetch, NotBegunError } from '../../../src/slack/web-api/slack-fetch.ts';

const taken: string[] = [];
const server = createServer((request, response) => {
  request.on('data', (chunk: Buffer) => void taken.push(chunk.toString()));
  request.on('end', () => response.end('{"ok":true}'));
});
const { fetch, close } = createSlackFetch(connectDirectly);
let url = '';

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/chat.postMessage`;
});

after(async () => {
  await close();
  server.closeAllConnections();
  server.close();
});

test('nothing is sent that may not begin any more, and the connection is good for the next', async () => {
  assert.equal((await fetch(url, { method: 'POST', body: 'first' })).status, 200);
  await assert.rejects(fetch(url, { method: 'POST', body: 'withheld', isStillOurs: () => false }), NotBegunError);
  assert.equal((await fetch(url, { method: 'POST', body: 'last', isStillOurs: () => true })).status, 200);
  assert.deepEqual(taken, ['first', 'last']);
});

test('whether it may begin is asked only once there is a connection', async () => {
  const closed = createServer();
  closed.listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  closed.close();
  const isStillOurs = () => assert.fail('asked');
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x', isStillOurs }), /ECONNREFUSED/);
});

test('a header that can’t be sent is told by a code, as anything that keeps Slack from being reached', async () => {
  const headers = { authorization: 'Bearer xoxb-1\n2' };
  const error: unknown = await fetch(url, { method: 'POST', body: 'x', headers }).catch((thrown: unknown) => thrown);
  assert.equal(findErrorCode(error), 'UND_ERR_INVALID_ARG');
});
