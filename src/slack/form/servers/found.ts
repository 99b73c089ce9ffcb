import { z } from 'zod';
import { type Detection, FOUND_BY } from '../../../add-inbox/account/detection.ts';
import { INBOX_TYPES } from '../../../add-inbox/account/providers.ts';

/** The servers of an address, as a form that asked for them remembers them. */
export type Found = z.output<typeof foundJson>;

export const foundJson = z.object({
  /** The source, or why there are no servers. `searching`: there is no answer yet. */
  by: z.enum([...FOUND_BY, 'searching', 'not_found', 'no_such_domain', 'no_mail', 'no_imap']),
  domain: z.string(),
  inbox_type: z.enum(INBOX_TYPES).optional(),
  /** The name that people know. */
  provider: z.string().optional(),
  /** As they would be typed. */
  servers: z
    .object({
      smtp_host: z.string(),
      smtp_port: z.string(),
      smtp_use_tls: z.boolean(),
      imap_host: z.string(),
      imap_port: z.string(),
      imap_use_ssl: z.boolean(),
    })
    .optional(),
});

/** @param detection undefined where there is no answer yet */
export function toFound(domain: string, detection: Detection | undefined): Found {
  if (detection === undefined) return { by: 'searching', domain };
  if (detection.kind === 'no_imap') return { by: detection.kind, domain, provider: detection.provider };
  if (detection.kind !== 'servers') return { by: detection.kind, domain };
  const { by, servers } = detection;
  return {
    by,
    domain,
    inbox_type: servers.inboxType,
    ...(servers.provider !== undefined && { provider: servers.provider }),
    servers: {
      smtp_host: servers.smtpHost,
      smtp_port: String(servers.smtpPort),
      smtp_use_tls: servers.smtpUseTls ?? true,
      imap_host: servers.imapHost,
      imap_port: String(servers.imapPort),
      imap_use_ssl: servers.imapUseSsl ?? true,
    },
  };
}
