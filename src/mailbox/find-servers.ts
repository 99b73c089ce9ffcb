import type { Detection, Servers } from '../add-inbox/account/detection.ts';
import { toAsciiName } from '../add-inbox/account/domain-name.ts';
import type { Dns, Found, MxRecord, SrvRecord } from './dns.ts';
import { findByAddressDomain, findByMx, findBySpf, findWithoutImap } from './known-servers.ts';

export type FindServersDeps = {
  dns: Pick<Dns, 'mx' | 'srv' | 'txt'>;
  /** Asks the domain's own web server; is told the domain only. Left out where the operator does not want that. */
  askAutoconfig?: ((domain: string) => Promise<Servers | undefined>) | undefined;
};

/**
 * The servers of a domain's mailboxes: the provider's own domains, then its MX records, the SPF record where a spam filter stands
 * in the MX, SRV records (RFC 6186, 8314), autoconfig. Only the domain is looked up; never rejects.
 *
 * @param domain in ASCII, lower case
 */
export function createFindServers({ dns, askAutoconfig }: FindServersDeps): (domain: string) => Promise<Detection> {
  return async (domain) => {
    const own = findByAddressDomain(domain);
    if (own !== undefined) return { kind: 'servers', servers: own, by: 'address_domain' };
    const withoutImap = findWithoutImap(domain, []);
    if (withoutImap !== undefined) return { kind: 'no_imap', provider: withoutImap };
    const mx = await dns.mx(domain);
    const byMx = readMx(domain, mx);
    if (byMx !== undefined) return byMx;
    const [spf, srv] = await Promise.all([dns.txt(domain), findBySrv(dns, domain)]);
    const bySpf = mx.kind === 'found' ? readSpf(spf) : undefined;
    if (bySpf !== undefined) return { kind: 'servers', servers: bySpf, by: 'spf' };
    if (srv !== undefined) return { kind: 'servers', servers: srv, by: 'srv' };
    // Without an answer from DNS, nobody would be found to ask either.
    const configured = mx.kind === 'failed' ? undefined : await askAutoconfig?.(domain);
    return configured === undefined
      ? { kind: 'not_found' }
      : { kind: 'servers', servers: configured, by: 'autoconfig' };
  };
}

function readMx(domain: string, mx: Found<MxRecord>): Detection | undefined {
  if (mx.kind === 'none' && !mx.nameExists) return { kind: 'no_such_domain' };
  if (mx.kind !== 'found') return undefined;
  const exchanges = mx.records.toSorted((a, b) => a.priority - b.priority).map(({ exchange }) => exchange);
  if (exchanges.every((exchange) => exchange === '' || exchange === '.')) return { kind: 'no_mail' };
  const withoutImap = findWithoutImap(domain, exchanges);
  if (withoutImap !== undefined) return { kind: 'no_imap', provider: withoutImap };
  const servers = exchanges.map(findByMx).find((found) => found !== undefined);
  return servers && { kind: 'servers', servers, by: 'mx' };
}

function readSpf(txt: Found<string>): Servers | undefined {
  if (txt.kind !== 'found') return undefined;
  const record = txt.records.find((text) => /^v=spf1(?:\s|$)/i.test(text));
  return record === undefined ? undefined : findBySpf(record);
}

async function findBySrv(dns: Pick<Dns, 'srv'>, domain: string): Promise<Servers | undefined> {
  const [submissions, submission, imaps, imap] = await Promise.all(
    ['_submissions', '_submission', '_imaps', '_imap'].map((service) => dns.srv(`${service}._tcp.${domain}`)),
  );
  const smtp = firstOf(submissions) ?? firstOf(submission);
  const reading = firstOf(imaps) ?? firstOf(imap);
  if (smtp === undefined || reading === undefined) return undefined;
  return {
    inboxType: 'CUSTOM_SMTP',
    provider: undefined,
    smtpHost: smtp.name,
    smtpPort: smtp.port,
    imapHost: reading.name,
    imapPort: reading.port,
  };
}

/** The one to try first (RFC 2782) of those that name a server; `.` says that the service is not offered. */
function firstOf(srv: Found<SrvRecord> | undefined): SrvRecord | undefined {
  if (srv?.kind !== 'found') return undefined;
  const [first] = srv.records
    .filter(({ name, port }) => toAsciiName(name) !== undefined && port > 0)
    .toSorted((a, b) => a.priority - b.priority || b.weight - a.weight);
  return first;
}
