import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';

export type NameRecords = {
  A?: string[];
  AAAA?: string[];
  CNAME?: string[];
  TXT?: string[];
  MX?: { exchange: string; priority: number }[];
  SRV?: { name: string; port: number; priority?: number; weight?: number }[];
};

/** Records by name; `silent`: nobody answers, `broken`: SERVFAIL. A name that does not stand here does not exist. */
export type NameTable = Record<string, NameRecords | 'silent' | 'broken'>;

const TYPES: Record<number, keyof NameRecords> = { 1: 'A', 5: 'CNAME', 15: 'MX', 16: 'TXT', 28: 'AAAA', 33: 'SRV' };

const CNAME = 5;
const INTERNET = 1;
const TTL_S = 5;
const SERVER_FAILURE = 2;
const NAME_ERROR = 3;

/** A name server on loopback (RFC 1035 over UDP) that answers from a table, which may change while it runs. */
export async function startNameServer(table: NameTable, port = 0): Promise<{ address: string; close: () => void }> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const answer = answerQuery(query, table);
    if (answer !== undefined) socket.send(answer, from.port, from.address);
  });
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, close: () => socket.close() };
}

function answerQuery(query: Buffer, table: NameTable): Buffer | undefined {
  const { name, end } = readName(query);
  const found = table[name.toLowerCase()];
  if (found === 'silent') return undefined;
  const code = found === undefined ? NAME_ERROR : found === 'broken' ? SERVER_FAILURE : 0;
  const records = answerFrom(table, name.toLowerCase(), query.readUInt16BE(end), Buffer.from('c00c', 'hex'));
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(records.length, 6);
  header.writeUInt32BE(0, 8);
  return Buffer.concat([header, query.subarray(12, end + 4), ...records]);
}

/** The records of a name, or its alias and those of the name that it stands for. */
function answerFrom(table: NameTable, name: string, type: number, owner: Buffer): Buffer[] {
  const found = table[name];
  const key = TYPES[type];
  if (typeof found !== 'object' || key === undefined) return [];
  const [alias] = found.CNAME ?? [];
  if (alias === undefined || key === 'CNAME') return encodeRecords(owner, type, encodeData(found, key));
  return [
    ...encodeRecords(owner, CNAME, [encodeName(alias)]),
    ...answerFrom(table, alias.toLowerCase(), type, encodeName(alias)),
  ];
}

function readName(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 1 };
}

function encodeRecords(owner: Buffer, type: number, data: Buffer[]): Buffer[] {
  return data.map((each) => Buffer.concat([owner, numbers(type, INTERNET, 0, TTL_S, each.length), each]));
}

function encodeData(records: NameRecords, type: keyof NameRecords): Buffer[] {
  switch (type) {
    case 'A':
    case 'AAAA':
      return (records[type] ?? []).map(encodeAddress);
    case 'CNAME':
      return (records.CNAME ?? []).map(encodeName);
    case 'TXT':
      return (records.TXT ?? []).map((text) =>
        Buffer.concat(
          (text.match(/.{1,255}/gs) ?? ['']).map((part) =>
            Buffer.from(`${String.fromCharCode(part.length)}${part}`, 'latin1'),
          ),
        ),
      );
    case 'MX':
      return (records.MX ?? []).map(({ exchange, priority }) =>
        Buffer.concat([numbers(priority), encodeName(exchange)]),
      );
    case 'SRV':
      return (records.SRV ?? []).map(({ name, port, priority = 0, weight = 0 }) =>
        Buffer.concat([numbers(priority, weight, port), encodeName(name)]),
      );
  }
}

function encodeAddress(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [before = [], after] = address.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const parts = [before, after ?? []].flat();
  const zeros = Array.from({ length: 8 - parts.length }, () => '0');
  return numbers(
    ...[...before, ...(after === undefined ? [] : zeros), ...(after ?? [])].map((part) => Number.parseInt(part, 16)),
  );
}

function encodeName(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.from(`${labels.map((label) => `${String.fromCharCode(label.length)}${label}`).join('')}\0`, 'latin1');
}

function numbers(...values: number[]): Buffer {
  return Buffer.concat(values.map((value) => Buffer.of(value >> 8, value & 255)));
}
