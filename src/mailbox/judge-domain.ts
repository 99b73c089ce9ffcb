import type { DomainVerdict } from '../add-inbox/account/domain-verdict.ts';
import type { Dns, Found } from './dns.ts';
import { spfIncludesOf } from './known-servers.ts';

/** RFC 7208, 4.6.4: terms that ask DNS, and how many of them may come to nothing. */
const MAX_SPF_LOOK_UPS = 10;
const MAX_VOID_LOOK_UPS = 2;

/** RFC 7208, 5 and 6. A term of any other form makes the whole record invalid; modifiers that nobody knows are fine. */
const SPF_TERM =
  /^[+?~-]?(?:all|(?:include|exists):\S+|(?:a|mx)(?::\S+|(?:\/\d+)?(?:\/\/\d+)?)|ptr(?::\S+)?|ip4:[\d.]+(?:\/\d+)?|ip6:[\da-f:.]+(?:\/\d+)?)$|^[a-z][\w.-]*=\S*$/;

/** RFC 9989: the tree walk asks about the domain itself and at most 8 names above it. */
const MAX_DMARC_QUERIES = 8;

/** Where providers publish their keys. */
const DKIM_SELECTORS = [
  ...['google', 'selector1', 'selector2', 'zoho', 'zmail', 'fm1', 'fm2', 'fm3', 's1-ionos', 'hostingermail1', 'titan1'],
  ...['sig1', 'key1', 'default', 'dkim', 'mail', 's1', 's2', 'k1'],
];

type JudgeDns = Pick<Dns, 'mx' | 'txt' | 'a'>;

/**
 * Judges by a domain's records if its mail will be accepted. Advice only; never rejects.
 *
 * @param domain in ASCII, lower case
 * @param smtpHost through which its mail is sent
 */
