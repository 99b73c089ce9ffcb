import type { Servers } from '../../add-inbox/account/detection.ts';
import { toAsciiName } from '../../add-inbox/account/domain-name.ts';

type Server = { host: string; port: number };

/** Ports on which TLS begins with the first byte; on all others it follows STARTTLS. */
const IMPLICIT_TLS_PORTS = [465, 993];

/**
 * The servers in an autoconfig file (draft-ietf-mailmaint-autoconfig, `clientConfig` version 1.1). Undefined unless it has one of each
 * kind that accepts the address and a password over TLS.
 *
 * An XML parser would be more than this needs: six elements that hold plain text, each with a strict form. Files with a document type
 * or entities are refused.
 */
export function readAutoconfig(xml: string, domain: string): Servers | undefined {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) return undefined;
  const text = withoutComments(xml).replaceAll('%EMAILDOMAIN%', domain);
  const smtp = findServer(text, 'outgoingServer', 'smtp');
  const imap = findServer(text, 'incomingServer', 'imap');
  if (smtp === undefined || imap === undefined) return undefined;
  return {
    inboxType: 'CUSTOM_SMTP',
    provider: undefined,
    smtpHost: smtp.host,
    smtpPort: smtp.port,
    imapHost: imap.host,
    imapPort: imap.port,
  };
}

/** The file's author lists the preferred one first. */
function findServer(xml: string, element: string, type: string): Server | undefined {
  for (const { attributes, content } of elements(xml, element)) {
    const server = new RegExp(`\\stype\\s*=\\s*["']${type}["']`, 'i').test(attributes)
      ? readServer(content)
      : undefined;
    if (server !== undefined) return server;
  }
  return undefined;
}

function readServer(content: string): Server | undefined {
  const texts = (element: string): string[] => elements(content, element).map((each) => each.content.trim());
  const host = toAsciiName((texts('hostname')[0] ?? '').toLowerCase());
  const port = Number(/^\d{1,5}$/.exec(texts('port')[0] ?? '')?.[0]);
  const socketType = IMPLICIT_TLS_PORTS.includes(port) ? 'SSL' : 'STARTTLS';
  if (host === undefined || !(port > 0 && port <= 65_535)) return undefined;
  if (texts('socketType')[0]?.toUpperCase() !== socketType) return undefined;
  if (!texts('authentication').some((way) => way.startsWith('password-') || way === 'plain')) return undefined;
  return (texts('username')[0] ?? '%EMAILADDRESS%') === '%EMAILADDRESS%' ? { host, port } : undefined;
}

/** Elements without another of the same name inside, in order. The time is linear in the text's length. */
function elements(xml: string, name: string): { attributes: string; content: string }[] {
  const found: { attributes: string; content: string }[] = [];
  const [, ...starts] = xml.split(`<${name}`);
  for (const start of starts) {
    const tagEnd = start.indexOf('>');
    const end = start.indexOf(`</${name}>`);
    const attributes = start.slice(0, Math.max(tagEnd, 0));
    if (tagEnd === -1 || end < tagEnd || !/^(?:\s|$)/.test(attributes)) continue;
    found.push({ attributes, content: start.slice(tagEnd + 1, end) });
  }
  return found;
}

function withoutComments(xml: string): string {
  const [before = '', ...comments] = xml.split('<!--');
  return [before, ...comments.map((each) => each.split('-->').slice(1).join('-->'))].join('');
}
