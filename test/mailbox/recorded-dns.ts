import type { Dns, Found } from '../../src/mailbox/dns.ts';

/** A name's records by type; a name that stands here without a type has no such record, one that does not stand here does not exist. */
export type Zone = Record<string, Partial<Record<keyof Dns, unknown[] | 'failed'>>>;

export type RecordedDns = Dns & { asked: string[] };

/** Answers from records that a test gives; notes what was asked. */
export function createRecordedDns(zone: Zone): RecordedDns {
  const asked: string[] = [];
  return {
    asked,
    mx: (name) => answer('mx', name),
    srv: (name) => answer('srv', name),
    txt: (name) => answer('txt', name),
    cname: (name) => answer('cname', name),
    a: (name) => answer('a', name),
    aaaa: (name) => answer('aaaa', name),
  };

  async function answer<T>(type: keyof Dns, name: string): Promise<Found<T>> {
    asked.push(`${type} ${name}`);
    const records = zone[name]?.[type];
    if (records === 'failed') return { kind: 'failed' };
    if (records === undefined) return { kind: 'none', nameExists: name in zone };
    return { kind: 'found', records: records as T[] };
  }
}

/** MX records in the order given. */
export function mx(...exchanges: string[]): { exchange: string; priority: number }[] {
  return exchanges.map((exchange, index) => ({ exchange, priority: 10 * (index + 1) }));
}
