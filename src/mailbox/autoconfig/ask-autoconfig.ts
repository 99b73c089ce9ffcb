import type { Servers } from '../../add-inbox/account/detection.ts';
import type { AddressGuard } from '../safe-address.ts';
import { type FetchLimits, fetchFromAddress, type HttpsTarget } from './fetch-from-address.ts';
import { readAutoconfig } from './read-autoconfig.ts';

export type AskAutoconfigDeps = {
  guard: AddressGuard;
  fetchText?: (target: HttpsTarget, limits: FetchLimits) => Promise<string | undefined>;
};

const LIMITS: FetchLimits = { timeoutMs: 3_000, bytes: 64 * 1024 };

/**
 * Asks a domain's web servers for its mail servers (draft-ietf-mailmaint-autoconfig). They get the domain only, never the address. Their
 * IP addresses are checked like those of mail servers. Thunderbird's database is not asked, because Mozilla would learn the domain.
 * Never rejects.
 *
 * @returns a function of the domain, in ASCII and lower case
 */
export function createAskAutoconfig({ guard, fetchText = fetchFromAddress }: AskAutoconfigDeps) {
  return async (domain: string): Promise<Servers | undefined> => {
    const answers = await Promise.all(pagesOf(domain).map((page) => ask(page, domain)));
    return answers.find((servers) => servers !== undefined);
  };

  async function ask({ host, path }: Page, domain: string): Promise<Servers | undefined> {
    const resolved = await guard.resolve(host);
    if (resolved.kind !== 'addresses') return undefined;
    const target = { name: resolved.name, address: resolved.addresses[0], port: 443, path };
    const text = await fetchText(target, LIMITS);
    return text === undefined ? undefined : readAutoconfig(text, domain);
  }
}

type Page = { host: string; path: string };

/** The one to believe first. */
function pagesOf(domain: string): Page[] {
  return [
    { host: `autoconfig.${domain}`, path: '/mail/config-v1.1.xml' },
    { host: domain, path: '/.well-known/autoconfig/mail/config-v1.1.xml' },
  ];
}