export async function judgeDomain(dns: JudgeDns, domain: string, smtpHost: string): Promise<DomainVerdict> {
  const [mx, spf, dmarc, dkim] = await Promise.all([
    judgeMx(dns, domain),
    judgeSpf(dns, domain, spfIncludesOf(smtpHost)),
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

async function judgeSpf(dns: JudgeDns, domain: string, includes: readonly string[]): Promise<DomainVerdict['spf']> {
  const own = spfOf(await dns.txt(domain));
  if (own === 'failed') return 'unknown';
  const [record, ...more] = own;
  if (record === undefined) return 'missing';
  if (more.length > 0) return 'several';
  const walk: SpfWalk = { lookUps: 0, voids: 0, included: new Set(), all: undefined };
  const problem = await walkSpf(dns, { name: domain, record, decides: true }, walk);
  if (problem !== undefined) return problem;
  if (walk.voids > MAX_VOID_LOOK_UPS) return 'broken';
  if (walk.all === '+') return 'open';
  if (includes.length > 0 && !includes.some((each) => walk.included.has(each))) return 'without_provider';
  return walk.all === '-' || walk.all === '~' ? 'good' : 'weak';
}

type SpfWalk = { lookUps: number; voids: number; included: Set<string>; all: string | undefined };

/** `decides`: its `all` is the domain's. */
type SpfRecord = { name: string; record: string; decides: boolean };

type SpfProblem = 'broken' | 'too_many_look_ups' | 'unknown';

/** Goes through the terms as a receiver does whom none of them matches. A record that is included twice counts twice. */
async function walkSpf(dns: JudgeDns, from: SpfRecord, walk: SpfWalk): Promise<SpfProblem | undefined> {
  const terms = from.record.toLowerCase().split(/\s+/).filter(Boolean).slice(1);
  if (!terms.every((term) => SPF_TERM.test(term))) return 'broken';
  const end = terms.findIndex((term) => /^[+?~-]?all$/.test(term));
  const isRedirect = (term: string): boolean => term.startsWith('redirect=');
  const mechanisms = (end === -1 ? terms : terms.slice(0, end)).filter((term) => !isRedirect(term));
  for (const term of [...mechanisms, ...(end === -1 ? terms.filter(isRedirect) : [])]) {
    const problem = await walkTerm(dns, term, from, walk);
    if (problem !== undefined) return problem;
  }
  if (from.decides && end !== -1) walk.all = /^[?~-]/.exec(terms[end] ?? '')?.[0] ?? '+';
  return undefined;
}

async function walkTerm(
  dns: JudgeDns,
  term: string,
  { name: current, decides }: SpfRecord,
  walk: SpfWalk,
): Promise<SpfProblem | undefined> {
  const [, qualifier, kind, target = current] =
    /^([+?~-]?)(include|redirect|exists|a|mx|ptr)(?:[:=]([^/]+))?(?:\/|$)/.exec(term) ?? [];
  if (kind === undefined) return undefined;
  walk.lookUps += 1;
  if (walk.lookUps > MAX_SPF_LOOK_UPS) return 'too_many_look_ups';
  // A macro's value is known only with a mail.
  if (target.includes('%') || kind === 'ptr') return undefined;
  const name = target.replace(/\.$/, '');
  if (kind !== 'include' && kind !== 'redirect') {
    if ((await (kind === 'mx' ? dns.mx(name) : dns.a(name))).kind === 'none') walk.voids += 1;
    return undefined;
  }
  if (qualifier !== '-') walk.included.add(name);
  const found = spfOf(await dns.txt(name));
  if (found === 'failed') return 'unknown';
  const [record] = found;
  if (record === undefined || found.length > 1) return 'broken';
  return walkSpf(dns, { name, record, decides: decides && kind === 'redirect' }, walk);
}

function spfOf(txt: Found<string>): string[] | 'failed' {
  if (txt.kind === 'failed') return 'failed';
  return txt.kind === 'none' ? [] : txt.records.filter((record) => /^v=spf1(?:\s|$)/i.test(record));
}

/** The record of the domain, else the one that RFC 9989's walk up from it finds. Of two records at one name, none counts. */
async function judgeDmarc(dns: Pick<Dns, 'txt'>, domain: string): Promise<DomainVerdict['dmarc']> {
  let found: { name: string; tags: DmarcTags } | undefined;
  let isDouble = false;
  for (const name of dmarcNames(domain)) {
    const txt = await dns.txt(`_dmarc.${name}`);
    // What stands above an organization's record is nearly always nothing.
    if (txt.kind === 'failed' && found !== undefined) break;
    if (txt.kind === 'failed') return 'unknown';
    const [tags, ...more] = readDmarc(txt);
    isDouble ||= more.length > 0;
    if (tags === undefined || more.length > 0) continue;
    if (name === domain) return judgePolicy(tags, tags.p);
    // A public suffix: only the name right below it can be somebody's.
    if (tags.psd === 'y' && found?.name.replace(/^[^.]*\./, '') === name) break;
    found = { name, tags };
    if (tags.psd === 'y' || tags.psd === 'n') break;
  }
  if (found === undefined) return isDouble ? 'broken' : 'missing';
  return judgePolicy(found.tags, found.tags.sp ?? found.tags.p);
}

/** The tags that matter here; a missing one was left out. */
type DmarcTags = Partial<Record<'p' | 'sp' | 'psd' | 't' | 'rua', string>>;

function readDmarc(txt: Found<string>): DmarcTags[] {
  const records = txt.kind === 'found' ? txt.records.filter((text) => /^v\s*=\s*DMARC1\s*(?:;|$)/.test(text)) : [];
  return records.map((record) => {
    const tags = record.split(';').map((tag) => tag.split('=').map((part) => part.trim().toLowerCase()));
    return Object.fromEntries(tags.map(([tag = '', value]) => [tag, value]));
  });
}

/** Where the policy is invalid, the record counts as none if it asks for reports, and not at all otherwise (RFC 9989, 4.10.1). */
function judgePolicy({ rua, t }: DmarcTags, policy = ''): DomainVerdict['dmarc'] {
  if (!['none', 'quarantine', 'reject'].includes(policy)) return rua === undefined ? 'broken' : 'monitoring';
  return policy === 'reject' || (policy === 'quarantine' && t !== 'y') ? 'enforced' : 'monitoring';
}

/** Of a name with more than 8 labels, those above it are cut to 7 first. */
function dmarcNames(domain: string): string[] {
  const labels = domain.split('.');
  const above = labels.length > MAX_DMARC_QUERIES ? labels.slice(-7) : labels.slice(1);
  const names = above.map((_, index) => above.slice(index).join('.'));
  return [domain, ...names.slice(0, MAX_DMARC_QUERIES - 1)];
}

async function judgeDkim(dns: Pick<Dns, 'txt'>, domain: string): Promise<DomainVerdict['dkim']> {
  const answers = await Promise.all(DKIM_SELECTORS.map((selector) => dns.txt(`${selector}._domainkey.${domain}`)));
  if (
    answers.some((txt) => txt.kind === 'found' && txt.records.some((record) => /(?:^|;)\s*p\s*=\s*[^;\s]/.test(record)))
  )
    return 'found';
  return answers.some((txt) => txt.kind === 'failed') ? 'unknown' : 'not_found';
}
