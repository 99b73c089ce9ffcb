import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readAutoconfig } from '../../../src/mailbox/autoconfig/read-autoconfig.ts';
import { fc } from '../../project/properties.ts';

type Parts = Partial<Record<'hostname' | 'port' | 'socketType' | 'authentication' | 'username', string>>;

function server(element: string, type: string, parts: Parts): string {
  const inner = Object.entries(parts).map(([name, value]) => `      <${name}>${value}</${name}>\n`);
  return `    <${element} type="${type}">\n${inner.join('')}    </${element}>\n`;
}

const SMTP = {
  hostname: 'smtp.acme.com',
  port: '465',
  socketType: 'SSL',
  authentication: 'password-cleartext',
  username: '%EMAILADDRESS%',
};
const IMAP = {
  hostname: 'imap.acme.com',
  port: '993',
  socketType: 'SSL',
  authentication: 'password-cleartext',
  username: '%EMAILADDRESS%',
};
const FOUND = {
  inboxType: 'CUSTOM_SMTP',
  provider: undefined,
  smtpHost: 'smtp.acme.com',
  smtpPort: 465,
  imapHost: 'imap.acme.com',
  imapPort: 993,
};

const smtp = (parts: Parts = {}) => server('outgoingServer', 'smtp', { ...SMTP, ...parts });
const imap = (parts: Parts = {}) => server('incomingServer', 'imap', { ...IMAP, ...parts });
const pop = server('incomingServer', 'pop3', { ...IMAP, hostname: 'pop.acme.com', port: '995' });
const file = (...servers: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<clientConfig version="1.1">\n  <emailProvider id="acme.com">\n    <domain>acme.com</domain>\n${servers.join('')}  </emailProvider>\n</clientConfig>\n`;
const read = (...servers: string[]) => readAutoconfig(file(...servers), 'acme.com');

describe('a file', () => {
  test('names a server of each kind', () => assert.deepEqual(read(pop, imap(), smtp()), FOUND));

  test('may have blanks, capitals, other quotes and comments', () => {
    const odd = imap({ hostname: '\n IMAP.Acme.com ' }).replaceAll('"', "'");
    assert.deepEqual(read(odd, '<!-- <incomingServer type="imap"> -->', smtp({ socketType: 'ssl' })), FOUND);
  });

  test('takes the first server that fits', () => {
    const old = imap({ hostname: 'old.acme.com', port: '143', socketType: 'plain' });
    const oauth = imap({ hostname: 'oauth.acme.com', authentication: 'OAuth2' });
    const second = imap({ hostname: 'second.acme.com' });
    assert.deepEqual(read(old, oauth, imap(), second, smtp()), FOUND);
    const starttls = smtp({ port: '587', socketType: 'STARTTLS' });
    assert.deepEqual(read(starttls, smtp(), imap()), { ...FOUND, smtpPort: 587 });
  });

  test('says a name by the domain', () => {
    assert.deepEqual(read(imap({ hostname: 'imap.%EMAILDOMAIN%' }), smtp()), FOUND);
  });

  test('offers OAuth beside a password', () => {
    const both = `OAuth2</authentication><authentication>password-cleartext`;
    assert.deepEqual(read(imap({ authentication: both }), smtp()), FOUND);
  });
});

describe('not taken', () => {
  const files: Record<string, string> = {
    'without IMAP': file(pop, smtp()),
    'without SMTP': file(imap()),
    'with a document type': file(imap(), smtp()).replace(
      '<clientConfig',
      '<!DOCTYPE x [<!ENTITY a "b">]><clientConfig',
    ),
    'without encryption': file(imap({ port: '143', socketType: 'plain' }), smtp()),
    'with encryption that the port does not tell': file(imap({ port: '143' }), smtp()),
    'OAuth only': file(imap({ authentication: 'OAuth2' }), smtp()),
    'with another user name than the address': file(imap({ username: '%EMAILLOCALPART%' }), smtp()),
    'with an address for a host': file(imap({ hostname: '127.0.0.1:993' }), smtp()),
    'with markup in a host': file(imap({ hostname: 'a<b>.acme.com' }), smtp()),
    'with an entity in a host': file(imap({ hostname: 'imap&#46;acme.com' }), smtp()),
    'with an impossible port': file(imap({ port: '99993' }), smtp()),
    'a web page': '<!doctype html><html><body>Not found</body></html>',
    'cut off': file(imap(), smtp()).slice(0, 400),
    empty: '',
  };
  for (const [name, xml] of Object.entries(files)) {
    test(name, () => assert.equal(readAutoconfig(xml, 'acme.com'), undefined));
  }
});

test('any text is read, and quickly', () => {
  const pieces = fc.constantFrom(
    '<!--',
    '-->',
    '<incomingServer type="imap">',
    '</incomingServer>',
    '<hostname>',
    '</hostname>',
    '<',
    '>',
    'a',
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 60 }).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => readAutoconfig(text, 'acme.com') === undefined),
    { numRuns: 2_000 },
  );
  for (const piece of [
    '<!--',
    '<incomingServer type="imap">',
    '<incomingServer type="imap"><hostname>',
    '</incomingServer>',
  ]) {
    const text = piece.repeat((64 * 1024) / piece.length);
    const started = process.cpuUsage();
    assert.equal(readAutoconfig(text, 'acme.com'), undefined);
    assert.ok(process.cpuUsage(started).user < 2_000_000, piece);
  }
});
