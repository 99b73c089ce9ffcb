import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { type AccountToAdd, type SenderAccount, splitPasswords } from '../../src/add-inbox/account/sender-account.ts';

/*
 * What the durable subjects share: passwords are sealed before they are stored, and each step of a job is committed, by the
 * subject's own store, before the next one begins.
 */

/** What is stored of a submission. */
export type Job = { viewId: string; account: AccountToAdd; sealed: string };

/** How far an armed job got: the `ts` of its announcement, and what became of it, null until that is settled. */
export type Progress = { ts: string; status: string | null };

export type Calls = {
  announce(account: AccountToAdd): Promise<string>;
  /** Throws when it is not known whether ColdSend added it. */
  addSenderAccount(account: SenderAccount): Promise<string>;
  tell(viewId: string, account: AccountToAdd, ts: string, status: string): Promise<void>;
};

export type Steps = {
  /** Commits that the job is about to be sent. Resolves with its sealed passwords. */
  arm(ts: string): string | Promise<string>;
  /** Commits what became of it, and wipes its passwords. */
  settle(status: string): unknown;
};

const UNKNOWN = 'may have been added or not. Look for it in ColdSend before you try again.';

/** Goes on with a job from where it stands. A job that was armed before is not sent again, because nobody knows if it was. */
export async function doJob(
  { viewId, account }: Omit<Job, 'sealed'>,
  progress: Progress | undefined,
  steps: Steps,
  calls: Calls,
): Promise<void> {
  const ts = progress?.ts ?? (await calls.announce(account));
  const status = progress?.status ?? (progress ? UNKNOWN : await send(await steps.arm(ts)));
  if (progress?.status == null) await steps.settle(status);
  await calls.tell(viewId, account, ts, status);

  async function send(sealed: string): Promise<string> {
    try {
      return await calls.addSenderAccount({ ...account, ...open(sealed, viewId) });
    } catch {
      return UNKNOWN;
    }
  }
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const key = createSecretKey(process.env.ENCRYPTION_KEY ?? '', 'base64');

/** AES-256-GCM under the key from the environment; opens only for the same view. */
export function toJob(viewId: string, submitted: SenderAccount): Job {
  const { account, passwords } = splitPasswords(submitted);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(viewId));
  const ciphertext = Buffer.concat([cipher.update(JSON.stringify(passwords), 'utf8'), cipher.final()]);
  return { viewId, account, sealed: Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]).toString('base64url') };
}

function open(sealed: string, viewId: string): Pick<SenderAccount, 'smtp_password' | 'imap_password'> {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(viewId))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  return JSON.parse(
    decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8'),
  );
}
