import { Resolver } from 'node:dns/promises';

/** The result of a look-up. `failed`: the server did not answer or had an error; `none`: there is no such record or name. */
export type Found<T> = { kind: 'found'; records: T[] } | { kind: 'none'; nameExists: boolean } | { kind: 'failed' };

export type MxRecord = { exchange: string; priority: number };
export type SrvRecord = { name: string; port: number; priority: number; weight: number };

/** The records of one name. Nothing here rejects. */
export type Dns = {
  mx(name: string): Promise<Found<MxRecord>>;
  srv(name: string): Promise<Found<SrvRecord>>;
  /** Each record's strings joined, as RFC 7208 asks for. */
  txt(name: string): Promise<Found<string>>;
  cname(name: string): Promise<Found<string>>;
  a(name: string): Promise<Found<string>>;
  aaaa(name: string): Promise<Found<string>>;
};

/** One try of a second: a server that is silent takes a person's time, and c-ares doubles its wait with each further try. */
const TRIES = 1;

/**
 * Asks DNS and nothing else: never `/etc/hosts`.
 *
 * @param servers IP addresses, with a port where it is not 53; undefined: the system's
 * @param timeoutMs for each look-up
 */
export function createDns({ servers, timeoutMs }: { servers: readonly string[] | undefined; timeoutMs: number }): Dns {
  const resolver = new Resolver({ timeout: timeoutMs, tries: TRIES });
  if (servers !== undefined) resolver.setServers(servers);
  return {
    mx: (name) => ask(() => resolver.resolveMx(name)),
    srv: (name) => ask(() => resolver.resolveSrv(name)),
    txt: (name) => ask(async () => (await resolver.resolveTxt(name)).map((strings) => strings.join(''))),
    cname: (name) => ask(() => resolver.resolveCname(name)),
    a: (name) => ask(() => resolver.resolve4(name)),
    aaaa: (name) => ask(() => resolver.resolve6(name)),
  };
}

async function ask<T>(look: () => Promise<T[]>): Promise<Found<T>> {
  try {
    const records = await look();
    return records.length > 0 ? { kind: 'found', records } : { kind: 'none', nameExists: true };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOTFOUND') return { kind: 'none', nameExists: false };
    if (code === 'ENODATA') return { kind: 'none', nameExists: true };
    return { kind: 'failed' };
  }
}
