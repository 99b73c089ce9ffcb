/** Reasons for a login that can't work with the current input. Only a refusal holds an inbox back. */
export const REFUSAL_REASONS = [
  'no_such_host',
  'port_closed',
  'not_mail_server',
  /** The port starts without TLS, where TLS from the first byte is usual. */
  'starts_unencrypted',
  /** The server has no STARTTLS; the password was not sent. */
  'no_encryption',
  /** Below TLS 1.2. */
  'outdated_tls',
  'certificate_other_name',
  'certificate_expired',
  'certificate_self_signed',
  'certificate_incomplete',
  'wrong_login',
  'app_password_needed',
  /** The provider wants someone to sign in in a browser first. */
  'browser_needed',
  'imap_off',
  'account_locked',
  /** The server takes OAuth only. */
  'no_password_login',
  /** Microsoft switched basic authentication off for the tenant or the mailbox. */
  'microsoft_password_login_off',
  /** Microsoft gives no reason: a wrong password, no license, or password logins are off. */
  'microsoft_refused',
] as const;

/** Reasons for not knowing if the login works. */
export const UNKNOWN_REASONS = [
  /** The bot does not connect to this name, address or port. */
  'not_tested_here',
  'dns_failed',
  'no_connection',
  /** The server hangs, or the port expects TLS from the first byte. */
  'no_greeting',
  'no_answer',
  'hung_up',
  /** Busy, greylisting, too many logins, a fault at the server. */
  'try_later',
  /** The server refuses the bot's address. It may accept ColdSend's. */
  'bot_refused',
  /** The server refused several logins in a row, and more of them would get the bot banned. */
  'host_paused',
  /** The bot checks only so many logins a minute and at once. */
  'over_budget',
  'not_understood',
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];
export type UnknownReason = (typeof UNKNOWN_REASONS)[number];

/** The result of a login at one server. It never has the server's own words, except the host name of a certificate. */
export type HalfVerdict =
  | { kind: 'works' }
  | { kind: 'refused'; reason: RefusalReason; certificateName?: string | undefined }
  | { kind: 'unknown'; reason: UnknownReason };

/** Sending and reading are two logins, often at two servers. */
export type LoginVerdict = { smtp: HalfVerdict; imap: HalfVerdict };

/** Whether the login can't work as it is. */
export function isRefused({ smtp, imap }: LoginVerdict): boolean {
  return smtp.kind === 'refused' || imap.kind === 'refused';
}
