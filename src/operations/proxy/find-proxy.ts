import { BlockList, isIP } from 'node:net';

/** The proxies for outgoing calls. Their URLs may have a user name and a password. */
export type Proxies = {
  /** For `http:` URLs, which lead to this machine only. */
  http: URL | undefined;
  /** For `https:` and `wss:` URLs. */
  https: URL | undefined;
  /** The parts of NO_PROXY: `*`, `acme.com` with its subdomains, `acme.com:8443`, `10.0.0.0/8`, `[fd00::1]:443`. */
  exceptions: string[];
};

/** As undici's connectors get it: `hostname` without brackets, and `port` empty if it is the usual one. */
export type Target = { protocol: string; hostname: string; port: string };

const EXCEPTION = /^(?:\[(?<bracketed>[^\]]+)\]|(?<name>[^:]+)|(?<address>[^:]*:.*:.*))(?::(?<port>\d+))?$/;

const MAX_PREFIX = { ipv4: 32, ipv6: 128 };

/** The parts of a URL that decide about its proxy. */
export function targetOf({ protocol, hostname, host, port }: URL): Target & { host: string } {
  return { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), host, port };
}

/** The proxy for a connection to `target`; undefined if it is to be reached directly. */
export function findProxy({ http, https, exceptions }: Proxies, target: Target): URL | undefined {
  const proxy = target.protocol === 'https:' ? https : http;
  if (proxy === undefined || exceptions.some((exception) => isCovered(target, exception))) return undefined;
  // Keys and passwords must not leave this machine unencrypted.
  return target.protocol === 'https:' || isLoopback(proxy.hostname) ? proxy : undefined;
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function isCovered({ protocol, hostname, port }: Target, exception: string): boolean {
  if (exception === '*') return true;
  const { bracketed, name, address, port: only } = EXCEPTION.exec(exception)?.groups ?? {};
  const covered = bracketed ?? name ?? address;
  if (covered === undefined) return false;
  if (only !== undefined && only !== (port || (protocol === 'https:' ? '443' : '80'))) return false;
  return isIP(hostname) > 0 ? isAddressIn(hostname, covered) : isNameIn(hostname, covered);
}

function isNameIn(hostname: string, covered: string): boolean {
  const [name, domain] = [hostname, covered.replace(/^\*?\./, '')].map((text) => text.toLowerCase().replace(/\.$/, ''));
  return name === domain || `.${name}`.endsWith(`.${domain}`);
}

function isAddressIn(address: string, covered: string): boolean {
  const [network = '', digits] = covered.split('/');
  const family = isIP(network) === 4 ? 'ipv4' : 'ipv6';
  const prefix = Number(digits ?? MAX_PREFIX[family]);
  if (isIP(network) === 0 || !Number.isInteger(prefix) || prefix > MAX_PREFIX[family]) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}
