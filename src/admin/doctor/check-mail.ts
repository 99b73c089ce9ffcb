import { connect as connectTcp } from 'node:net';
import { createDns, type Dns } from '../../mailbox/dns.ts';
import type { DoctorContext, Finding } from '../command.ts';

const DNS_WITHIN_MS = 3_000;
const CONNECT_WITHIN_MS = 5_000;

/** Well-known servers, to which the doctor says nothing. */
const SERVERS = [
  { name: 'smtp.gmail.com', port: 465 },
  { name: 'smtp.gmail.com', port: 587 },
  { name: 'imap.gmail.com', port: 993 },
];

const TURN_OFF = 'or set LOGIN_CHECKS=off';

/** Whether the bot can find servers and check logins. */
export async function checkMail({ config: { mailbox } }: DoctorContext): Promise<Finding[]> {
  if (!mailbox.loginChecks) return [{ ok: true, says: 'LOGIN_CHECKS is off: the bot asks no mail server.' }];
  return tryMail(createDns({ servers: mailbox.dnsServers, timeoutMs: DNS_WITHIN_MS }), canConnect);
}

/** @param reaches if a connection to this address can be made */
export async function tryMail(
  dns: Pick<Dns, 'mx' | 'a' | 'aaaa'>,
  reaches: (address: string, port: number) => Promise<boolean>,
): Promise<Finding[]> {
  if ((await dns.mx('gmail.com')).kind !== 'found') {
    return [
      { ok: false, says: `DNS does not answer for gmail.com, as login checks need. Set DNS_SERVERS, ${TURN_OFF}.` },
    ];
  }
  const closed = await Promise.all(
    SERVERS.map(async ({ name, port }) => {
      const found = await Promise.all([dns.a(name), dns.aaaa(name)]);
      const addresses = found.flatMap((each) => (each.kind === 'found' ? each.records.slice(0, 1) : []));
      const reached = await Promise.all(addresses.map((address) => reaches(address, port)));
      return reached.includes(true) ? [] : [port];
    }),
  );
  const ports = closed.flat();
  if (ports.length === 0) return [{ ok: true, says: 'DNS answers, and the bot can reach mail servers.' }];
  const says = `Mail servers can't be reached on port ${ports.join(', ')}. Let the bot through the firewall, ${TURN_OFF}.`;
  return [{ ok: false, says }];
}

function canConnect(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connectTcp({ host, port, timeout: CONNECT_WITHIN_MS });
  socket
    .on('connect', () => resolve(true))
    .on('timeout', () => resolve(false))
    .on('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
