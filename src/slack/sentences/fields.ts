import type { InboxType } from '../../add-inbox/account/providers.ts';
import type { FormField } from '../ids.ts';

export const FIELD_LABELS: Record<FormField, string> = {
  email_address: 'Address of the inbox',
  display_name: 'Display name',
  inbox_type: 'Provider',
  smtp_host: 'SMTP server',
  smtp_port: 'SMTP port',
  smtp_username: 'SMTP user name',
  smtp_password: 'Password',
  smtp_use_tls: 'SMTP encryption',
  imap_host: 'IMAP server',
  imap_port: 'IMAP port',
  imap_username: 'IMAP user name',
  imap_password: 'IMAP password',
  imap_use_ssl: 'IMAP encryption',
  same_login: 'IMAP login',
  daily_limit: 'Daily limit',
};

export const PLACEHOLDERS: Partial<Record<FormField, string>> = {
  email_address: 'jane@acme.com',
  display_name: 'Jane Doe',
  smtp_host: 'smtp.acme.com',
  imap_host: 'imap.acme.com',
};

export const HINTS = {
  email_address: 'The full address that ColdSend sends from.',
  display_name: 'People see this name as the sender.',
  find: { text: 'Find it for me', description: 'We look up the mail servers of the domain' },
  providers: {
    GOOGLE_WORKSPACE: 'Gmail and Google Workspace; needs an app password',
    OUTLOOK_365: 'Outlook and Exchange Online; many refuse passwords',
    CUSTOM_SMTP: 'Any mailbox with SMTP and IMAP; you enter the servers',
  } satisfies Record<InboxType, string>,
  passwordLabels: {
    GOOGLE_WORKSPACE: 'App password',
    OUTLOOK_365: 'Password',
    CUSTOM_SMTP: 'SMTP password',
  } satisfies Record<InboxType, string>,
  passwords: {
    GOOGLE_WORKSPACE:
      "Use an app password, not the password of the account. Turn on 2-Step Verification, then make one at myaccount.google.com/apppasswords. The spaces in it don't matter.",
    OUTLOOK_365: 'Use an app password if you can make one.',
    CUSTOM_SMTP: 'Use an app password if your provider offers them. You make one in the settings of your provider.',
  } satisfies Record<InboxType, string>,
  orSecurePage: 'Leave this empty to enter the password on a secure page instead, outside Slack.',
  visible:
    "Slack can't hide this field, so anyone near your screen can read it. We store it encrypted and delete it after sending.",
  smtp_host: 'Only the name of the server: no https://, no port.',
  smtp_username: 'Usually the full address.',
  imap_host: 'Often the name of the SMTP server with imap at its start.',
  imap_username: 'Usually the same as for SMTP.',
  smtp_port: 'Usually 587 (STARTTLS). 465 uses TLS from the start.',
  imap_port: 'Usually 993 (SSL). 143 uses STARTTLS.',
  daily_limit:
    'ColdSend sends at most this many mails a day. Recommended: 20–30 for a new account, 50–80 while it warms up, 80–100 once it is established.',
  /** Slack marks every checkbox that can be left unticked as optional. */
  smtp_use_tls:
    'Keep this ticked. Without it, others can read the password on its way to the server. Slack marks every checkbox like this as optional.',
  imap_use_ssl: 'Keep this ticked, too. Without it, others can read the IMAP password.',
  imap_password: 'Anyone near your screen can read this, too.',
  same_login: 'Untick this if IMAP has its own user name and password.',
  checkbox: {
    smtp_use_tls: 'Use TLS for SMTP',
    imap_use_ssl: 'Use SSL for IMAP',
    same_login: 'Same login as SMTP',
  },
} as const;
