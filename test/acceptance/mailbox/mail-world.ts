import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Script } from '../../../playground/local-coldsend/script.ts';
import type { Accounts } from '../../../playground/local-mail/accounts.ts';
import { type LocalMail, startLocalMail } from '../../../playground/local-mail/start-local-mail.ts';
import type { MessageSeen, ModalSeen } from '../../../playground/local-slack/local-slack.ts';
import { previewFile } from '../batches/batch-world.ts';
import { openHowPage, typeAll, waitForPage } from '../world/fill-form.ts';
import { startWorld, type World, type WorldOptions } from '../world/start-bot.ts';

export const HOST = 'mail.acme.test';

export const CONNECTION_FAILED: Script = { kind: 'login_failed', reason: 'see your provider' };

export type MailWorld = { world: World; mail: LocalMail };

/** The bot beside mail servers of its own, whose certificates it trusts. */
export async function startMailWorld(
  context: TestContext,
  { accounts, env, ...options }: WorldOptions & { accounts?: Accounts } = {},
): Promise<MailWorld> {
  const works = { smtp: 'works', imap: 'works' } as const;
  const mail = await startLocalMail({ accounts: { '*': works, ...accounts }, names: { [HOST]: { A: ['127.0.0.1'] } } });
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-mail-'));
  const authority = join(folder, 'authority.pem');
  writeFileSync(authority, mail.authority);
  const world = await startWorld(context, {
    ...options,
    env: {
      LOGIN_CHECKS: 'on',
      LOGIN_CHECK_NETWORKS: '127.0.0.1/32',
      DNS_SERVERS: mail.nameServer,
      NODE_EXTRA_CA_CERTS: authority,
      ...env,
    },
  });
  context.after(async () => {
    await mail.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { world, mail };
}

/** An admin makes the setting. */
export async function checkBeforeSending({ world }: MailWorld): Promise<void> {
  const { admin } = world;
  await admin.openHome();
  await admin.click('home_settings', { in: 'home' });
  await waitForPage(admin, 'settings');
  await admin.choose('check_login_first', 'yes');
  assert.equal((await admin.submit()).modal, undefined);
}

export type Login = { address: string; host?: string; password?: string };

/** A person adds an inbox of the local mail servers. */
export async function addInbox({ world, mail }: MailWorld, login: Login): Promise<void> {
  const { address, host = HOST, password = 'pl4nted-Secret' } = login;
  const { member, channelId } = world;
  await openHowPage(member, channelId, { address, provider: 'CUSTOM_SMTP' });
  await typeAll(member, {
    smtp_host: host,
    smtp_port: String(mail.ports.smtps),
    imap_host: host,
    imap_port: String(mail.ports.imaps),
    smtp_password: password,
  });
  const { errors, modal } = await member.submit();
  assert.deepEqual(errors, {});
  // The ports are unusual, so the form asks once.
  if (modal?.callbackId === 'add_inbox_how') assert.equal((await member.submit()).modal?.callbackId, 'notice');
}

/** A person adds a list of inboxes of the local mail servers. Resolves with its preview, which is confirmed. */
export async function addList({ world, mail }: MailWorld, addresses: string[]): Promise<ModalSeen> {
  const { member, channelId } = world;
  const { smtps, imaps } = mail.ports;
  const header =
    'email_address,display_name,inbox_type,smtp_host,smtp_port,smtp_username,smtp_password,imap_host,imap_port';
  const lines = addresses.map((address) =>
    [address, 'Jane Doe', 'CUSTOM_SMTP', HOST, smtps, address, 'pl4nted-Secret', HOST, imaps].join(','),
  );
  const preview = await previewFile(member, channelId, { name: 'rows.csv', content: [header, ...lines].join('\n') });
  const { modal } = await member.submit();
  assert.equal(modal?.callbackId, 'notice', modal?.rendered);
  return preview;
}

/** The reply to the request for this address. */
export function waitForReply({ world }: MailWorld, address: string): Promise<MessageSeen> {
  const { slack, member, channelId } = world;
  const roots = () => member.in(channelId).filter(({ rendered }) => rendered.includes(address));
  return slack.waitFor(() => roots().flatMap(({ thread }) => thread)[0], `the reply about ${address}`);
}
