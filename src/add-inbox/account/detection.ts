import type { OwnerName } from '../keys/key-owner.ts';
import type { InboxType } from './providers.ts';

/** The servers of a mailbox. */
export type Servers = {
  inboxType: InboxType;
  /** The name that people know; undefined for a server of their own. */
  provider: string | undefined;
  smtpHost: string;
  smtpPort: number;
  imapHost: string;
  imapPort: number;
  /** Left out: encrypted, from the first byte on ports 465 and 993, else by STARTTLS. */
  smtpUseTls?: boolean;
  imapUseSsl?: boolean;
};

/**
 * The source that named the servers of an address. `added_before`: an inbox of the same domain that was added; `added_for_client`: one
 * of the same client, where nothing else names them.
 */
export const FOUND_BY = [
  'address_domain',
  'mx',
  'spf',
  'srv',
  'autoconfig',
  'added_before',
  'added_for_client',
] as const;

type FoundBy = (typeof FOUND_BY)[number];

export type Detection =
  | { kind: 'servers'; servers: Servers; by: FoundBy }
  /** Mailboxes there have no IMAP (Proton, Tuta). */
  | { kind: 'no_imap'; provider: string }
  /** A null MX (RFC 7505): the domain says that it takes no mail. */
  | { kind: 'no_mail' }
  | { kind: 'no_such_domain' }
  /** Nothing says which servers they are, or nobody could be asked. */
  | { kind: 'not_found' };

/** Why there can be no inbox at a domain, for the person who typed its address. */
export const NO_INBOX: Record<'no_such_domain' | 'no_mail' | 'no_imap', (domain: string, provider: string) => string> =
  {
    no_such_domain: (domain) => `There is no domain called ${domain}. Check the spelling.`,
    no_mail: (domain) => `${domain} takes no mail, so it can't have an inbox. Check the spelling.`,
    no_imap: (domain, provider) =>
      `${domain} is at ${provider}, which offers no IMAP. ColdSend needs IMAP, so use an inbox of another provider.`,
  };

/** The next step if the bot is wrong. */
export const CHOOSE_PROVIDER = 'If the address is right, choose its provider yourself.';

/** Finds the servers of an address, for an inbox of the workspace or of a client. Never rejects. */
export type FindServers = (search: {
  teamId: string;
  userId: string;
  owner: OwnerName;
  address: string;
}) => Promise<Detection>;
