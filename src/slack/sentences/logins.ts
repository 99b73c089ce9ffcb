import type { RefusalReason, UnknownReason } from '../../add-inbox/account/login-verdict.ts';

/** The server that was tried, unchanged from the form. */
export type TriedServer = { host: string; port: number; half: 'smtp' | 'imap' };

type Say = (server: TriedServer) => string;

/** With TLS from the start (RFC 8314). */
const TLS_PORTS = { smtp: 465, imap: 993 };

/** The results of the bot's own login check, one line for each server. */
export const LOGIN_CHECK = {
  title: 'Our check',
  notTested: "We can't test these servers from here.",
  halves: { smtp: 'Sending (SMTP)', imap: 'Reading (IMAP)' },
  both: (said: string) => `Sending and reading: ${said}`,
  works: 'The login works.',
  /** ColdSend refused the login all the same. */
  bothWork: 'So the password is right. Try again. If ColdSend refuses it again, ask your mail provider why.',
  /** Left out where the certificate names no server. */
  useCertificateName: (name: string) => `The certificate is for ${name}. Use that name as the server.`,
} as const;

export const LOGIN_REFUSALS: Record<RefusalReason, Say> = {
  no_such_host: ({ host }) => `There is no server called ${host}. Check the spelling.`,
  port_closed: (server) => `${server.host} takes no connections on port ${server.port}. ${nameUsualPort(server)}`,
  not_mail_server: ({ host, port }) => `${host} is not a mail server on port ${port}. Check the server and the port.`,
  starts_unencrypted: ({ port, half }) =>
    `The server starts without encryption on port ${port}. Use port ${half === 'smtp' ? '587' : '143'} instead.`,
  no_encryption: ({ host, port }) =>
    `${host} offers no encryption on port ${port}, so we didn't send the password. Use another port.`,
  outdated_tls: ({ host }) =>
    `${host} offers only outdated encryption (below TLS 1.2). Ask your mail provider for another server.`,
  certificate_other_name: ({ host }) =>
    `The certificate is not for ${host}. Ask your mail provider for the right server name.`,
  certificate_expired: ({ host }) => `The certificate of ${host} has expired. Ask your mail provider to renew it.`,
  certificate_self_signed: ({ host }) =>
    `${host} made its certificate itself, so nobody can trust it. Ask your mail provider for a trusted one.`,
  certificate_incomplete: ({ host }) =>
    `The certificate of ${host} is incomplete or from an unknown issuer. Ask your mail provider to fix it.`,
  wrong_login: () => 'The user name or password is wrong. Check both.',
  app_password_needed: () =>
    "The provider wants an app password, not the normal one. Create one in the mailbox's security settings.",
  browser_needed: () => 'The provider wants someone to sign in in a browser first. Do that, then try again.',
  imap_off: () => "IMAP is off for this mailbox. Turn it on in the mailbox's settings or the admin console.",
  account_locked: () => 'The mailbox is locked or disabled. Ask the person who manages it.',
  no_password_login: ({ host }) =>
    `${host} takes no passwords. Connect this mailbox in the ColdSend dashboard instead.`,
  microsoft_password_login_off: () =>
    'Microsoft has turned password logins off here. Connect this mailbox with “Outlook” in the ColdSend dashboard.',
  microsoft_refused: () =>
    'Microsoft refused the login. Password logins are mostly off there. Connect this mailbox with “Outlook” in the ColdSend dashboard.',
};

export const LOGIN_UNKNOWNS: Record<UnknownReason, Say> = {
  not_tested_here: () => "We can't test this server from here.",
  dns_failed: ({ host }) => `We couldn't look up ${host}. Try again later.`,
  no_connection: ({ host, port }) =>
    `${host} did not answer on port ${port}. If this happens for every server, our network blocks mail ports.`,
  no_greeting: ({ port, half }) =>
    port === TLS_PORTS[half]
      ? `The server said nothing on port ${port}. Try again later.`
      : `The server said nothing on port ${port}. It may need TLS from the start: try port ${TLS_PORTS[half]}.`,
  no_answer: () => 'The server took too long to answer. Try again later.',
  hung_up: () => 'The server ended the connection. A firewall may block this bot, but not ColdSend.',
  try_later: () => 'The server is busy or limits logins. Try again later.',
  bot_refused: () => "The server doesn't talk to this bot. It may still talk to ColdSend.",
  host_paused: () => 'The server refused several logins in a row. We pause checks there for ten minutes.',
  over_budget: () => 'We checked many logins just now, so we skipped this one. Try again in a minute.',
  not_understood: () => "We couldn't make sense of the server's answer.",
};

/** A port that was not tried; where there is none, the name may be wrong. */
function nameUsualPort({ port, half }: TriedServer): string {
  if (half === 'imap') return port === TLS_PORTS.imap ? 'Check the name of the server.' : 'The usual port is 993.';
  if (port === 587) return 'Try port 465.';
  return port === TLS_PORTS.smtp ? 'Try port 587.' : 'The usual ports are 465 and 587.';
}

/** Why a login in a list was not checked, where a single inbox has other words for it. */
export const LOGIN_NOT_CHECKED: Partial<Record<UnknownReason, Say>> = {
  host_paused: ({ host }) => `${host} refused five logins in a row. I don't ask it again for ten minutes.`,
  over_budget: () => 'I had no time for more logins.',
};
