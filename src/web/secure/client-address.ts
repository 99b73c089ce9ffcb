import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';

/** Where a reverse proxy is. */
const NEARBY = new BlockList();
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const) {
  NEARBY.addSubnet(network, bits, 'ipv4');
}
NEARBY.addAddress('::1', 'ipv6');
NEARBY.addSubnet('fc00::', 7, 'ipv6');
NEARBY.addSubnet('fe80::', 10, 'ipv6');

/**
 * The address that a request comes from, to count its attempts. The last address in X-Forwarded-For is the one that our own proxy
 * has seen. It counts only if the connection comes from a private network. An IPv6 client has a whole /64, so that is its address.
 */
export function clientAddressOf({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string {
  const peer = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const forwarded = [headers['x-forwarded-for']].flat().join(',').split(',').at(-1)?.trim() ?? '';
  const address = forwarded !== '' && isNearby(peer) ? forwarded : peer;
  return isIPv6(address) ? address.split(':').slice(0, 4).join(':') : address;
}

function isNearby(address: string): boolean {
  return NEARBY.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
