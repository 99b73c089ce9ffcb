import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Detection } from '../../src/add-inbox/account/detection.ts';
import { createFindServers } from '../../src/mailbox/find-servers.ts';
import { createRecordedDns, mx, type Zone } from './recorded-dns.ts';

const detect = (zone: Zone, domain = 'acme.com'): Promise<Detection> =>
  createFindServers({ dns: createRecordedDns(zone) })(domain);

function brief(found: Detection): string {
  if (found.kind !== 'servers') return found.kind;
  const { inboxType, smtpHost, smtpPort, imapHost, imapPort } = found.servers;
  return `${found.by} ${inboxType} ${smtpHost}:${smtpPort} ${imapHost}:${imapPort}`;
}

/** The shapes of real domains' MX records; the domain itself is always acme.com. */
const MX_SHAPES: [exchanges: string[], expected: string][] = [
  [['aspmx.l.google.com', 'alt1.aspmx.l.google.com'], 'mx GOOGLE_WORKSPACE smtp.gmail.com:587 imap.gmail.com:993'],
  [['smtp.google.com'], 'mx GOOGLE_WORKSPACE smtp.gmail.com:587 imap.gmail.com:993'],
  [['ASPMX2.GOOGLEMAIL.COM'], 'mx GOOGLE_WORKSPACE smtp.gmail.com:587 imap.gmail.com:993'],
  [['acme-com.mail.protection.outlook.com'], 'mx OUTLOOK_365 smtp.office365.com:587 outlook.office365.com:993'],
  [['acme-com.x-v1.mx.microsoft'], 'mx OUTLOOK_365 smtp.office365.com:587 outlook.office365.com:993'],
  [['mx.zoho.com', 'mx2.zoho.com'], 'mx CUSTOM_SMTP smtp.zoho.com:465 imap.zoho.com:993'],
  [['mx.zoho.eu'], 'mx CUSTOM_SMTP smtp.zoho.eu:465 imap.zoho.eu:993'],
  [['mx.zoho.in'], 'mx CUSTOM_SMTP smtp.zoho.in:465 imap.zoho.in:993'],
  [['mx.zoho.com.au'], 'mx CUSTOM_SMTP smtp.zoho.com.au:465 imap.zoho.com.au:993'],
  [['mx.zohocloud.ca'], 'mx CUSTOM_SMTP smtp.zohocloud.ca:465 imap.zohocloud.ca:993'],
  [['in1-smtp.messagingengine.com'], 'mx CUSTOM_SMTP smtp.fastmail.com:465 imap.fastmail.com:993'],
  [['mx1.emailsrvr.com'], 'mx CUSTOM_SMTP secure.emailsrvr.com:465 secure.emailsrvr.com:993'],
  [['mx00.ionos.com'], 'mx CUSTOM_SMTP smtp.ionos.com:465 imap.ionos.com:993'],
  [['mx00.kundenserver.de'], 'mx CUSTOM_SMTP smtp.ionos.de:465 imap.ionos.de:993'],
  [['mx01.ionos.de'], 'mx CUSTOM_SMTP smtp.ionos.de:465 imap.ionos.de:993'],
  [['mx00.ionos.co.uk'], 'mx CUSTOM_SMTP smtp.ionos.co.uk:465 imap.ionos.co.uk:993'],
  [['mx1.mail.ovh.net'], 'mx CUSTOM_SMTP ssl0.ovh.net:465 ssl0.ovh.net:993'],
  [['mx1.ovh.net', 'mxb.ovh.net'], 'mx CUSTOM_SMTP ssl0.ovh.net:465 ssl0.ovh.net:993'],
  [['vps-1a2b3c.vps.ovh.net'], 'not_found'],
  [['ex2.mail.ovh.net'], 'not_found'],
  [['mx00.perfora.net'], 'mx CUSTOM_SMTP smtp.ionos.com:465 imap.ionos.com:993'],
  [['mx00.schlund.de'], 'mx CUSTOM_SMTP smtp.ionos.de:465 imap.ionos.de:993'],
  [['mx00.1and1.co.uk'], 'mx CUSTOM_SMTP smtp.ionos.co.uk:465 imap.ionos.co.uk:993'],
  [['mx00.1and1.es'], 'mx CUSTOM_SMTP smtp.ionos.es:465 imap.ionos.es:993'],
  [['mx.zoho.sa'], 'mx CUSTOM_SMTP smtp.zoho.sa:465 imap.zoho.sa:993'],
  [['spool.mail.gandi.net'], 'mx CUSTOM_SMTP mail.gandi.net:465 mail.gandi.net:993'],
  [['mx1.pub.mailpod1-cph3.one.com'], 'mx CUSTOM_SMTP send.one.com:465 imap.one.com:993'],
  [['mx1.hostinger.com'], 'mx CUSTOM_SMTP smtp.hostinger.com:465 imap.hostinger.com:993'],
  [['mx1.titan.email'], 'mx CUSTOM_SMTP smtp.titan.email:465 imap.titan.email:993'],
  [['mx.yandex.net'], 'mx CUSTOM_SMTP smtp.yandex.com:465 imap.yandex.com:993'],
  [['mx-aol.mail.gm0.yahoodns.net'], 'mx CUSTOM_SMTP smtp.aol.com:465 imap.aol.com:993'],
  [['mta5.am0.yahoodns.net'], 'mx CUSTOM_SMTP smtp.mail.yahoo.com:465 imap.mail.yahoo.com:993'],
  [['mx01.mail.icloud.com'], 'mx CUSTOM_SMTP smtp.mail.me.com:587 imap.mail.me.com:993'],
  [['mx1.privateemail.com'], 'mx CUSTOM_SMTP mail.privateemail.com:465 mail.privateemail.com:993'],
  [['aspmx1.migadu.com'], 'mx CUSTOM_SMTP smtp.migadu.com:465 imap.migadu.com:993'],
  [['eagle.mxlogin.com'], 'mx CUSTOM_SMTP eagle.mxlogin.com:465 eagle.mxlogin.com:993'],
  [['mx00.gmx.net'], 'mx CUSTOM_SMTP mail.gmx.net:465 imap.gmx.net:993'],
  [['smtpin.rzone.de'], 'mx CUSTOM_SMTP smtp.strato.de:465 imap.strato.de:993'],
  [
    ['inbound-smtp.us-east-1.amazonaws.com'],
    'mx CUSTOM_SMTP smtp.mail.us-east-1.awsapps.com:465 imap.mail.us-east-1.awsapps.com:993',
  ],
  [['mail.protonmail.ch', 'mailsec.protonmail.ch'], 'no_imap'],
  [['mail.tutanota.de'], 'no_imap'],
  [[''], 'no_mail'],
  [['mail.acme.com'], 'not_found'],
  // Who is called like a provider is not that provider.
  [['mx.notgoogle.com'], 'not_found'],
  [['google.com.evil.example'], 'not_found'],
];

