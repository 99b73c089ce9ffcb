import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { createDns } from '../../src/mailbox/dns.ts';

const NO_ERROR = 0;
const SERVER_FAILURE = 2;
const NAME_ERROR = 3;
const TXT = 16;

/** A name server that has one TXT record of two strings, for `has.test`; what else it says is in the name. */
async function startNameServer(): Promise<{ address: string; socket: Socket }> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const name = query.toString('latin1', 12);
    if (name.includes('silent')) return;
    const code = name.includes('nowhere') ? NAME_ERROR : name.includes('broken') ? SERVER_FAILURE : NO_ERROR;
    const answers =
      code === NO_ERROR && name.includes('has') && query.readUInt16BE(query.indexOf('\0', 12) + 1) === TXT;
    socket.send(respond(query, code, answers), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, socket };
}

/** RFC 1035, 4.1: the header and the question as they came, and the one record where there is one. */
function respond(query: Buffer, code: number, answers: boolean): Buffer {
  const questionEnd = query.indexOf('\0', 12) + 5;
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(answers ? 1 : 0, 6);
  header.writeUInt16BE(0, 10);
  const data = Buffer.from('\x07v=spf1 \x04-all', 'latin1');
  const record = Buffer.concat([Buffer.from('c00c00100001000000050000', 'hex'), data]);
  record.writeUInt16BE(data.length, 10);
  return Buffer.concat([header, query.subarray(12, questionEnd), ...(answers ? [record] : [])]);
}

const { address, socket } = await startNameServer();
after(() => socket.close());
const dns = createDns({ servers: [address], timeoutMs: 250 });

test('the strings of a record are one text', async () => {
  assert.deepEqual(await dns.txt('has.test'), { kind: 'found', records: ['v=spf1 -all'] });
});

test('a name without such a record, and one that does not exist', async () => {
  for (const look of [dns.mx, dns.srv, dns.cname, dns.a, dns.aaaa]) {
    assert.deepEqual(await look('has.test'), { kind: 'none', nameExists: true });
    assert.deepEqual(await look('nowhere.test'), { kind: 'none', nameExists: false });
  }
});

test('a server that fails or is silent: nobody can say', async () => {
  assert.deepEqual(await dns.txt('broken.test'), { kind: 'failed' });
  assert.deepEqual(await dns.mx('silent.test'), { kind: 'failed' });
});
