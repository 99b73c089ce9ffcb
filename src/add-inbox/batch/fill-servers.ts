import { CHOOSE_PROVIDER, type Detection, NO_INBOX, type Servers } from '../account/detection.ts';
import { toAsciiName } from '../account/domain-name.ts';
import { domainOf } from '../account/email-address.ts';
import { answerInTime } from '../worker/time-limit.ts';
import type { Row, RowAccount } from './check-rows.ts';

/** A person waits for this. What is found later is not used. */
const FIND_WITHIN_MS = 1_000;

/**
 * Fills in the servers of rows that name neither a provider nor a server, or why there are none. Each domain is looked up once.
 *
 * @param find the servers of an address. Never rejects.
 */
export async function fillServers(
  rows: readonly Row[],
  find: (address: string) => Promise<Detection>,
): Promise<readonly Row[]> {
  const addresses = new Map(rows.flatMap(({ account }) => openDomainOf(account)));
  if (addresses.size === 0) return rows;
  const found = new Map<string, Detection>();
  const searches = [...addresses].map(async ([domain, address]) => {
    found.set(domain, await find(address));
  });
  await answerInTime(Promise.all(searches), FIND_WITHIN_MS, () => []);
  return rows.map((row) => {
    const [[domain] = ['']] = openDomainOf(row.account);
    const detection = found.get(domain);
    return detection === undefined ? row : withDetection(row, domain, detection);
  });
}

function withDetection(row: Row, domain: string, detection: Detection): Row {
  switch (detection.kind) {
    case 'servers':
      // Many inboxes on a guess would fail one after the other.
      if (detection.by === 'added_for_client') return row;
      return { ...row, account: withServers(row.account, detection.servers) };
    case 'no_imap':
    case 'no_mail':
    case 'no_such_domain':
      return { ...row, noInbox: `${NO_INBOX[detection.kind](domain, providerOf(detection))} ${CHOOSE_PROVIDER}` };
    case 'not_found':
      return row;
  }
}

function providerOf(detection: Detection): string {
  return detection.kind === 'no_imap' ? detection.provider : '';
}

/** The domain and address of a row that needs servers; empty for any other row. */
function openDomainOf({ email_address = '', inbox_type, smtp_host, imap_host }: RowAccount): [string, string][] {
  const needsServers = (inbox_type ?? smtp_host ?? imap_host) === undefined;
  const address = email_address.trim();
  const domain = domainOf(address);
  return needsServers && toAsciiName(domain) !== undefined ? [[domain, address]] : [];
}

/** The row's own values come first. */
function withServers(account: RowAccount, servers: Servers): RowAccount {
  return {
    ...account,
    inbox_type: servers.inboxType,
    smtp_host: servers.smtpHost,
    smtp_port: account.smtp_port ?? String(servers.smtpPort),
    smtp_use_tls: account.smtp_use_tls ?? servers.smtpUseTls,
    imap_host: servers.imapHost,
    imap_port: account.imap_port ?? String(servers.imapPort),
    imap_use_ssl: account.imap_use_ssl ?? servers.imapUseSsl,
  };
}
