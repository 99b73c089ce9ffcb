import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Dns } from '../../../src/mailbox/dns.ts';
import { createCheckLogin } from '../../../src/mailbox/login/check-login.ts';
import { createHostSlots } from '../../../src/mailbox/login/host-slots.ts';
import { createAddressGuard } from '../../../src/mailbox/safe-address.ts';
import { createRecordedDns, type Zone } from '../recorded-dns.ts';
import { HOST, PASSWORD, startLoginWorld, USER } from './login-world.ts';

const WORKS = { kind: 'works' };
const NOT_HERE = { kind: 'unknown', reason: 'not_tested_here' };
const LOOPBACK = ['127.0.0.0/8'];

const world = await startLoginWorld();
after(() => world.close());

/** A login at the real servers, or at those ports of another host. */
function checkWith(dns: Pick<Dns, 'a' | 'aaaa'>, networks: string[], { host = HOST, ports = world.mail.ports } = {}) {
  const half = (port: number) => ({ host, port, user: USER, password: PASSWORD });
  const slots = createHostSlots(() => performance.now());
  const check = createCheckLogin({ guard: createAddressGuard(dns, networks), slots, now: () => performance.now() });
  return check({ smtp: half(ports.smtps), imap: half(ports.imaps) });
}

const zone = (records: Zone[string]) => createRecordedDns({ [HOST]: records });

describe("the bot's own network", () => {
  test('gets no connection, whatever stands there', async () => {
    const before = world.mail.connections();
    for (const records of [
      { a: ['127.0.0.1'] },
      { aaaa: ['::1'] },
      { aaaa: ['::ffff:127.0.0.1'] },
      { aaaa: ['::ffff:7f00:1'] },
      { a: ['93.184.215.14', '127.0.0.1'] },
    ]) {
      assert.deepEqual(await checkWith(zone(records), []), { smtp: NOT_HERE, imap: NOT_HERE });
    }
    assert.equal(world.mail.connections(), before);
  });

  test('is not reached by an alias', async () => {
    const before = world.mail.connections();
    world.mail.names['alias.acme.test'] = { CNAME: [HOST] };
    const smtp = { host: 'alias.acme.test', port: world.mail.ports.smtps, user: USER, password: PASSWORD };
    assert.deepEqual((await world.check({ smtp, imap: smtp }, { networks: [] })).smtp, NOT_HERE);
    assert.equal(world.mail.connections(), before);
  });

  test('is not reached by a name that is an address or local', async () => {
    const before = world.mail.connections();
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '0177.0.0.1', '[::1]', 'localhost', 'mail.localhost']) {
      const dns = createRecordedDns({ [host]: { a: ['127.0.0.1'] } });
      assert.deepEqual(await checkWith(dns, LOOPBACK, { host }), { smtp: NOT_HERE, imap: NOT_HERE });
    }
    assert.equal(world.mail.connections(), before);
  });

  test('is logged in to where the operator allows it', async () => {
    assert.deepEqual(await checkWith(zone({ a: ['127.0.0.1'] }), LOOPBACK), { smtp: WORKS, imap: WORKS });
    assert.deepEqual(await checkWith(zone({ aaaa: ['::ffff:127.0.0.1'] }), LOOPBACK), { smtp: WORKS, imap: WORKS });
  });
});

describe('a name that changes its address', () => {
  test('is looked up once for each login, which goes to the address that was checked', async () => {
    const asked: string[] = [];
    const rebinding: Pick<Dns, 'a' | 'aaaa'> = {
      aaaa: () => Promise.resolve({ kind: 'none', nameExists: true }),
      a: (name) => {
        asked.push(name);
        const address = asked.length > 2 ? '127.0.0.66' : '127.0.0.1';
        return Promise.resolve({ kind: 'found', records: [address] });
      },
    };
    assert.deepEqual(await checkWith(rebinding, ['127.0.0.1/32']), { smtp: WORKS, imap: WORKS });
    assert.deepEqual(asked, [HOST, HOST]);
    assert.deepEqual(await checkWith(rebinding, ['127.0.0.1/32']), { smtp: NOT_HERE, imap: NOT_HERE });
  });
});

test('an address where nobody is gives way to the next one', async () => {
  const both = zone({ a: ['127.0.0.66', '127.0.0.1'] });
  assert.deepEqual(await checkWith(both, LOOPBACK), { smtp: WORKS, imap: WORKS });
  const closed = { kind: 'refused', reason: 'port_closed' };
  const nobody = zone({ a: ['127.0.0.66', '127.0.0.67'] });
  assert.deepEqual(await checkWith(nobody, LOOPBACK), { smtp: closed, imap: closed });
});

describe('ports', () => {
  test('of a public host are those of mail only', async () => {
    const dns = zone({ a: ['93.184.215.14'] });
    for (const port of [25, 22, 80, 443, 110, 10_465, 10_993, 0, 65_536]) {
      const ports = { ...world.mail.ports, smtps: port, imaps: port };
      assert.deepEqual(await checkWith(dns, LOOPBACK, { ports }), { smtp: NOT_HERE, imap: NOT_HERE }, String(port));
    }
  });

  test('are those of their protocol', async () => {
    const { smtps, imaps } = world.mail.ports;
    const ports = { ...world.mail.ports, smtps: imaps, imaps: smtps };
    assert.deepEqual(await checkWith(zone({ a: ['127.0.0.1'] }), LOOPBACK, { ports }), {
      smtp: NOT_HERE,
      imap: NOT_HERE,
    });
  });
});

test('a name that does not exist, and a name server that does not answer', async () => {
  const none = { kind: 'refused', reason: 'no_such_host' };
  const failed = { kind: 'unknown', reason: 'dns_failed' };
  assert.deepEqual(await checkWith(createRecordedDns({}), []), { smtp: none, imap: none });
  assert.deepEqual(await checkWith(zone({ a: 'failed', aaaa: 'failed' }), []), { smtp: failed, imap: failed });
});
