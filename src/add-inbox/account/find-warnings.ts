import { hasBlankEnds } from './clean-text.ts';
import { PROVIDERS } from './providers.ts';
import type { SenderAccount } from './sender-account.ts';

const WARNINGS = [
  'smtp_port_encrypted',
  'smtp_password_blank',
  'smtp_password_quotes',
  'imap_port_encrypted',
  'imap_password_blank',
  'imap_password_quotes',
  'above_maximum',
  'other_domain',
] as const;

/** Input that is valid but probably a mistake. */
export type Warning = (typeof WARNINGS)[number];

/** RFC 8314: on these ports every connection begins with TLS. */
const ENCRYPTED_PORTS = [465, 993];

const CURLY_QUOTES = /[\u2018-\u201F]/;

/**
 * Warnings that a person checks before the inbox is added. A password that is used twice gets one warning.
 *
 * @param isOtherDomain whether the address has a domain that is not the client's
 */
export function findWarnings(account: SenderAccount, isOtherDomain = false): Warning[] {
  const { smtp_password, imap_password } = account;
  const isOneLogin = imap_password === smtp_password;
  const found: Record<Warning, boolean> = {
    smtp_port_encrypted: !account.smtp_use_tls && ENCRYPTED_PORTS.includes(account.smtp_port),
    smtp_password_blank: hasBlankEnds(smtp_password),
    smtp_password_quotes: CURLY_QUOTES.test(smtp_password),
    imap_port_encrypted: !account.imap_use_ssl && ENCRYPTED_PORTS.includes(account.imap_port),
    imap_password_blank: !isOneLogin && hasBlankEnds(imap_password),
    imap_password_quotes: !isOneLogin && CURLY_QUOTES.test(imap_password),
    other_domain: isOtherDomain,
    above_maximum: account.daily_limit > PROVIDERS[account.inbox_type].maxDailyLimit,
  };
  return WARNINGS.filter((warning) => found[warning]);
}
