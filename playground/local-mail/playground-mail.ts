import { type Account, refuses, VENDOR_ANSWERS } from './accounts.ts';
import { createImapSession } from './imap-session.ts';
import { type MailServer, startMailServer } from './mail-server.ts';
import type { NameRecords, NameTable } from './name-server.ts';
import { createSmtpSession } from './smtp-session.ts';
import { type LocalMail, startLocalMail } from './start-local-mail.ts';

export type PlaygroundMail = {
  /** Settings for the bot. */
  env: { DNS_SERVERS: string; LOGIN_CHECK_NETWORKS: string };
  /** For NODE_EXTRA_CA_CERTS, or `tls.setDefaultCACertificates`. */
  authority: string;
  close: () => Promise<void>;
};

/** The domain of the addresses in ACCOUNTS. All other addresses log in with any password. */
export const MAIL_DOMAIN = 'acme.test';

/** Others where look-ups end differently: at providers, late, with nothing, and with a reason why there can be no inbox. */
export const DOMAINS_TO_TRY = [
  'google.test',
  'microsoft.test',
  'zoho.test',
  'slow.test',
  'unknown.test',
  'proton.test',
  'no-mail.test',
  'nowhere.test',
];

/** By the part of the address before the @. */
export const ACCOUNTS: Record<string, Account> = {
  'wrong-password': refuses(VENDOR_ANSWERS.wrongPassword),
  'wrong-imap': refuses({ imap: VENDOR_ANSWERS.wrongPassword.imap }),
  'app-password': refuses(VENDOR_ANSWERS.googleAppPassword),
  browser: refuses(VENDOR_ANSWERS.googleBrowser),
  'imap-off': refuses(VENDOR_ANSWERS.googleImapOff),
  // Its usual words for IMAP say as much only at a host of Microsoft's.
  microsoft: refuses({ ...VENDOR_ANSWERS.microsoftSmtpOff, imap: 'NO Basic authentication is disabled.' }),
  locked: refuses(VENDOR_ANSWERS.locked),
  greylisted: refuses(VENDOR_ANSWERS.greylists),
  'too-many': refuses(VENDOR_ANSWERS.tooMany),
  hangs: { smtp: 'hangs', imap: 'hangs' },
  closes: { smtp: 'closes', imap: 'closes' },
};

/** What there is to see, each with an address. `isRefused`: only after ColdSend refused its login. */
export const ADDRESSES_TO_TRY: readonly { address: string; shows: string; isRefused: boolean }[] = [
  { address: `jane@${MAIL_DOMAIN}`, shows: 'Found by SRV', isRefused: false },
  { address: 'jane@slow.test', shows: 'Found late', isRefused: false },
  { address: 'jane@microsoft.test', shows: 'Microsoft 365', isRefused: false },
  { address: 'jane@proton.test', shows: 'Proton has no IMAP', isRefused: false },
  { address: 'jane@no-mail.test', shows: 'Takes no mail', isRefused: false },
  { address: 'jane@nowhere.test', shows: 'No such domain', isRefused: false },
  { address: 'jane@no-spf.test', shows: 'SPF is missing', isRefused: false },
  { address: `wrong-imap@${MAIL_DOMAIN}`, shows: 'Wrong IMAP password', isRefused: true },
  { address: 'jane@no-tls.test', shows: 'No TLS', isRefused: true },
  { address: 'jane@expired.test', shows: 'Expired certificate', isRefused: true },
  { address: `microsoft@${MAIL_DOMAIN}`, shows: 'No password logins', isRefused: true },
];

const GOOD_RECORDS = { spf: 'v=spf1 mx -all', dmarc: 'v=DMARC1; p=reject' };

type Ports = { smtp: number; imap: number };

