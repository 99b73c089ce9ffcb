/** The mailbox provider, in ColdSend's own words (`inbox_type`). */
export const INBOX_TYPES = ['GOOGLE_WORKSPACE', 'OUTLOOK_365', 'CUSTOM_SMTP'] as const;

export type InboxType = (typeof INBOX_TYPES)[number];

export type Provider = {
  /** The name that people know. */
  name: string;
  /** Undefined if every customer has different servers. */
  smtp_host: string | undefined;
  smtp_port: number;
  imap_host: string | undefined;
  imap_port: number;
  /** The provider's limit for one inbox, in mails a day. This is not a recommendation. */
  maxDailyLimit: number;
};

/** The servers and limits of each provider, from ColdSend's provider table. For all three, the user name is the full address. */
export const PROVIDERS: Record<InboxType, Provider> = {
  GOOGLE_WORKSPACE: {
    name: 'Google Workspace',
    smtp_host: 'smtp.gmail.com',
    smtp_port: 587,
    imap_host: 'imap.gmail.com',
    imap_port: 993,
    maxDailyLimit: 2_000,
  },
  OUTLOOK_365: {
    name: 'Microsoft 365',
    smtp_host: 'smtp.office365.com',
    smtp_port: 587,
    imap_host: 'outlook.office365.com',
    imap_port: 993,
    maxDailyLimit: 10_000,
  },
  CUSTOM_SMTP: {
    name: 'Other provider',
    smtp_host: undefined,
    smtp_port: 587,
    imap_host: undefined,
    imap_port: 993,
    maxDailyLimit: 100_000,
  },
};

/**
 * The form's default if a workspace has set none, in mails a day. ColdSend recommends 20–30 for a new account. The API's own
 * default, 100, is for an established account.
 */
export const DEFAULT_DAILY_LIMIT = 30;

/** The fields that a person may leave out, as they would be typed: the provider's servers, the address as user name, encryption. */
export function accountDefaults(inboxType: InboxType, address: string | undefined) {
  const { smtp_host, smtp_port, imap_host, imap_port } = PROVIDERS[inboxType];
  return {
    smtp_host,
    smtp_port: String(smtp_port),
    smtp_username: address,
    smtp_use_tls: true,
    imap_host,
    imap_port: String(imap_port),
    imap_username: address,
    imap_use_ssl: true,
    daily_limit: String(DEFAULT_DAILY_LIMIT),
  };
}
