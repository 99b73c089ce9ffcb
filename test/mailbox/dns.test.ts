import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startNameServer } from '../../playground/local-mail/name-server.ts';
import { createDns } from '../../src/mailbox/dns.ts';

const LONG = `v=spf1 ${'ip4:93.184.215.14 '.repeat(20)}-all`;

const { address, close } = await startNameServer({
  'acme.test': {
    MX: [{ exchange: 'mx.acme.test', priority: 10 }],
    TXT: ['v=spf1 -all', LONG],
    A: ['93.184.215.14'],
    AAAA: ['2606:4700::1111'],
  },
  '_imaps._tcp.acme.test': { SRV: [{ name: 'imap.acme.test', port: 993, priority: 1, weight: 2 }] },
  'www.acme.test': { CNAME: ['acme.test'] },
  'empty.test': {},
  'broken.test': 'broken',
  'silent.test': 'silent',
});
after(close);
const dns = createDns({ servers: [address], timeoutMs: 1_000 });

const found = <T>(...records: T[]) => ({ kind: 'found', records });

test('the records of a name', async () => {
  assert.partialDeepStrictEqual(await dns.mx('acme.test'), found({ exchange: 'mx.acme.test', priority: 10 }));
  assert.deepEqual(await dns.a('acme.test'), found('93.184.215.14'));
  assert.deepEqual(await dns.aaaa('acme.test'), found('2606:4700::1111'));
  const srv = { name: 'imap.acme.test', port: 993, priority: 1, weight: 2 };
  assert.partialDeepStrictEqual(await dns.srv('_imaps._tcp.acme.test'), found(srv));
});

test('the strings of a record are one text', async () => {
  assert.deepEqual(await dns.txt('acme.test'), found('v=spf1 -all', LONG));
});

test('an alias, and the addresses behind it', async () => {
  assert.deepEqual(await dns.cname('www.acme.test'), found('acme.test'));
  assert.deepEqual(await dns.a('www.acme.test'), found('93.184.215.14'));
});

test('a name without such a record, and one that does not exist', async () => {
  for (const look of [dns.mx, dns.srv, dns.cname, dns.a, dns.aaaa]) {
    assert.deepEqual(await look('empty.test'), { kind: 'none', nameExists: true });
    assert.deepEqual(await look('nowhere.test'), { kind: 'none', nameExists: false });
  }
});

test('a server that fails or is silent: nobody can say', async () => {
  assert.deepEqual(await dns.txt('broken.test'), { kind: 'failed' });
  assert.deepEqual(await dns.mx('silent.test'), { kind: 'failed' });
});