/** Mail servers and domains for every result of detection and of login checks. */
export async function startPlaygroundMail(): Promise<PlaygroundMail> {
  const anyone: Account = { smtp: 'works', imap: 'works' };
  const refused = Object.entries(ACCOUNTS).map(([name, account]) => [`${name}@${MAIL_DOMAIN}`, account]);
  const mail = await startLocalMail({ accounts: { '*': anyone, ...Object.fromEntries(refused) } });
  const [smtp, imap] = await startUnencrypted(mail);
  const encrypted = { smtp: mail.ports.smtps, imap: mail.ports.imaps };
  addDomain(mail, MAIL_DOMAIN, encrypted, GOOD_RECORDS);
  addDomain(mail, 'starttls.test', { smtp: mail.ports.submission, imap: mail.ports.imap }, GOOD_RECORDS);
  addDomain(mail, 'no-tls.test', { smtp: smtp.port, imap: imap.port }, GOOD_RECORDS);
  addDomain(mail, 'no-spf.test', encrypted, {});
  addDomain(mail, 'expired.test', encrypted, GOOD_RECORDS);
  addDomain(mail, 'other-name.test', encrypted, GOOD_RECORDS);
  mail.flaws['mail.expired.test'] = 'expired';
  mail.flaws['mail.other-name.test'] = { nameInstead: `mail.${MAIL_DOMAIN}` };
  addDomain(mail, 'slow.test', encrypted, GOOD_RECORDS);
  Object.assign(mail.names, PROVIDER_DOMAINS);
  return {
    env: { DNS_SERVERS: mail.nameServer, LOGIN_CHECK_NETWORKS: '127.0.0.1/32' },
    authority: mail.authority,
    close: async () => {
      await Promise.all([mail.close(), smtp.close(), imap.close()]);
    },
  };
}

/** Where the bot may not log in: the providers' servers are not here. */
const NOT_HERE: NameRecords = { A: ['127.0.0.2'] };

/** Domains at providers: their records name the provider. */
const PROVIDER_DOMAINS: NameTable = {
  'smtp.gmail.com': NOT_HERE,
  'imap.gmail.com': NOT_HERE,
  'smtp.office365.com': NOT_HERE,
  'outlook.office365.com': NOT_HERE,
  'acme.com': { ...mx('smtp.google.com'), TXT: ['v=spf1 include:_spf.google.com ~all'] },
  '_dmarc.acme.com': { TXT: ['v=DMARC1; p=reject'] },
  'google._domainkey.acme.com': { TXT: ['v=DKIM1; k=rsa; p=MIGf'] },
  'google.test': { ...mx('smtp.google.com'), TXT: ['v=spf1 include:_spf.google.com ~all'] },
  '_spf.google.com': { TXT: ['v=spf1 ip4:93.184.215.0/24 ~all'] },
  'microsoft.test': mx('microsoft-test.mail.protection.outlook.com'),
  'zoho.test': mx('mx.zoho.eu'),
  'unknown.test': mx('mail.unknown.test'),
  // Only its SRV records are answered, so the servers are found after some seconds.
  'slow.test': 'silent',
  'proton.test': mx('mail.protonmail.ch'),
  'no-mail.test': { MX: [{ exchange: '', priority: 0 }] },
};

function mx(exchange: string): NameRecords {
  return { MX: [{ exchange, priority: 10 }] };
}

/** A domain with mail servers of its own, found by SRV. */
function addDomain(mail: LocalMail, domain: string, ports: Ports, { spf, dmarc }: Partial<typeof GOOD_RECORDS>): void {
  const host = `mail.${domain}`;
  mail.names[domain] = { ...mx(host), TXT: spf === undefined ? [] : [spf] };
  mail.names[host] = { A: ['127.0.0.1'] };
  mail.names[`_submissions._tcp.${domain}`] = { SRV: [{ name: host, port: ports.smtp }] };
  mail.names[`_imaps._tcp.${domain}`] = { SRV: [{ name: host, port: ports.imap }] };
  if (dmarc !== undefined) mail.names[`_dmarc.${domain}`] = { TXT: [dmarc] };
}

function startUnencrypted({ accounts, certificateFor }: LocalMail): Promise<[smtp: MailServer, imap: MailServer]> {
  const start = (port: string, create: typeof createSmtpSession | typeof createImapSession) =>
    startMailServer({
      port,
      implicitTls: false,
      certificateFor,
      createSession: (isSecure) => create({ accounts, isSecure, offersStarttls: false }),
    });
  return Promise.all([start('587', createSmtpSession), start('143', createImapSession)]);
}
