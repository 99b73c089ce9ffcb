import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Dns } from './dns.ts';

/**
 * Keeps look-ups and logins away from the network that the bot runs in (server-side request forgery): a person chooses the server's
 * name, so that its address must be one of the public internet. IANA's special-purpose registries for IPv4, and for IPv6 what is not
 * global unicast (2000::/3), and the special ranges in it.
 */
const SPECIAL_RANGES = [
  ...['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '192.0.0.0/24', '192.0.2.0/24'],
  ...['192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24'],
  '203.0.113.0/24',
  ...['::/3', '4000::/2', '8000::/1', '2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'],
];

/** No mail server is there, so no setting allows these: unspecified, link-local, multicast and reserved, and the metadata of clouds. */
const FORBIDDEN_RANGES = [
  ...['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4', '::/128', 'fe80::/10', 'ff00::/8'],
  ...['100.100.100.200/32', '168.63.129.16/32', 'fd00:ec2::/32', 'fd20:ce::254/128', 'fd00:42::42/128'],
];

/** Names that say by themselves that they are not of the public internet (RFC 6761, 6762, 8375, 7686). */
const LOCAL_NAME = /(?:^|\.)(?:localhost|localdomain|local|internal|home\.arpa|onion|lan|intranet|corp|home)$/;

export type AddressGuard = {
  /**
   * The addresses that may be connected to under this name. `blocked`: the name is none, or one of its addresses is not public,
   * and then none of them is used. All three take the same time but for the look-up.
   */
  resolve(host: string): Promise<Resolved>;
};

export type Resolved =
  | {
      kind: 'addresses';
      /** The host as DNS and certificates have it. */
      name: string;
      addresses: [string, ...string[]];
      /** All of them are of the allowed networks: the server is the operator's own. */
      isOwn: boolean;
    }
  | { kind: 'blocked' }
  /** There is no such name, or it has no address. */
  | { kind: 'no_such_host' }
  /** DNS did not answer. */
  | { kind: 'failed' };

/**
 * @param allowedNetworks ranges like `10.1.0.0/16` that may be asked although they are not public: an operator's own mail servers
 * @throws TypeError where one of them is no range
 */
export function createAddressGuard(dns: Pick<Dns, 'a' | 'aaaa'>, allowedNetworks: readonly string[]): AddressGuard {
  const special = toRanges(SPECIAL_RANGES);
  const forbidden = toRanges(FORBIDDEN_RANGES);
  const allowed = toRanges(allowedNetworks);
  return { resolve };

  async function resolve(host: string): Promise<Resolved> {
    const name = domainToASCII(host).replace(/\.$/, '').toLowerCase();
    if (!isPublicName(name)) return { kind: 'blocked' };
    const [v4, v6] = await Promise.all([dns.a(name), dns.aaaa(name)]);
    const addresses = [v4, v6].flatMap((found) => (found.kind === 'found' ? found.records : []));
    if (addresses.some(isBlocked)) return { kind: 'blocked' };
    const [first, ...more] = addresses;
    if (first !== undefined) {
      return { kind: 'addresses', name, addresses: [first, ...more], isOwn: addresses.every(isAllowed) };
    }
    return v4.kind === 'failed' || v6.kind === 'failed' ? { kind: 'failed' } : { kind: 'no_such_host' };
  }

  function isBlocked(address: string): boolean {
    return isIn(forbidden, address) || (isIn(special, address) && !isAllowed(address));
  }

  function isAllowed(address: string): boolean {
    return isIn(allowed, address);
  }
}

/** A list for each family: Node finds an IPv4 address also in a range that holds ::ffff:0:0/96. */
type Ranges = Record<'ipv4' | 'ipv6', BlockList>;

function isIn(ranges: Ranges, address: string): boolean {
  const plain = withoutMapping(address);
  const family = isIPv4(plain) ? 'ipv4' : 'ipv6';
  return ranges[family].check(plain, family);
}

/** An address range as `10.0.0.0/8` or `fc00::/7`; undefined where `text` is none. */
export function parseNetwork(text: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [, address = '', digits = ''] = /^([0-9a-f:.]+)\/(\d{1,3})$/i.exec(text) ?? [];
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
  const prefix = Number(digits);
  if (family === undefined || prefix > (family === 'ipv4' ? 32 : 128)) return undefined;
  return { address, prefix, family };
}

/** Two labels or more, the last of letters: `0x7f.1`, `127.1` and `2130706433` are addresses to some resolvers. */
function isPublicName(name: string): boolean {
  const labels = name.split('.');
  const last = labels.at(-1) ?? '';
  return (
    labels.length > 1 &&
    /^(?:xn--[a-z0-9-]+|[a-z][a-z0-9-]*)$/.test(last) &&
    !/^0x/.test(last) &&
    !LOCAL_NAME.test(name)
  );
}

/** `::ffff:10.0.0.1` reaches 10.0.0.1. */
function withoutMapping(address: string): string {
  const [, v4] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (v4 !== undefined) return v4;
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const bits = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
}

function toRanges(networks: readonly string[]): Ranges {
  const ranges = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const network of networks) {
    const parsed = parseNetwork(network);
    if (parsed === undefined) throw new TypeError(`${network} is no address range`);
    ranges[parsed.family].addSubnet(parsed.address, parsed.prefix, parsed.family);
  }
  return ranges;
}
