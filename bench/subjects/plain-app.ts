import { readFileSync } from 'node:fs';
import type { ModalView } from '@slack/types';
import { PROVIDERS } from '../../src/add-inbox/account/providers.ts';
import { type AccountToAdd, type SenderAccount, validateAccount } from '../../src/add-inbox/account/sender-account.ts';

/*
 * What all subjects but the bot share: the form as the bot renders it, the bot's own validation, and the words of the
 * messages. Nobody is looked up.
 */

/** A good submission. Slack gives each view an id of its own. */
export type Submission = { viewId: string; account: SenderAccount };

/** What follows the answer to a submission; undefined if nothing does. */
export type AfterAck = (() => unknown) | undefined;

/** What has to be done before Slack gets its answer. */
export type Accept = (submission: Submission) => AfterAck | Promise<AfterAck>;

type Views = { who: ModalView; how: ModalView };

type SubmittedView = {
  id: string;
  private_metadata: string;
  state: { values: Record<string, Record<string, { value?: string | null | undefined }>> };
};

export const views: Views = JSON.parse(readFileSync(process.env.VIEWS ?? '', 'utf8'));

export const settings = {
  signingSecret: process.env.SLACK_SIGNING_SECRET ?? '',
  botToken: process.env.SLACK_BOT_TOKEN ?? '',
  slackApiUrl: process.env.SLACK_API_URL ?? '',
  coldsendUrl: `${process.env.COLDSEND_API_URL}/sender-accounts`,
  coldsendKey: 'cs_live_0123456789abcdef0123456789abcdef01234567',
  databaseUrl: process.env.DATABASE_URL ?? '',
  /** Stops where Slack has its answer, as the bot does without its worker. */
  endsAtAck: process.env.ENDS_AT_ACK === '1',
};

/** What was typed into page 2, checked; `errors` is the answer where something can't be taken. */
export function readAccount({ private_metadata, state }: SubmittedView) {
  const typed: Record<string, string | null | undefined> = {};
  for (const block of Object.values(state.values)) {
    for (const [field, { value }] of Object.entries(block)) typed[field] = value;
  }
  const address = /jane-\d+@acme\.com/.exec(private_metadata)?.[0];
  const { name: _name, ...servers } = PROVIDERS.GOOGLE_WORKSPACE;
  const validated = validateAccount({
    email_address: address,
    display_name: 'Jane Doe',
    inbox_type: 'GOOGLE_WORKSPACE',
    smtp_host: servers.smtp_host,
    smtp_port: String(servers.smtp_port),
    smtp_username: address,
    smtp_password: typed.smtp_password ?? undefined,
    imap_host: servers.imap_host,
    imap_port: String(servers.imap_port),
    imap_username: address,
    imap_password: typed.smtp_password ?? undefined,
    daily_limit: typed.daily_limit ?? undefined,
    smtp_use_tls: true,
    imap_use_ssl: true,
  });
  if (validated.ok) return { account: validated.value, errors: undefined };
  const errors = Object.fromEntries(
    Object.keys(state.values).flatMap((block) => {
      const sentence = Object.entries(validated.errors).find(([field]) => block.startsWith(`${field}.`))?.[1];
      return sentence === undefined ? [] : [[block, sentence]];
    }),
  );
  return { account: undefined, errors };
}

export function notice(text: string): ModalView {
  return { type: 'modal', title: { type: 'plain_text', text: 'Add an inbox' }, blocks: [section(text)] };
}

export function message(account: AccountToAdd, words: string) {
  const text = `${account.email_address} (${account.display_name}): ${words}`;
  return { channel: 'C1', text, blocks: [section(text), section(`Daily limit: ${account.daily_limit}`)] };
}

function section(text: string) {
  return { type: 'section' as const, text: { type: 'plain_text' as const, text } };
}

export function isReady(port: number): void {
  console.log(JSON.stringify({ port, message: 'Ready' }));
}
