import type { InboxType } from '../../add-inbox/account/providers.ts';

/** What a form has to remember besides what is typed into it. Who acts comes from the signed payload instead. */
export type FormContext = {
  /** The user id of whom it was opened for: the form is of no use to anybody else. */
  openedBy: string;
  /** The client whose key it said would be used; '' for the workspace's own. */
  client: string;
  /** The conversation the command was used in. */
  channelId: string;
  sealedResponseUrl: string | undefined;
  /** The request that is tried again. */
  retryOf: string | undefined;
  /** Counts the pages shown, so that each comes up as it is rendered; see `blockId`. */
  generation: number;
};

/**
 * Everything typed so far but for passwords, as it was typed. What equals its default (the provider's servers, the
 * address as user name, the recommended limit) is left undefined, so that it follows when address or provider change.
 */
export type Draft = {
  email_address?: string | undefined;
  display_name?: string | undefined;
  inbox_type?: InboxType | undefined;
  smtp_host?: string | undefined;
  smtp_port?: string | undefined;
  smtp_username?: string | undefined;
  smtp_use_tls?: boolean | undefined;
  imap_host?: string | undefined;
  imap_port?: string | undefined;
  imap_username?: string | undefined;
  imap_use_ssl?: boolean | undefined;
  daily_limit?: string | undefined;
  /** One login for SMTP and IMAP. */
  same_login?: boolean | undefined;
  /** The servers of Google or Microsoft are shown for editing. */
  servers_open?: boolean | undefined;
};

/** The context for another page than the one shown: its fields come up as rendered, and passwords empty. */
export function turnPage(context: FormContext): FormContext {
  return { ...context, generation: context.generation + 1 };
}
