import type { InboxType } from '../../../add-inbox/account/providers.ts';

/* What the page and the bot say to each other, as JSON. Each POST names the page in `x-page-id`. */

export type Server = { host: string; port: number; isEncrypted: boolean };

/** The inbox that waits for its password. Texts that Slack did not tell are ''. */
export type PasswordToEnter = {
  kind: 'password';
  person: string;
  workspace: string;
  /** The client of the channel; missing for the workspace's own key. */
  client?: string;
  threadUrl: string;
  address: string;
  name: string;
  provider: InboxType;
  smtp: Server;
  imap: Server;
  smtpUser: string;
  imapUser: string;
  dailyLimit: number;
  /** The bot can try the login before anything is saved. */
  canCheck: boolean;
  /** Milliseconds until the link stops working. */
  worksForMs: number;
};

export type NoPage = { kind: 'gone' | 'later' };

/** Until the person of the link has confirmed in Slack that they see this code. Then the page may ask again. */
export type CodeToConfirm = { kind: 'code'; code: string; worksForMs: number };

/** What a page that is not confirmed gets in place of each other answer. */
export type BarredAnswer = CodeToConfirm | NoPage;

export type LookAnswer = PasswordToEnter | BarredAnswer;

export type PasswordField = 'smtp_password' | 'imap_password';

/** `checked`: one line for each server. `unchecked`: no more checks with this link, or none now. */
export type CheckAnswer =
  | { kind: 'checked'; works: boolean; lines: string[] }
  | { kind: 'unchecked' }
  | Extract<SaveAnswer, { kind: 'wrong' }>
  | NoPage;

/** `unsure`: saved once the person has seen the warnings and submits again. */
export type SaveAnswer =
  | { kind: 'saved' }
  | { kind: 'wrong'; errors: Partial<Record<PasswordField, string>> }
  | { kind: 'unsure'; warnings: string[] }
  | NoPage;
