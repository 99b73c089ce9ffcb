import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createBodyReader } from '../../src/operations/body-reader.ts';

const LIMIT = 256 * 1024;

/** A request whose body comes as the test sends it. */
function createRequest(headers: Record<string, string> = {}) {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  request._read = () => {};
  return request;
}

async function send(request: IncomingMessage, ...pieces: (string | Buffer | null)[]): Promise<void> {
  for (const piece of pieces) {
    request.push(piece);
    await nextTurn();
  }
}

test('a body is read whole, whatever pieces it comes in', async () => {
  const read = createBodyReader();
  const request = createRequest();
  const body = read(request);
  await send(request, 'one', ' ', 'two', null);
  assert.equal((await body).toString(), 'one two');
});

test('a body of just the limit is read; one byte more is too large', async () => {
  const read = createBodyReader();
  const [just, over] = [createRequest(), createRequest()];
  const bodies = [read(just), read(over)];
  await send(just, Buffer.alloc(LIMIT), null);
  await send(over, Buffer.alloc(LIMIT), 'x');
  const [whole, tooLarge] = await Promise.all(bodies);
  assert.equal(whole?.length, LIMIT);
  assert.equal(tooLarge, 'too_large');
  assert.equal(await read(createRequest({ 'content-length': String(LIMIT + 1) })), 'too_large');
});

test('a request that is cut off is told', async () => {
  const request = createRequest();
  const body = createBodyReader()(request);
  await send(request, 'half');
  request.destroy();
  assert.equal(await body, 'cut_off');
});

test('a request that was cut off before it is read is told, too', async () => {
  const request = createRequest();
  request.destroy();
  await nextTurn();
  const never = nextTurn('nothing');
  assert.equal(await Promise.race([createBodyReader()(request), never]), 'cut_off');
});

test('unfinished bodies share a bound: the oldest is given up, and a small one gets through', async () => {
  const read = createBodyReader();
  const slow = Array.from({ length: 70 }, () => createRequest());
  const bodies = slow.map(read);
  for (const request of slow) await send(request, Buffer.alloc(LIMIT));
  const slack = createRequest();
  const body = read(slack);
  await send(slack, 'a command of Slack', null);
  assert.equal((await body).toString(), 'a command of Slack');
  await Promise.all(slow.map((request) => send(request, null)));
  const crowdedOut = (await Promise.all(bodies)).map((each) => each === 'crowded_out');
  assert.deepEqual(crowdedOut, [...Array(7).fill(true), ...Array(63).fill(false)], '16 MiB are 64 of them');

  const later = createRequest();
  const whole = read(later);
  await send(later, Buffer.alloc(LIMIT), null);
  assert.equal((await whole).length, LIMIT, 'what was given up or finished does not count any more');
});

test('one connection that sends on after the bound is reached is no reason to give up others', async () => {
  const read = createBodyReader();
  const first = createRequest();
  const body = read(first);
  await send(first, 'first');
  const noise = Array.from({ length: 200 }, () => createRequest());
  for (const request of noise) {
    void read(request);
    await send(request, Buffer.alloc(LIMIT / 4), null);
  }
  await send(first, null);
  assert.equal((await body).toString(), 'first');
});

test('nothing of a body stays at its request', async () => {
  const request = createRequest();
  const listeners = () => request.eventNames().map((name) => request.listenerCount(name));
  const before = listeners();
  const body = createBodyReader()(request);
  await send(request, 'whole', null);
  await body;
  assert.deepEqual(listeners(), before);
});
