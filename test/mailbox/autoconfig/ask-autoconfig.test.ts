import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { after, describe, test } from 'node:test';
import { setDefaultCACertificates } from 'node:tls';
import { createAuthority, createCertificate } from '../../../playground/local-mail/certificate.ts';
import { createAskAutoconfig } from '../../../src/mailbox/autoconfig/ask-autoconfig.ts';
import { fetchFromAddress, type HttpsTarget } from '../../../src/mailbox/autoconfig/fetch-from-address.ts';
import { createAddressGuard } from '../../../src/mailbox/safe-address.ts';
import { createRecordedDns, type Zone } from '../recorded-dns.ts';

const PUBLIC = { a: ['93.184.215.14'] };
const EVERYWHERE: Zone = { 'autoconfig.acme.com': PUBLIC, 'acme.com': PUBLIC };

const xmlFor = (host: string) =>
  ['incomingServer imap 993', 'outgoingServer smtp 465']
    .map((line) => {
      const [element, type, port] = line.split(' ');
      return `<${element} type="${type}"><hostname>${type}.${host}</hostname><port>${port}</port><socketType>SSL</socketType><authentication>password-cleartext</authentication></${element}>`;
    })
    .join('');

function askWith(zone: Zone, pages: Record<string, string>) {
  const targets: HttpsTarget[] = [];
  const guard = createAddressGuard(createRecordedDns(zone), []);
  const fetchText = (target: HttpsTarget) => {
    targets.push(target);
    return Promise.resolve(pages[target.name]);
  };
  return { targets, ask: createAskAutoconfig({ guard, fetchText }) };
}

describe('who is asked', () => {
  test("the domain's own pages, each told the domain only", async () => {
    const { ask, targets } = askWith(EVERYWHERE, {});
    assert.equal(await ask('acme.com'), undefined);
    assert.deepEqual(targets.map(({ name, port, path }) => `https://${name}:${port}${path}`).toSorted(), [
      'https://acme.com:443/.well-known/autoconfig/mail/config-v1.1.xml',
      'https://autoconfig.acme.com:443/mail/config-v1.1.xml',
    ]);
  });

  test('none whose address is not public', async () => {
    const { ask, targets } = askWith({ 'autoconfig.acme.com': { a: ['10.0.0.1'] }, 'acme.com': { aaaa: ['::1'] } }, {});
    await ask('acme.com');
    assert.deepEqual(targets, []);
  });

  test('the first that knows is believed', async () => {
    const first = { 'autoconfig.acme.com': xmlFor('first.com'), 'acme.com': xmlFor('second.com') };
    assert.equal((await askWith(EVERYWHERE, first).ask('acme.com'))?.imapHost, 'imap.first.com');
    const second = { ...first, 'autoconfig.acme.com': 'nothing' };
    assert.equal((await askWith(EVERYWHERE, second).ask('acme.com'))?.imapHost, 'imap.second.com');
  });
});

describe('fetching', async () => {
  const authority = createAuthority();
  setDefaultCACertificates([authority.cert]);
  const handlers: Record<string, RequestListener> = {
    '/page': (request, response) => response.end(`for ${request.headers.host}`),
    '/moved': (_request, response) => response.writeHead(302, { location: 'http://acme.com/page' }).end('moved'),
    '/missing': (_request, response) => response.writeHead(404).end('missing'),
    '/large': (_request, response) => response.end('a'.repeat(2_000)),
    '/silent': () => {},
    '/drips': (_request, response) => {
      const timer = setInterval(() => response.write('a'), 20);
      response.on('close', () => clearInterval(timer));
    },
    '/upgrades': (_request, response) =>
      response.socket?.write('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    '/early': (_request, response) => response.writeEarlyHints({ link: '</x>' }, () => response.destroy()),
    '/breaks': (_request, response) =>
      response.writeHead(200, { 'content-length': '100' }).write('a', () => response.destroy()),
  };
  const server = createServer(createCertificate(['acme.com'], authority), (request, response) =>
    handlers[request.url ?? '']?.(request, response),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  const listening = server.address();
  const port = listening !== null && typeof listening === 'object' ? listening.port : 0;
  const fetchPath = (path: string, name = 'acme.com') =>
    fetchFromAddress({ name, address: '127.0.0.1', port, path }, { timeoutMs: 1_000, bytes: 1_000 });

  test('reads a page of the name at the address', async () => assert.equal(await fetchPath('/page'), 'for acme.com'));

  for (const path of ['/moved', '/missing', '/large', '/silent', '/drips', '/breaks', '/upgrades', '/early']) {
    test(`reads nothing from ${path}`, async () => assert.equal(await fetchPath(path), undefined));
  }

  test('reads nothing where the certificate is for another name, or nobody listens', async () => {
    assert.equal(await fetchPath('/page', 'other.com'), undefined);
    const nobody = { name: 'acme.com', address: '127.0.0.1', port: 1, path: '/page' };
    assert.equal(await fetchFromAddress(nobody, { timeoutMs: 1_000, bytes: 1_000 }), undefined);
  });
});
