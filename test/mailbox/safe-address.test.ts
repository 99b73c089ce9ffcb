import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createAddressGuard, parseNetwork } from '../../src/mailbox/safe-address.ts';
import { createRecordedDns } from './recorded-dns.ts';

const resolve = (records: { a?: string[]; aaaa?: string[] }, allowed: string[] = [], host = 'mail.acme.com') =>
  createAddressGuard(createRecordedDns({ [host]: records }), allowed).resolve(host);

const PUBLIC = { kind: 'addresses', name: 'mail.acme.com', isOwn: false };

const SPECIAL = {
  a: [
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '100.127.255.254', '127.0.0.1', '127.255.255.254', '169.254.169.254'],
    ...['172.16.0.1', '172.31.255.255', '192.0.0.1', '192.0.2.1', '192.31.196.1', '192.52.193.1', '192.88.99.1'],
    ...['192.168.0.1', '192.175.48.1', '198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1'],
    ...['224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255', '168.63.129.16'],
  ],
  aaaa: [
    ...['::', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::ffff:a9fe:a9fe', '::127.0.0.1'],
    ...['64:ff9b::7f00:1', '64:ff9b:1::1', '100::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', '5f00::1'],
    ...['fc00::1', 'fd12:3456::1', 'fe80::1', 'fec0::1', 'ff02::1', '0:0:0:0:0:ffff:7f00:1', '::ffff:0:127.0.0.1'],
    ...['::ffff:0:7f00:1', '64:ff9b::10.0.0.1', '2001:1ff::1', '2620:4f:8000::1', '100:0:0:1::1', '200::1', '1::'],
    ...['4000::1', '8000::1', 'fe7f::1', 'fe80::1%eth0'],
  ],
};

describe('addresses that are not of the public internet', () => {
  for (const [type, addresses] of Object.entries(SPECIAL)) {
    for (const address of addresses) {
      test(address, async () => assert.deepEqual(await resolve({ [type]: [address] }), { kind: 'blocked' }));
    }
  }

  test('one among good ones blocks the name', async () => {
    assert.deepEqual(await resolve({ a: ['93.184.215.14', '10.0.0.1'] }), { kind: 'blocked' });
    assert.deepEqual(await resolve({ a: ['93.184.215.14'], aaaa: ['::1'] }), { kind: 'blocked' });
  });
});

describe('names', () => {
  const blocked = [
    ...[
      'localhost',
      'mail.localhost',
      'printer.local',
      'db.internal',
      'router.home.arpa',
      'x.onion',
      'localhost.localdomain.',
      'LOCALHOST.',
      'mailserver',
    ],
    ...[
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0x7f.0.0.1',
      '0177.0.0.1',
      '[::1]',
      '::1',
      '１２７.0.0.1',
      '',
    ],
  ];
  for (const name of blocked) {
    test(`${JSON.stringify(name)} is not looked up`, async () => {
      const dns = createRecordedDns({ [name]: { a: ['93.184.215.14'] } });
      assert.deepEqual(await createAddressGuard(dns, []).resolve(name), { kind: 'blocked' });
      assert.deepEqual(dns.asked, []);
    });
  }

  test('a name in Unicode is looked up as DNS has it', async () => {
    const dns = createRecordedDns({ 'mail.xn--mller-kva.de': { a: ['93.184.215.14'] } });
    const resolved = await createAddressGuard(dns, []).resolve('mail.müller.de.');
    assert.deepEqual(resolved, { ...PUBLIC, name: 'mail.xn--mller-kva.de', addresses: ['93.184.215.14'] });
  });
});

describe('what may be connected to', () => {
  test('public addresses of both families', async () => {
    const records = { a: ['93.184.215.14'], aaaa: ['2606:4700::1111'] };
    assert.deepEqual(await resolve(records), { ...PUBLIC, addresses: ['93.184.215.14', '2606:4700::1111'] });
  });

  test("an operator's own networks, and nothing beside them", async () => {
    assert.deepEqual(await resolve({ a: ['10.1.0.9'] }, ['10.1.0.0/16']), {
      ...PUBLIC,
      addresses: ['10.1.0.9'],
      isOwn: true,
    });
    const mixed = await resolve({ a: ['10.1.0.9', '93.184.215.14'] }, ['10.1.0.0/16']);
    assert.deepEqual(mixed, { ...PUBLIC, addresses: ['10.1.0.9', '93.184.215.14'] });
    assert.deepEqual(await resolve({ a: ['10.2.0.9'] }, ['10.1.0.0/16']), { kind: 'blocked' });
    assert.deepEqual(await resolve({ aaaa: ['fd00::9'] }, ['fd00::/16']), {
      ...PUBLIC,
      addresses: ['fd00::9'],
      isOwn: true,
    });
  });

  test('what no setting allows: link-local, multicast, reserved and the metadata of clouds', async () => {
    const all = ['0.0.0.0/0', '::/0'];
    assert.equal((await resolve({ a: ['10.1.0.9'], aaaa: ['fd12::9'] }, all)).kind, 'addresses');
    for (const address of ['0.0.0.0', '169.254.169.254', '100.100.100.200', '168.63.129.16', '224.0.0.1', '255.1.1.1'])
      assert.deepEqual(await resolve({ a: [address] }, all), { kind: 'blocked' }, address);
    const metadata = ['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254', 'fd00:42::42', '::ffff:169.254.169.254'];
    for (const address of ['::', 'fe80::1', 'ff02::1', ...metadata])
      assert.deepEqual(await resolve({ aaaa: [address] }, all), { kind: 'blocked' }, address);
  });

  test('a range of one family opens nothing of the other', async () => {
    for (const network of ['::/0', '::ffff:0:0/96'])
      assert.deepEqual(await resolve({ a: ['10.1.0.9'] }, [network]), { kind: 'blocked' });
    assert.deepEqual(await resolve({ aaaa: ['fd00::9'] }, ['0.0.0.0/0']), { kind: 'blocked' });
    assert.equal((await resolve({ aaaa: ['::ffff:10.1.0.9'] }, ['10.1.2.3/16', '10.0.0.0/8'])).kind, 'addresses');
  });

  test('no address, and no answer', async () => {
    assert.deepEqual(await resolve({}), { kind: 'no_such_host' });
    const dns = createRecordedDns({ 'mail.acme.com': { a: 'failed', aaaa: 'failed' } });
    assert.deepEqual(await createAddressGuard(dns, []).resolve('mail.acme.com'), { kind: 'failed' });
  });
});

test('a range is read, or it is none', () => {
  assert.deepEqual(parseNetwork('10.1.0.0/16'), { address: '10.1.0.0', prefix: 16, family: 'ipv4' });
  assert.deepEqual(parseNetwork('fd00::/8'), { address: 'fd00::', prefix: 8, family: 'ipv6' });
  for (const text of ['10.1.0.0', '10.1.0.0/33', 'fd00::/129', '10.1/16', 'x/8', '/8', '10.0.0.0/-1']) {
    assert.equal(parseNetwork(text), undefined, text);
  }
});
