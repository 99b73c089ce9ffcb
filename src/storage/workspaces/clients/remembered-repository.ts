import { sql } from 'kysely';
import { z } from 'zod';
import { domainOf } from '../../../add-inbox/account/email-address.ts';
import { INBOX_TYPES } from '../../../add-inbox/account/providers.ts';
import type { AccountToAdd } from '../../../add-inbox/account/sender-account.ts';
import { type OwnerName, toStoredName } from '../../../add-inbox/keys/key-owner.ts';
import type { ListedDomain, Remembered, RememberedSearch } from '../../../add-inbox/keys/remembered.ts';
import type { Executor } from '../../database.ts';
import type { Consequence } from '../../rows/change-together.ts';
import type { OnUnreadable } from '../../rows/read-rows.ts';
import { storedJson } from '../../rows/stored-json.ts';

const port = z.int().min(1).max(65_535);

const inboxJson = storedJson(
  z.object({
    inbox_type: z.enum(INBOX_TYPES),
    smtp_host: z.string(),
    smtp_port: port,
    smtp_use_tls: z.boolean(),
    imap_host: z.string(),
    imap_port: port,
    imap_use_ssl: z.boolean(),
    daily_limit: z.int().min(1),
  }),
);

type Added = { teamId: string; keyName: OwnerName; account: AccountToAdd };

/** The last inbox that the workspace or a client added with each domain. In a form, a row that can't be read counts as none. */
export function createRememberedRepository({ kysely }: Executor, onUnreadable: OnUnreadable = () => {}) {
  return { findLast, page, forget };

  /** @param domain in ASCII and lower case; undefined: any */
  async function findLast(teamId: string, owner: OwnerName, domain?: string): Promise<Remembered | undefined> {
    const rows = await select(teamId, owner)
      .$if(domain !== undefined, (query) => query.where('domain', '=', domain ?? ''))
      .orderBy('added_at', 'desc')
      .limit(1)
      .execute();
    return rows.flatMap((row) => read(row) ?? [])[0];
  }

  async function page(
    teamId: string,
    owner: OwnerName,
    { contains, skip, limit }: RememberedSearch,
  ): Promise<ListedDomain[]> {
    const pattern = `%${contains.replaceAll(/[%_!]/g, '!$&')}%`;
    const rows = await select(teamId, owner)
      .where(sql<boolean>`domain like ${pattern} escape '!'`)
      .orderBy('domain')
      .offset(skip)
      .limit(limit)
      .execute();
    return rows.map((row) => read(row) ?? { domain: row.domain, servers: undefined });
  }

  /** Returns the number of domains that were forgotten: one, all of an owner, or all of the workspace. */
  async function forget(teamId: string, { owner, domain }: { owner?: OwnerName; domain?: string }): Promise<number> {
    const { numDeletedRows } = await kysely
      .deleteFrom('remembered')
      .where('team_id', '=', teamId)
      .$if(owner !== undefined, (query) => query.where('client', '=', owner === undefined ? '' : toStoredName(owner)))
      .$if(domain !== undefined, (query) => query.where('domain', '=', domain ?? ''))
      .executeTakeFirst();
    return Number(numDeletedRows);
  }

  function select(teamId: string, owner: OwnerName) {
    return kysely
      .selectFrom('remembered')
      .select(['domain', 'inbox'])
      .where('team_id', '=', teamId)
      .where('client', '=', toStoredName(owner));
  }

  function read({ domain, inbox }: { domain: string; inbox: string }): Remembered | undefined {
    const parsed = inboxJson.safeParse(inbox);
    if (parsed.success) return toRemembered(domain, parsed.data);
    onUnreadable(domain, parsed.error, 'remembered');
    return undefined;
  }
}

/** Remembers an inbox that was added at this time. Nothing is remembered for a client that was removed meanwhile. */
export function remembering({ teamId, keyName, account }: Added, addedAt: number): Consequence {
  const { inbox_type, smtp_host, smtp_port, smtp_use_tls, imap_host, imap_port, imap_use_ssl, daily_limit } = account;
  const inbox = { inbox_type, smtp_host, smtp_port, smtp_use_tls, imap_host, imap_port, imap_use_ssl, daily_limit };
  const client = toStoredName(keyName);
  return (isMade) => sql`
    insert into remembered (team_id, client, domain, inbox, added_at)
    select ${teamId}, ${client}, ${domainOf(account.email_address)}, ${JSON.stringify(inbox)}, cast(${addedAt} as bigint)
    where ${isMade} and exists (select 1 from coldsend_keys where team_id = ${teamId} and label = ${client})
    on conflict (team_id, client, domain) do update set inbox = excluded.inbox, added_at = excluded.added_at`;
}

function toRemembered(domain: string, inbox: z.output<typeof inboxJson>): Remembered {
  return {
    domain,
    dailyLimit: inbox.daily_limit,
    servers: {
      inboxType: inbox.inbox_type,
      provider: undefined,
      smtpHost: inbox.smtp_host,
      smtpPort: inbox.smtp_port,
      smtpUseTls: inbox.smtp_use_tls,
      imapHost: inbox.imap_host,
      imapPort: inbox.imap_port,
      imapUseSsl: inbox.imap_use_ssl,
    },
  };
}
