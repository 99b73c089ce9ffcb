import type { Servers } from '../add-inbox/account/detection.ts';
import { PROVIDERS } from '../add-inbox/account/providers.ts';

/** A provider, by the domains of its addresses and the ends of its mail exchangers' names. */
type KnownProvider = Servers & {
  addressDomains: readonly string[];
  mxSuffixes: readonly string[];
  /** The `include:` of its customers' SPF record, any one of these: it tells the provider where a spam filter has the MX. */
  spfIncludes?: readonly string[];
};

const GOOGLE = preset('GOOGLE_WORKSPACE');
const MICROSOFT = preset('OUTLOOK_365');

/**
 * Each with where its servers are documented. Zoho, Yahoo, AOL, Rackspace, OVH, Gandi, one.com, IONOS, GMX, Strato and
 * Fastmail stand in Thunderbird's ISPDB as well.
 */
const KNOWN_PROVIDERS: readonly KnownProvider[] = [
  // support.google.com/mail/answer/7126229
  {
    ...GOOGLE,
    addressDomains: ['gmail.com', 'googlemail.com'],
    mxSuffixes: ['google.com', 'googlemail.com'],
    spfIncludes: ['_spf.google.com'],
  },
  // learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/pop3-and-imap4
  {
    ...MICROSOFT,
    addressDomains: ['outlook.com', 'hotmail.com', 'live.com', 'msn.com'],
    mxSuffixes: ['mail.protection.outlook.com', 'mx.microsoft', 'outlook.com', 'hotmail.com'],
    spfIncludes: ['spf.protection.outlook.com'],
  },
  // zoho.com/mail/help/imap-access.html; a data center has servers of its own
  ...['com', 'eu', 'in', 'com.au', 'jp', 'sa'].map((end) => ({
    ...custom('Zoho Mail', `smtp.zoho.${end}`, 465, `imap.zoho.${end}`),
    addressDomains: end === 'com' ? ['zoho.com', 'zohomail.com'] : [`zohomail.${end}`],
    mxSuffixes: [`zoho.${end}`],
    // Zoho shows the first one today, and showed the others before.
    spfIncludes: [`zohomail.${end}`, `zoho.${end}`, `spf.zoho.${end}`],
  })),
  // zoho.com/mail/help/zoho-mail-canada-data-center
  {
    ...custom('Zoho Mail', 'smtp.zohocloud.ca', 465, 'imap.zohocloud.ca'),
    addressDomains: ['zohomail.ca'],
    mxSuffixes: ['zohocloud.ca'],
  },
  // fastmail.help/hc/en-us/articles/1500000278342
  {
    ...custom('Fastmail', 'smtp.fastmail.com', 465, 'imap.fastmail.com'),
    addressDomains: ['fastmail.com', 'fastmail.fm'],
    mxSuffixes: ['messagingengine.com'],
    spfIncludes: ['spf.messagingengine.com'],
  },
  // docs.rackspace.com/docs/settings-for-your-email-clients
  {
    ...custom('Rackspace', 'secure.emailsrvr.com', 465, 'secure.emailsrvr.com'),
    addressDomains: [],
    mxSuffixes: ['emailsrvr.com'],
    spfIncludes: ['emailsrvr.com'],
  },
  // ionos.com/help/email/general-topics/settings-for-your-email-programs-imap-pop3; a country has servers of its own, and older names
  // of its MX from when IONOS was called 1&1
  ...Object.entries({
    com: ['1and1.com', 'perfora.net'],
    de: ['kundenserver.de', 'schlund.de'],
    'co.uk': ['1and1.co.uk', 'oneandone.co.uk'],
    fr: ['1and1.fr', 'unetun.com'],
    es: ['1and1.es', 'clienteservidor.es'],
    it: ['1and1.it', 'servercliente.it'],
    mx: ['1and1.mx'],
  }).map(([end, older]) => ({
    ...custom('IONOS', `smtp.ionos.${end}`, 465, `imap.ionos.${end}`),
    addressDomains: end === 'de' ? ['online.de'] : [],
    mxSuffixes: [`ionos.${end}`, ...older],
  })),
  // help.ovhcloud.com: Email, general settings; other names in ovh.net are of customers' own servers, and of Exchange
  {
    ...custom('OVHcloud', 'ssl0.ovh.net', 465, 'ssl0.ovh.net'),
    addressDomains: [],
    mxSuffixes: ['', '0', '1', '2', '3', '4', 'b'].flatMap((each) => [`mx${each}.mail.ovh.net`, `mx${each}.ovh.net`]),
    spfIncludes: ['mx.ovh.com'],
  },
  // docs.gandi.net/en/gandimail/configuration
  {
    ...custom('Gandi', 'mail.gandi.net', 465, 'mail.gandi.net'),
    addressDomains: [],
    mxSuffixes: ['gandi.net'],
    spfIncludes: ['_mailcust.gandi.net'],
  },
  // help.one.com: Mail server settings
  {
    ...custom('one.com', 'send.one.com', 465, 'imap.one.com'),
    addressDomains: [],
    mxSuffixes: ['one.com'],
    spfIncludes: ['_custspf.one.com'],
  },
  // support.hostinger.com: Email client settings
  {
    ...custom('Hostinger', 'smtp.hostinger.com', 465, 'imap.hostinger.com'),
    addressDomains: [],
    mxSuffixes: ['hostinger.com', 'hostinger.in'],
    spfIncludes: ['_spf.mail.hostinger.com'],
  },
  // support.titan.email: Configure Titan on other apps
  {
    ...custom('Titan', 'smtp.titan.email', 465, 'imap.titan.email'),
    addressDomains: [],
    mxSuffixes: ['titan.email'],
    spfIncludes: ['spf.titan.email'],
  },
  // yandex.com/support/mail/mail-clients; yandex.net serves domains of one's own
  {
    ...custom('Yandex', 'smtp.yandex.com', 465, 'imap.yandex.com'),
    addressDomains: ['yandex.com', 'yandex.ru', 'ya.ru'],
    mxSuffixes: ['yandex.net', 'yandex.ru'],
    spfIncludes: ['_spf.yandex.net'],
  },
  // help.aol.com: POP and IMAP settings; its MX records are at Yahoo
  {
    ...custom('AOL', 'smtp.aol.com', 465, 'imap.aol.com'),
    addressDomains: ['aol.com'],
    mxSuffixes: ['mail.gm0.yahoodns.net'],
  },
  // help.yahoo.com/kb/SLN4075.html
  {
    ...custom('Yahoo', 'smtp.mail.yahoo.com', 465, 'imap.mail.yahoo.com'),
    addressDomains: ['yahoo.com', 'ymail.com', 'rocketmail.com'],
    mxSuffixes: ['yahoodns.net'],
  },
  // support.apple.com/102525; iCloud takes STARTTLS only
  {
    ...custom('iCloud', 'smtp.mail.me.com', 587, 'imap.mail.me.com'),
    addressDomains: ['icloud.com', 'me.com', 'mac.com'],
    mxSuffixes: ['icloud.com'],
    spfIncludes: ['icloud.com'],
  },
  // namecheap.com/support/knowledgebase/article.aspx/1179
  {
    ...custom('Namecheap Private Email', 'mail.privateemail.com', 465, 'mail.privateemail.com'),
    addressDomains: [],
    mxSuffixes: ['privateemail.com'],
    spfIncludes: ['spf.privateemail.com'],
  },
  // migadu.com/guides/imap
  {
    ...custom('Migadu', 'smtp.migadu.com', 465, 'imap.migadu.com'),
    addressDomains: [],
    mxSuffixes: ['migadu.com'],
    spfIncludes: ['spf.migadu.com'],
  },
  // hilfe.web.de and hilfe.gmx.net: IMAP settings
  {
    ...custom('WEB.DE', 'smtp.web.de', 587, 'imap.web.de'),
    addressDomains: ['web.de'],
    mxSuffixes: [],
  },
  // Outside of German-speaking countries, GMX has other servers behind the same MX records.
  {
    ...custom('GMX', 'mail.gmx.com', 465, 'imap.gmx.com'),
    addressDomains: ['com', 'us', 'co.uk', 'fr', 'es', 'it', 'ca', 'ie', 'pt', 'se'].map((end) => `gmx.${end}`),
    mxSuffixes: [],
  },
  {
    ...custom('GMX', 'mail.gmx.net', 465, 'imap.gmx.net'),
    addressDomains: ['gmx.net', 'gmx.de', 'gmx.at', 'gmx.ch'],
    mxSuffixes: ['gmx.net'],
  },
  // strato.de/faq/mail
  {
    ...custom('STRATO', 'smtp.strato.de', 465, 'imap.strato.de'),
    addressDomains: [],
    mxSuffixes: ['rzone.de'],
  },
  // docs.aws.amazon.com/workmail/latest/userguide/using_IMAP.html; a region has servers of its own
  ...['us-east-1', 'us-west-2', 'eu-west-1'].map((region) => ({
    ...custom('Amazon WorkMail', `smtp.mail.${region}.awsapps.com`, 465, `imap.mail.${region}.awsapps.com`),
    addressDomains: [],
    mxSuffixes: [`inbound-smtp.${region}.amazonaws.com`],
  })),
];

