import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFindServers } from '../../src/mailbox/find-servers.ts';
import { createRecordedDns, mx, type Zone } from './recorded-dns.ts';

const GOOGLE = 'GOOGLE_WORKSPACE smtp.gmail.com:587 imap.gmail.com:993';
const MICROSOFT = 'OUTLOOK_365 smtp.office365.com:587 outlook.office365.com:993';
const SPF_GOOGLE = 'v=spf1 include:_spf.google.com ~all';
const SPF_MICROSOFT = 'v=spf1 include:spf.protection.outlook.com -all';

type Records = {
  mx: string[];
  txt?: string[];
  submissions?: string;
  submission?: string;
  imaps?: string;
  imap?: string;
};

/** All that DNS says of domains as they are found in the wild, with more than one sign, or none. The domain is always acme.com. */
const SHAPES: [what: string, records: Records, expected: string][] = [
  ['Proofpoint before Microsoft', { mx: ['mxa-00.gslb.pphosted.com'], txt: [SPF_MICROSOFT] }, `spf ${MICROSOFT}`],
  ['Proofpoint Essentials before Google', { mx: ['mx1-us1.ppe-hosted.com'], txt: [SPF_GOOGLE] }, `spf ${GOOGLE}`],
  ['Mimecast before Google', { mx: ['us-smtp-inbound-1.mimecast.com'], txt: [SPF_GOOGLE] }, `spf ${GOOGLE}`],
  ['Mimecast before Microsoft', { mx: ['eu-smtp-inbound-2.mimecast.com'], txt: [SPF_MICROSOFT] }, `spf ${MICROSOFT}`],
  ['Barracuda before Microsoft', { mx: ['d1.a.ess.barracudanetworks.com'], txt: [SPF_MICROSOFT] }, `spf ${MICROSOFT}`],
  ['Hornetsecurity before Microsoft', { mx: ['mx01.hornetsecurity.com'], txt: [SPF_MICROSOFT] }, `spf ${MICROSOFT}`],
  ['Cisco before nobody known', { mx: ['mx1.acme.iphmx.com'], txt: ['v=spf1 ip4:203.0.113.7 -all'] }, 'not_found'],
  ['a filter, and no SPF record', { mx: ['mx1.acme.iphmx.com'] }, 'not_found'],
  [
    'Google behind a filter, in capitals and among other includes',
    { mx: ['mx.spamtitan.com'], txt: ['V=SPF1 INCLUDE:SendGrid.net INCLUDE:_SPF.Google.com ~ALL'] },
    `spf ${GOOGLE}`,
  ],
  [
    'Zoho behind a filter',
    { mx: ['mx.spamtitan.com'], txt: ['v=spf1 include:zoho.eu -all'] },
    'spf CUSTOM_SMTP smtp.zoho.eu:465 imap.zoho.eu:993',
  ],
  ['a sender of newsletters only', { mx: ['mail.acme.com'], txt: ['v=spf1 include:sendgrid.net ~all'] }, 'not_found'],
  [
    'an include that only looks like Google',
    { mx: ['mail.acme.com'], txt: ['v=spf1 include:_spf.google.com.evil.example ~all'] },
    'not_found',
  ],
  [
    'a filter before one of two providers, and nobody knows which',
    { mx: ['mx1.acme.iphmx.com'], txt: ['v=spf1 include:_spf.google.com include:spf.protection.outlook.com ~all'] },
    'not_found',
  ],
  ['a text that is no SPF record', { mx: ['mail.acme.com'], txt: ['v=spf10 include:_spf.google.com'] }, 'not_found'],
  ['Cloudflare forwards it', { mx: ['route1.mx.cloudflare.net', 'route2.mx.cloudflare.net'] }, 'not_found'],
  ['ImprovMX forwards it', { mx: ['mx1.improvmx.com'] }, 'not_found'],
  ['Mailgun takes it', { mx: ['mxa.mailgun.org'] }, 'not_found'],
  ['GoDaddy, which may be Microsoft', { mx: ['smtp.secureserver.net'] }, 'not_found'],
  [
    'GoDaddy, which says that it is Microsoft',
    { mx: ['smtp.secureserver.net'], txt: ['v=spf1 include:secureserver.net include:spf.protection.outlook.com -all'] },
    `spf ${MICROSOFT}`,
  ],
  [
    'a move from Google to Microsoft: the first one counts',
    { mx: ['acme-com.mail.protection.outlook.com', 'aspmx.l.google.com'] },
    `mx ${MICROSOFT}`,
  ],
  ['an own server before Google', { mx: ['mail.acme.com', 'alt4.aspmx.l.google.com'] }, `mx ${GOOGLE}`],
  ['Google, with a Microsoft SPF record left over', { mx: ['smtp.google.com'], txt: [SPF_MICROSOFT] }, `mx ${GOOGLE}`],
  ['a name with a dot at its end', { mx: ['aspmx.l.google.com.'] }, `mx ${GOOGLE}`],
  ['Microsoft of China, which is another one', { mx: ['acme-com.mail.protection.partner.outlook.cn'] }, 'not_found'],
  [
    'Yahoo for businesses',
    { mx: ['mx-biz.mail.am0.yahoodns.net'] },
    'mx CUSTOM_SMTP smtp.mail.yahoo.com:465 imap.mail.yahoo.com:993',
  ],
  ['Zoho in Japan', { mx: ['mx.zoho.jp'] }, 'mx CUSTOM_SMTP smtp.zoho.jp:465 imap.zoho.jp:993'],
  [
    'WorkMail in Ireland',
    { mx: ['inbound-smtp.eu-west-1.amazonaws.com'] },
    'mx CUSTOM_SMTP smtp.mail.eu-west-1.awsapps.com:465 imap.mail.eu-west-1.awsapps.com:993',
  ],
  [
    'a mail host with SRV records',
    { mx: ['mx1.mailhost.example'], submissions: 'smtp.mailhost.example:465', imaps: 'imap.mailhost.example:993' },
    'srv CUSTOM_SMTP smtp.mailhost.example:465 imap.mailhost.example:993',
  ],
  [
    'SRV records for STARTTLS only',
    { mx: ['mx1.mailhost.example'], submission: 'smtp.mailhost.example:587', imap: 'imap.mailhost.example:143' },
    'srv CUSTOM_SMTP smtp.mailhost.example:587 imap.mailhost.example:143',
  ],
  [
    'SRV records that offer no IMAP',
    { mx: ['mx1.mailhost.example'], submissions: 'smtp.mailhost.example:465', imaps: '.:0', imap: '.:0' },
    'not_found',
  ],
  [
    'SRV records behind a known MX, which counts',
    { mx: ['mx.zoho.com'], submissions: 'smtp.acme.com:465', imaps: 'imap.acme.com:993' },
    'mx CUSTOM_SMTP smtp.zoho.com:465 imap.zoho.com:993',
  ],
  [
    'no mail for the domain, but for SRV records',
    { mx: [], submissions: 'smtp.acme.com:465', imaps: 'imap.acme.com:993' },
    'srv CUSTOM_SMTP smtp.acme.com:465 imap.acme.com:993',
  ],
];

for (const [what, records, expected] of SHAPES) {
  test(`${what}: ${expected}`, async () => {
    const found = await createFindServers({ dns: createRecordedDns(toZone(records)) })('acme.com');
    assert.equal(found.kind === 'servers' ? `${found.by} ${brief(found.servers)}` : found.kind, expected);
  });
}

function brief({ inboxType, smtpHost, smtpPort, imapHost, imapPort }: Record<string, unknown>): string {
  return `${inboxType} ${smtpHost}:${smtpPort} ${imapHost}:${imapPort}`;
}

function toZone({ mx: exchanges, txt, ...services }: Records): Zone {
  const zone: Zone = { 'acme.com': { ...(exchanges.length > 0 && { mx: mx(...exchanges) }), ...(txt && { txt }) } };
  for (const [service, target] of Object.entries(services)) {
    const [name, port] = target.split(':');
    zone[`_${service}._tcp.acme.com`] = { srv: [{ name, port: Number(port), priority: 10, weight: 1 }] };
  }
  return zone;
}
