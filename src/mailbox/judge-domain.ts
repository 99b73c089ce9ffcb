import type { DomainVerdict } from '../add-inbox/account/domain-verdict.ts';
import type { Dns, Found } from './dns.ts';
import { spfIncludeOf } from './known-servers.ts';

/** RFC 7208, 4.6.4: terms that ask DNS, and how many of them may come to nothing. */
const MAX_SPF_LOOK_UPS = 10;

/** RFC 9989: the tree walk asks about the domain itself and at most 8 names above it. */
const MAX_DMARC_QUERIES = 8;

/** Where providers publish their keys. */
const DKIM_SELECTORS = [
  'google',
  'selector1',
  'selector2',
  'zoho',
  'fm1',
  'fm2',
  'default',
  'dkim',
  'mail',
  's1',
  's2',
  'k1',
];

/**
 * Judges by a domain's records if its mail will be accepted. Advice only; never rejects.
 *
 * @param domain in ASCII, lower case
 * @param smtpHost through which its mail is sent
 */
export async function judgeDomain(
  dns: Pick<Dns, 'mx' | 'txt'>,
  domain: string,
  smtpHost: string,
): Promise<DomainVerdict> {
  const [mx, spf, dmarc, dkim] = await Promise.all([
    judgeMx(dns, domain),
    judgeSpf(dns, domain, spfIncludeOf(smtpHost)),
    judgeDmarc(dns, domain),
    judgeDkim(dns, domain),
  ]);
  return { mx, spf, dmarc, dkim };
}

async function judgeMx(dns: Pick<Dns, 'mx'>, domain: string): Promise<DomainVerdict['mx']> {
  const mx = await dns.mx(domain);
  if (mx.kind === 'failed') return 'unknown';
  if (mx.kind === 'none') return 'missing';
  return mx.records.every(({ exchange }) => exchange === '' || exchange === '.') ? 'null_mx' : 'found';
}

async function judgeSpf(
  dns: Pick<Dns, 'txt'>,
  domain: string,
  include: string | undefined,
): Promise<DomainVerdict['spf']> {
  const own = spfOf(await dns.txt(domain));
  if (own === 'failed') return 'unknown';
  const [record, ...more] = own;
  if (record === undefined) return 'missing';
  if (more.length > 0) return 'several';
  const walked = await walkSpf(dns, record);
  if (walked === 'failed') return 'unknown';
  if (walked.lookUps > MAX_SPF_LOOK_UPS) return 'too_many_look_ups';
  if (walked.all === '+') return 'open';
  if (include !== undefined && !walked.included.has(include)) return 'without_provider';
  return walked.all === '-' || walked.all === '~' ? 'good' : 'weak';
}

type SpfWalk = { lookUps: number; included: Set<string>; all: string | undefined };

/** Follows `include:` and `redirect=`, and stops once there are too many look-ups. */
async function walkSpf(dns: Pick<Dns, 'txt'>, first: string): Promise<SpfWalk | 'failed'> {
  const walk: SpfWalk = { lookUps: 0, included: new Set(), all: undefined };
  const waiting = [{ record: first, decides: true }];
  for (let next = waiting.shift(); next !== undefined && walk.lookUps <= MAX_SPF_LOOK_UPS; next = waiting.shift()) {
    const terms = next.record.toLowerCase().split(/\s+/).slice(1);
    const all = terms.map((term) => /^([+?~-]?)all$/.exec(term)?.[1]).find((qualifier) => qualifier !== undefined);
    if (next.decides && all !== undefined) walk.all = all === '' ? '+' : all;
    walk.lookUps += terms.filter((term) =>
      /^[+?~-]?(?:include:|a(?:[:/]|$)|mx(?:[:/]|$)|ptr(?::|$)|exists:)|^redirect=/.test(term),
    ).length;
    for (const term of terms) {
      const target = /^[+?~-]?include:([^\s%]+)$/.exec(term)?.[1];
      const redirect = /^redirect=([^\s%]+)$/.exec(term)?.[1];
      const name = target ?? (all === undefined ? redirect : undefined);
      if (name === undefined || walk.included.has(name)) continue;
      walk.included.add(name);
      const found = spfOf(await dns.txt(name));
      if (found === 'failed') return 'failed';
      const [record] = found;
      if (record !== undefined) waiting.push({ record, decides: next.decides && target === undefined });
      if (walk.included.size > MAX_SPF_LOOK_UPS) return { ...walk, lookUps: MAX_SPF_LOOK_UPS + 1 };
    }
  }
  return walk;
}

function spfOf(txt: Found<string>): string[] | 'failed' {
  if (txt.kind === 'failed') return 'failed';
  return txt.kind === 'none' ? [] : txt.records.filter((record) => /^v=spf1(?:\s|$)/i.test(record));
}

/** The record of the domain, else of the names above it: those of more than 8 labels are cut to 7 first. */
async function judgeDmarc(dns: Pick<Dns, 'txt'>, domain: string): Promise<DomainVerdict['dmarc']> {
  for (const name of dmarcNames(domain)) {
    const txt = await dns.txt(`_dmarc.${name}`);
    if (txt.kind === 'failed') return 'unknown';
    const records = txt.kind === 'found' ? txt.records.filter((record) => /^v=DMARC1\s*(?:;|$)/.test(record)) : [];
    const [record] = records;
    if (record === undefined || records.length > 1) continue;
    const policy = /;\s*p\s*=\s*([a-z]+)/i.exec(record)?.[1]?.toLowerCase();
    const below = name === domain ? undefined : /;\s*sp\s*=\s*([a-z]+)/i.exec(record)?.[1]?.toLowerCase();
    return ['quarantine', 'reject'].includes(below ?? policy ?? '') ? 'enforced' : 'monitoring';
  }
  return 'missing';
}

function dmarcNames(domain: string): string[] {
  const labels = domain.split('.');
  const above = labels.length > MAX_DMARC_QUERIES ? labels.slice(-7) : labels.slice(1);
  const names = above.map((_, index) => above.slice(index).join('.'));
  return [domain, ...names.slice(0, MAX_DMARC_QUERIES - 1)];
}

async function judgeDkim(dns: Pick<Dns, 'txt'>, domain: string): Promise<DomainVerdict['dkim']> {
  const answers = await Promise.all(DKIM_SELECTORS.map((selector) => dns.txt(`${selector}._domainkey.${domain}`)));
  if (answers.some((txt) => txt.kind === 'found' && txt.records.some((record) => /(?:^|;)\s*p=[^;\s]/.test(record))))
    return 'found';
  return answers.every((txt) => txt.kind === 'failed') ? 'unknown' : 'not_found';
}