/** MX names that are the servers themselves, one for each customer (mxroute.com/docs: the host is the one in the MX record). */
const OWN_HOST_SUFFIXES = ['mxrouting.net', 'mxlogin.com'];

const WITHOUT_IMAP: readonly (Pick<KnownProvider, 'addressDomains' | 'mxSuffixes'> & { provider: string })[] = [
  // proton.me/mail/bridge: only with a program on one's own computer
  {
    provider: 'Proton Mail',
    addressDomains: ['proton.me', 'protonmail.com', 'pm.me'],
    mxSuffixes: ['protonmail.ch'],
  },
  // tuta.com/support: "Can I use a third-party email app like Thunderbird?"
  {
    provider: 'Tuta',
    addressDomains: ['tuta.com', 'tutanota.com', 'tutanota.de', 'tutamail.com', 'tuta.io', 'keemail.me'],
    mxSuffixes: ['tutanota.de'],
  },
];

/** The servers for addresses of this domain, where it is the provider's own. */
export function findByAddressDomain(domain: string): Servers | undefined {
  return withoutMarks(KNOWN_PROVIDERS.find(({ addressDomains }) => addressDomains.includes(domain)));
}

/** The servers of who receives mail under this name. */
export function findByMx(exchange: string): Servers | undefined {
  const [ownHost] = OWN_HOST_SUFFIXES.some((suffix) => endsInDomain(exchange, suffix)) ? [exchange] : [];
  if (ownHost !== undefined) return custom('MXroute', ownHost, 465, ownHost);
  return withoutMarks(
    KNOWN_PROVIDERS.find(({ mxSuffixes }) => mxSuffixes.some((suffix) => endsInDomain(exchange, suffix))),
  );
}

