import type { FindServers, Servers } from '../add-inbox/account/detection.ts';
import { domainOf } from '../add-inbox/account/email-address.ts';
import type { OwnerName } from '../add-inbox/keys/key-owner.ts';
import type { Remembered } from '../add-inbox/keys/remembered.ts';
import { findByAddressDomain } from '../mailbox/known-servers.ts';
import type { Mailbox } from './mailbox.ts';

/**
 * The servers for an address: those of the owner's last inbox with its domain, or the ones that a look-up finds, or those of the
 * client's last inbox. Nothing is remembered for a provider's own domain. Never rejects.
 *
 * @param deps.findServers finds nothing where the bot looks nothing up
 */
export function createDetectServers(deps: {
  findLast(teamId: string, owner: OwnerName, domain?: string): Promise<Remembered | undefined>;
  findServers: Mailbox['findServers'];
}): FindServers {
  return async (search) => {
    const domain = domainOf(search.address);
    if (findByAddressDomain(domain) !== undefined) return deps.findServers(domain, search);
    const added = await recall(search, domain);
    if (added !== undefined) return { kind: 'servers', servers: added, by: 'added_before' };
    const found = await deps.findServers(domain, search);
    if (found.kind !== 'not_found' || search.owner.kind === 'workspace') return found;
    const ofClient = await recall(search);
    return ofClient === undefined ? found : { kind: 'servers', servers: ofClient, by: 'added_for_client' };
  };

  /** Where the database fails, nothing is remembered. */
  async function recall(
    { teamId, owner }: { teamId: string; owner: OwnerName },
    domain?: string,
  ): Promise<Servers | undefined> {
    const last = await deps.findLast(teamId, owner, domain).catch(() => undefined);
    return last?.servers;
  }
}
