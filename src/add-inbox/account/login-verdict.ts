/** The reason that a mail server doesn't accept a login with the entered data. Only a refusal stops an inbox from being added. */
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
  /** The provider first requires a sign-in in a browser. */
  'browser_needed',
  'imap_off',
  'account_locked',
  /** The server accepts only OAuth. */
  'no_password_login',
  /** Microsoft switched basic authentication off for the tenant or the mailbox. */
  'microsoft_password_login_off',
  /** Microsoft gives no reason. Possible causes: a wrong password, no license, or password logins are off. */
  'microsoft_refused',
] as const;

/** The reason that the bot can't know whether the login works. */
export const UNKNOWN_REASONS = [
  /** The bot doesn't connect to this name, one of its addresses, or this port. */
  'not_tested_here',
  'dns_failed',
  'no_connection',
  /** The server hangs, or the port expects TLS from the first byte. */
  'no_greeting',
  'no_answer',
  'hung_up',
  /** The server is busy, uses greylisting, got too many logins, or has a fault. */
  'try_later',
  /** The server rejects connections from the bot's address. It may accept them from ColdSend's. */
  'bot_refused',
  /** The server refused several logins in a row. More attempts would get the bot banned. */
  'host_paused',
  'not_understood',
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];
export type UnknownReason = (typeof UNKNOWN_REASONS)[number];

/** The result of a login at one server. It contains none of the server's own words, except a certificate's host name. */
export type HalfVerdict =
  | { kind: 'works' }
  | { kind: 'refused'; reason: RefusalReason; certificateName?: string }
  | { kind: 'unknown'; reason: UnknownReason };

/** Sending and reading are two logins, often at two servers. */
export type LoginVerdict = { smtp: HalfVerdict; imap: HalfVerdict };
