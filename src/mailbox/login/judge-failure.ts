import type { HalfVerdict, RefusalReason, UnknownReason } from '../../add-inbox/account/login-verdict.ts';
import type { LoginFailure } from './login-failure.ts';

const UNKNOWN_CODES = new Map<string, UnknownReason>([
  ['CONNECT_TIMEOUT', 'no_connection'],
  ['EHOSTUNREACH', 'no_connection'],
  ['ENETUNREACH', 'no_connection'],
  ['EADDRNOTAVAIL', 'no_connection'],
  ['EACCES', 'no_connection'],
  ['EPERM', 'no_connection'],
  ['GREETING_TIMEOUT', 'no_greeting'],
  ['ETIMEDOUT', 'no_answer'],
  ['ETIMEOUT', 'no_answer'],
  ['UPGRADE_TIMEOUT', 'no_answer'],
  ['ECONNRESET', 'hung_up'],
  ['EPIPE', 'hung_up'],
  ['ECONNECTION', 'hung_up'],
  ['ESOCKET', 'hung_up'],
  ['ClosedAfterConnectText', 'hung_up'],
  ['ClosedAfterConnectTLS', 'hung_up'],
  ['NoConnection', 'hung_up'],
  ['EConnectionClosed', 'hung_up'],
  // While TLS began. nodemailer has the same code for a refused STARTTLS.
  ['ETLS', 'hung_up'],
  ['ETHROTTLE', 'try_later'],
]);

const REFUSED_CODES = new Map<string, RefusalReason>([
  ['ENOTFOUND', 'no_such_host'],
  ['ECONNREFUSED', 'port_closed'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'starts_unencrypted'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'starts_unencrypted'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'outdated_tls'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'outdated_tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate_other_name'],
  ['CERT_HAS_EXPIRED', 'certificate_expired'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate_self_signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate_self_signed'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate_incomplete'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'certificate_incomplete'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate_incomplete'],
]);

/** Refusals in a vendor's words in lower case, the telling ones first. */
const REFUSED_WORDS: readonly [RegExp, RefusalReason][] = [
  [/\b5\.7\.139\b.*credentials were incorrect/, 'microsoft_refused'],
  // learn.microsoft.com: 5.7.139 is SMTP AUTH switched off, 5.7.30 the end of basic authentication
  [/\b5\.7\.(?:139|30)\b|smtpclientauthentication is disabled|basic authentication is/, 'microsoft_password_login_off'],
  // support.google.com/a/answer/3726730; Yahoo, iCloud and Zoho say "app password" as well
  [/\bapp(?:lication)?[- ](?:specific )?password/, 'app_password_needed'],
  [/web browser|webalert|\b5\.7\.14\b/, 'browser_needed'],
  [/not enabled for imap|enable imap|imap (?:access )?is (?:disabled|not enabled)/, 'imap_off'],
];

/** Some servers end every refusal with "try again". */
const LATER_WORDS =
  /too many|temporar|unavailab|try again (?:later|in|after)\b|rate limit|throttl|(?:internal|server|system|backend) error|not available|timed? ?out|overload|maintenance|connection lost|generic failure/;

const LATER_IMAP_CODES = ['UNAVAILABLE', 'LIMIT', 'INUSE', 'SERVERBUG', 'OVERQUOTA', 'SYS/TEMP'];

/** The server refuses an address of the internet, or its country, and not the mailbox. */
const BOT_REFUSED_WORDS = [
  /\b(?:ip|host|network|location|country|region)\b.{0,40}\b(?:blocked|banned|denied|rejected|not (?:allowed|permitted))/,
  /\b(?:blocked|banned|denied|rejected|not (?:allowed|permitted))\b.{0,40}\b(?:ip|network|location|country|region)\b/,
  /(?:black|block|deny) ?list|spamhaus/,
];

const LOCKED_WORDS = /\b5\.7\.13\b|(?:account|mailbox|user)\b.{0,40}\b(?:disabled|suspended|locked|blocked)/;

/** Microsoft does not say more than that it was refused. */
const MICROSOFT_WORDS = /authenticated but not connected|\b5\.7\.3\b|(?:login|authenticate) failed/;

const MICROSOFT_HOST = /(?:^|\.)(?:office365|outlook|office)\.(?:com|us|de)$/;

/** RFC 4954: the mechanism or the command is not known, not allowed, or too weak. */
const NO_PASSWORD_STATUSES = [500, 502, 503, 504, 530, 534, 538];

/**
 * The verdict on a failed login. A refusal needs a clear reason; everything else is unknown: holding a good inbox back because a
 * server had a bad moment does more harm than sending a bad one to ColdSend.
 *
 * @param host the server's name: some answers mean more where they are Microsoft's
 */
export function judgeFailure(failure: LoginFailure, host: string): HalfVerdict {
  const { code } = failure;
  if (isTemporary(failure)) return unknown('try_later');
  if (failure.atLogin) return judgeRefusedLogin(failure, host);
  const refusal = REFUSED_CODES.get(code);
  if (refusal === 'certificate_other_name' && failure.certificateName !== undefined) {
    return { ...refused(refusal), certificateName: failure.certificateName };
  }
  if (refusal !== undefined) return refused(refusal);
  if (failure.atStarttls) return refused('no_encryption');
  if (failure.atGreeting) return unknown('no_greeting');
  if (failure.isBye || (failure.status ?? 0) >= 500) return unknown('bot_refused');
  if (code === 'EPROTOCOL') return refused('not_mail_server');
  return unknown(UNKNOWN_CODES.get(code) ?? 'not_understood');
}

function isTemporary({ status = 0, imapCode = '', atLogin, isBye, words }: LoginFailure): boolean {
  if (status >= 400 && status < 500) return true;
  if (LATER_IMAP_CODES.includes(imapCode)) return true;
  if (REFUSED_WORDS.some(([pattern]) => pattern.test(words)) || refusesBot(words)) return false;
  return (atLogin || isBye) && LATER_WORDS.test(words);
}

function judgeRefusedLogin({ status, imapStatus, imapCode, words }: LoginFailure, host: string): HalfVerdict {
  const [, told] = REFUSED_WORDS.find(([pattern]) => pattern.test(words)) ?? [];
  if (told !== undefined) return refused(told);
  if (refusesBot(words)) return unknown('bot_refused');
  if (imapCode === 'CONTACTADMIN' || LOCKED_WORDS.test(words)) return refused('account_locked');
  if (MICROSOFT_HOST.test(host) && MICROSOFT_WORDS.test(words)) return refused('microsoft_refused');
  if (imapCode === 'PRIVACYREQUIRED' || NO_PASSWORD_STATUSES.includes(status ?? 0)) return refused('no_password_login');
  if (imapStatus === 'NO' || (status !== undefined && status >= 500 && status < 600)) return refused('wrong_login');
  // imapflow's own words.
  return words === 'login is disabled' ? refused('no_password_login') : unknown('not_understood');
}

function refusesBot(words: string): boolean {
  return BOT_REFUSED_WORDS.some((pattern) => pattern.test(words));
}

function refused(reason: RefusalReason): { kind: 'refused'; reason: RefusalReason } {
  return { kind: 'refused', reason };
}

function unknown(reason: UnknownReason): HalfVerdict {
  return { kind: 'unknown', reason };
}
