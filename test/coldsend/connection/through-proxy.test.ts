import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { createAuthority, createCertificate } from '../../../playground/local-mail/certificate.ts';
import { findErrorCode } from '../../../src/operations/log/log.ts';
import { createConnect } from '../../../src/operations/proxy/connect.ts';
import { type LocalProxy, startLocalProxy } from '../../operations/proxy/local-proxy.ts';
import { ANSWER_LOST, answering, type Behaviour, clientFor, OK } from '../world/client-world.ts';
import { ACCOUNT, ADDED, API_KEY } from '../world/documented.ts';
import { openRawServer } from '../world/raw-server.ts';

const NO_CONNECTION = { kind: 'not_done', why: 'no_connection', retryAfterMs: undefined };

async function startWorld(context: TestContext, behaviour: Behaviour, { user = '', host = '127.0.0.1' } = {}) {
  const server = await openRawServer(behaviour);
  context.after(() => server.close());
  const proxy = await startLocalProxy(context, host);
  const at = host.includes(':') ? `[${host}]` : host;
  const http = new URL(`http://${user}${at}:${proxy.port}`);
  const errors: unknown[] = [];
  const client = (change = {}) =>
    clientFor(server.baseUrl, {
      connectWithin: createConnect({ http, https: http, exceptions: [] }),
      onCall: ({ error }) => void errors.push(error),
      ...change,
    });
  return { server, proxy, client, errors };
}

test('ColdSend is asked through the tunnel, as without one', async (context) => {
  const { server, proxy, client } = await startWorld(context, answering(OK));
  assert.deepEqual(await client().addSenderAccount(API_KEY, ACCOUNT), ADDED);
  assert.deepEqual([proxy.asked, proxy.login], [[`127.0.0.1:${server.port}`], undefined]);
  assert.match(server.requests[0]?.head ?? '', /^POST \/api\/public\/v1\/sender-accounts HTTP\/1\.1\r\nhost: 127/i);
});

test('a proxy with an IPv6 address gets the user name and password as they are, and ColdSend does not', async (context) => {
  const user = 'ada%40acme:p%3Aa%2Fs%C3%9F@';
  const { server, proxy, client } = await startWorld(context, answering(OK), { user, host: '::1' });
  assert.deepEqual(await client().addSenderAccount(API_KEY, ACCOUNT), ADDED);
  assert.equal(proxy.login, 'ada@acme:p:a/sß');
  assert.doesNotMatch(server.requests[0]?.head ?? '', /proxy-/i);
});

for (const [behaviour, expected, code] of [
  [502, NO_CONNECTION, 'PROXY_HTTP_502'],
  [403, NO_CONNECTION, 'PROXY_HTTP_403'],
  ['die', NO_CONNECTION, 'PROXY_ECONNRESET'],
  ['hang', NO_CONNECTION, 'PROXY_UND_ERR_CONNECT_TIMEOUT'],
  [
    407,
    {
      kind: 'refused',
      reason: 'HTTP 407',
      fields: [],
      trouble: { kind: 'proxy_login', status: 407, isColdsends: false },
    },
    undefined,
  ],
] satisfies [LocalProxy['behaviour'], object, string | undefined][]) {
  test(`a proxy that answers ${behaviour} sends nothing on`, { timeout: 20_000 }, async (context) => {
    const { server, proxy, client, errors } = await startWorld(context, answering(OK), { user: 'u:hunter2@' });
    proxy.behaviour = behaviour;
    const connectWithin = createConnect({ http: urlOf(proxy), https: undefined, exceptions: [] });
    const isStillOurs = () => assert.fail('nothing may be sent');
    const quick = client({ connectWithin: () => connectWithin(behaviour === 'hang' ? 50 : 5_000) });
    assert.deepEqual(await quick.addSenderAccount(API_KEY, ACCOUNT, isStillOurs), expected);
    assert.deepEqual([proxy.asked.length, server.connections.length], [1, 0]);
    assert.equal(findErrorCode(errors[0]), code);
    assert.ok(!String(errors[0]).includes('hunter2'));
  });
}

function urlOf({ port }: LocalProxy): URL {
  return new URL(`http://u:hunter2@127.0.0.1:${port}`);
}