/** The servers of whom an SPF record lets send; undefined where that is more than one provider: who receives is not said. */
export function findBySpf(record: string): Servers | undefined {
  const includes = record
    .toLowerCase()
    .split(/\s+/)
    .flatMap((term) => /^[+?~]?include:(.+?)\.?$/.exec(term)?.[1] ?? []);
  const [found, ...more] = KNOWN_PROVIDERS.filter(({ spfIncludes = [] }) =>
    spfIncludes.some((each) => includes.includes(each)),
  );
  return more.length > 0 ? undefined : withoutMarks(found);
}

/** The `include:`s of which a domain needs one in its SPF record to send through these servers; none where none is known. */
export function spfIncludesOf(smtpHost: string): readonly string[] {
  return KNOWN_PROVIDERS.find((known) => known.smtpHost === smtpHost.toLowerCase())?.spfIncludes ?? [];
}

/** The provider whose mailboxes can't be read over IMAP at all; undefined where none is known. */
export function findWithoutImap(domain: string, exchanges: readonly string[]): string | undefined {
  return WITHOUT_IMAP.find(
    ({ addressDomains, mxSuffixes }) =>
      addressDomains.includes(domain) ||
      exchanges.some((exchange) => mxSuffixes.some((suffix) => endsInDomain(exchange, suffix))),
  )?.provider;
}

function endsInDomain(name: string, suffix: string): boolean {
  const plain = name.toLowerCase().replace(/\.$/, '');
  return plain === suffix || plain.endsWith(`.${suffix}`);
}

function preset(inboxType: 'GOOGLE_WORKSPACE' | 'OUTLOOK_365'): Servers {
  const { name, smtp_host = '', smtp_port, imap_host = '', imap_port } = PROVIDERS[inboxType];
  return {
    inboxType,
    provider: name,
    smtpHost: smtp_host,
    smtpPort: smtp_port,
    imapHost: imap_host,
    imapPort: imap_port,
  };
}

function custom(provider: string, smtpHost: string, smtpPort: number, imapHost: string): Servers {
  return { inboxType: 'CUSTOM_SMTP', provider, smtpHost, smtpPort, imapHost, imapPort: 993 };
}

function withoutMarks(known: KnownProvider | undefined): Servers | undefined {
  if (known === undefined) return undefined;
  const { inboxType, provider, smtpHost, smtpPort, imapHost, imapPort } = known;
  return { inboxType, provider, smtpHost, smtpPort, imapHost, imapPort };
}