describe('by MX', () => {
  for (const [exchanges, expected] of MX_SHAPES) {
    test(`${exchanges.join(', ') || 'null MX'}: ${expected}`, async () => {
      assert.equal(brief(await detect({ 'acme.com': { mx: mx(...exchanges) } })), expected);
    });
  }
});

describe('the other ways', () => {
  test("an address of the provider's own domain needs no look-up", async () => {
    const dns = createRecordedDns({});
    const found = await createFindServers({ dns })('gmail.com');
    assert.equal(brief(found), 'address_domain GOOGLE_WORKSPACE smtp.gmail.com:587 imap.gmail.com:993');
    const aol = brief(await createFindServers({ dns })('aol.com'));
    assert.equal(
      aol,
      'address_domain CUSTOM_SMTP smtp.aol.com:465 imap.aol.com:993',
      'although its MX records are of Yahoo',
    );
    const gmx = brief(await createFindServers({ dns })('gmx.com'));
    assert.equal(gmx, 'address_domain CUSTOM_SMTP mail.gmx.com:465 imap.gmx.com:993', 'not those of gmx.net');
    const webDe = brief(await createFindServers({ dns })('web.de'));
    assert.equal(webDe, 'address_domain CUSTOM_SMTP smtp.web.de:587 imap.web.de:993');
    assert.deepEqual(dns.asked, []);
    assert.equal(brief(await createFindServers({ dns })('proton.me')), 'no_imap');
    assert.deepEqual(await createFindServers({ dns })('tuta.com'), { kind: 'no_imap', provider: 'Tuta' });
  });

  test('behind a spam filter the SPF record tells the provider', async () => {
    const zone: Zone = {
      'acme.com': {
        mx: mx('mx1.acme.pphosted.com'),
        txt: ['google-site-verification=x', 'v=spf1 include:_spf.google.com. ~all'],
      },
    };
    assert.equal(brief(await detect(zone)), 'spf GOOGLE_WORKSPACE smtp.gmail.com:587 imap.gmail.com:993');
  });

  test('SRV records, by priority, where submission and IMAP are both offered', async () => {
    const srv = (name: string, port: number, priority = 10) => ({ name, port, priority, weight: 1 });
    const zone: Zone = {
      'acme.com': { mx: mx('mail.acme.com') },
      '_submissions._tcp.acme.com': { srv: [srv('late.acme.com', 465, 20), srv('out.acme.com', 465)] },
      '_imaps._tcp.acme.com': { srv: [srv('in.acme.com', 993)] },
    };
    assert.equal(brief(await detect(zone)), 'srv CUSTOM_SMTP out.acme.com:465 in.acme.com:993');
    const notOffered: Zone = { ...zone, '_imaps._tcp.acme.com': { srv: [srv('.', 0)] } };
    assert.equal(brief(await detect(notOffered)), 'not_found');
    const odd = [
      srv('not_a\\.name', 993, 1),
      srv('<!channel>', 993, 2),
      srv('in.acme.com', 0, 3),
      srv('in.acme.com', 143, 4),
    ];
    const named: Zone = { ...zone, '_imaps._tcp.acme.com': { srv: odd } };
    assert.equal(brief(await detect(named)), 'srv CUSTOM_SMTP out.acme.com:465 in.acme.com:143');
  });

  test('autoconfig is asked last, and told the domain only', async () => {
    const asked: string[] = [];
    const servers = {
      inboxType: 'CUSTOM_SMTP',
      provider: undefined,
      smtpHost: 'smtp.acme.com',
      smtpPort: 465,
      imapHost: 'imap.acme.com',
      imapPort: 993,
    } as const;
    const find = createFindServers({
      dns: createRecordedDns({ 'acme.com': { mx: mx('mail.acme.com') } }),
      askAutoconfig: async (domain) => {
        asked.push(domain);
        return servers;
      },
    });
    assert.equal(brief(await find('acme.com')), 'autoconfig CUSTOM_SMTP smtp.acme.com:465 imap.acme.com:993');
    assert.deepEqual(asked, ['acme.com']);
  });

  test('a domain that does not exist, one without MX, and DNS that does not answer', async () => {
    assert.equal(brief(await detect({})), 'no_such_domain');
    assert.equal(brief(await detect({ 'acme.com': {} })), 'not_found');
    assert.equal(brief(await detect({ 'acme.com': { mx: 'failed', txt: 'failed' } })), 'not_found');
  });

  test('a name server that does not answer is not asked about web servers', async () => {
    const askAutoconfig = async () => assert.fail('nobody is asked');
    const find = createFindServers({ dns: createRecordedDns({ 'acme.com': { mx: 'failed' } }), askAutoconfig });
    assert.equal(brief(await find('acme.com')), 'not_found');
  });
});