test('where it may not be sent any more, the server sees a connection and not a byte', async (context) => {
  const received: Buffer[] = [];
  const closed = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', () => {}).on('close', () => closed.resolve());
  }).listen(0, '127.0.0.1');
  context.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address !== 'string');
  const proxy = await startLocalProxy(context);
  const connectWithin = createConnect({ http: urlOf(proxy), https: undefined, exceptions: [] });
  const client = clientFor(`http://127.0.0.1:${address.port}`, { connectWithin });
  let asked = 0;
  const isStillOurs = () => {
    asked += 1;
    assert.equal(proxy.asked.length, 1);
    return false;
  };
  assert.deepEqual(await client.addSenderAccount(API_KEY, ACCOUNT, isStillOurs), NO_CONNECTION);
  await closed.promise;
  assert.deepEqual([asked, Buffer.concat(received).length], [1, 0]);
});

test('a proxy that dies with the request in its tunnel leaves the answer unknown, and it is not sent twice', async (context) => {
  const { server, proxy, client } = await startWorld(context, { onRequest: () => proxy.cut() });
  assert.deepEqual(await client().addSenderAccount(API_KEY, ACCOUNT), ANSWER_LOST);
  assert.deepEqual([proxy.asked.length, server.requests.length], [1, 1]);
});

test('a tunnel that is given up does not outlive its call', { timeout: 5_000 }, async (context) => {
  const { proxy, client } = await startWorld(context, answering(OK));
  proxy.behaviour = 'hang';
  const checked = await client({ timeoutMs: 60_000 }).checkKey(API_KEY, { timeoutMs: 50 });
  assert.deepEqual(checked, { kind: 'unchecked', why: 'no_answer' });
  while (proxy.countOpen() > 0) await nextTurn();
});

test('a key that a proxy does not let pass is told so', async (context) => {
  const { proxy, client } = await startWorld(context, answering(OK));
  proxy.behaviour = 407;
  assert.deepEqual(await client().checkKey(API_KEY, { timeoutMs: 5_000 }), { kind: 'proxy_login', status: 407 });
});

test('a proxy is reached over TLS, and its certificate is checked', async (context) => {
  const authority = createAuthority();
  for (const [name, expected] of Object.entries({ localhost: ADDED, 'other.example': NO_CONNECTION })) {
    const { proxy, client, errors } = await startWorld(context, answering(OK));
    const onSecure = (socket: TLSSocket): void => {
      const target = connect(proxy.port, '127.0.0.1');
      socket
        .on('error', () => {})
        .pipe(target.on('error', () => {}))
        .pipe(socket);
    };
    const tls = createTlsServer(createCertificate([name], authority), onSecure).listen(0, '127.0.0.1');
    context.after(() => tls.close());
    await once(tls, 'listening');
    const address = tls.address();
    assert.ok(address !== null && typeof address !== 'string');
    const http = new URL(`https://localhost:${address.port}`);
    const trusting = (timeout: number) => buildConnector({ allowH2: false, timeout, ca: authority.cert });
    const connectWithin = createConnect({ http, https: undefined, exceptions: [] }, trusting);
    assert.deepEqual(await client({ connectWithin }).addSenderAccount(API_KEY, ACCOUNT), expected);
    assert.equal(findErrorCode(errors[0]), expected === ADDED ? undefined : 'PROXY_ERR_TLS_CERT_ALTNAME_INVALID');
  }
});

test('TLS goes through the tunnel to the server itself, whose name is checked there', async (context) => {
  const authority = createAuthority();
  const names = { localhost: ADDED, 'other.example': NO_CONNECTION };
  for (const [name, expected] of Object.entries(names)) {
    const tls = createTlsServer(createCertificate([name], authority), (socket) =>
      socket.on('error', () => {}).on('data', (data: Buffer) => /}$/.test(data.toString()) && socket.end(OK)),
    ).listen(0, '127.0.0.1');
    context.after(() => tls.close());
    await once(tls, 'listening');
    const address = tls.address();
    assert.ok(address !== null && typeof address !== 'string');
    const proxy = await startLocalProxy(context);
    const trusting = (timeout: number) => buildConnector({ allowH2: false, timeout, ca: authority.cert });
    const https = urlOf(proxy);
    const connectWithin = createConnect({ http: undefined, https, exceptions: [] }, trusting);
    const client = clientFor(`https://localhost:${address.port}`, { connectWithin });
    assert.deepEqual(await client.addSenderAccount(API_KEY, ACCOUNT), expected);
    assert.deepEqual(proxy.asked, [`localhost:${address.port}`]);
    proxy.behaviour = 'die_after_200';
    assert.deepEqual(await client.addSenderAccount(API_KEY, ACCOUNT), NO_CONNECTION);
  }
});
