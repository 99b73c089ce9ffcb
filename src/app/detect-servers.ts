import type { FindServers, Servers } from '../add-inbox/account/detection.ts';
import { domainOf } from '../add-inbox/account/email-address.ts';
import type { AccountToAdd } from '../add-inbox/account/sender-account.ts';
import type { OwnerName } from '../add-inbox/keys/key-owner.ts';
import { findByAddressDomain } from '../mailbox/known-servers.ts';
import type { Mailbox } from './mailbox.ts';

/**
 * The servers for an address: those of the inbox that the workspace or the client added last with its domain, else what is looked
 * up. A provider's own domain is nobody's to remember. Never rejects.
 */
export function createDetectServers(deps: {
  findAdded(teamId: string, owner: OwnerName, domain: string): Promise<AccountToAdd | undefined>;
  findServers: Mailbox['findServers'];
}): FindServers {
  return async (search) => {
    const domain = domainOf(search.address);
    const added = findByAddressDomain(domain) === undefined ? await findAdded(search, domain) : undefined;
    if (added === undefined) return deps.findServers(domain, search);
    return { kind: 'servers', servers: serversOf(added), by: 'added_before' };
  };

  /** Where the database fails, the servers are looked up. */
  function findAdded({ teamId, owner }: { teamId: string; owner: OwnerName }, domain: string) {
    return deps.findAdded(teamId, owner, domain).catch(() => undefined);
  }
}

function serversOf(account: AccountToAdd): Servers {
  return {
    inboxType: account.inbox_type,
    provider: undefined,
    smtpHost: account.smtp_host,
    smtpPort: account.smtp_port,
    smtpUseTls: account.smtp_use_tls,
    imapHost: account.imap_host,
    imapPort: account.imap_port,
    imapUseSsl: account.imap_use_ssl,
  };
}
