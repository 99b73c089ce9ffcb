import {
  type AccountToAdd,
  type SenderAccount,
  splitPasswords,
} from '../../../src/add-inbox/account/sender-account.ts';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { EXPIRES_AFTER_MS } from '../../../src/add-inbox/request/next-step.ts';
import type { AddedAccount } from '../../../src/add-inbox/request/outcome.ts';
import type { AddInboxRequest } from '../../../src/add-inbox/request/request.ts';

export const SAMPLE_ACCOUNT: SenderAccount = {
  email_address: 'jane@acme.com',
  display_name: 'Jane Doe',
  inbox_type: 'GOOGLE_WORKSPACE',
  smtp_host: 'smtp.gmail.com',
  smtp_port: 587,
  smtp_username: 'jane@acme.com',
  smtp_password: 'abcdefghijklmnop',
  imap_host: 'imap.gmail.com',
  imap_port: 993,
  imap_username: 'jane@acme.com',
  imap_password: 'abcdefghijklmnop',
  daily_limit: 30,
  smtp_use_tls: true,
  imap_use_ssl: true,
};

/** The same without its passwords, as it is stored. */
export const ACCOUNT_TO_ADD: AccountToAdd = splitPasswords(SAMPLE_ACCOUNT).account;

/** The same as ColdSend has it once it is added. */
export const ADDED_ACCOUNT: AddedAccount = {
  inbox_id: 'i-1',
  email_address: 'jane@acme.com',
  display_name: 'Jane Doe',
  inbox_type: 'GOOGLE_WORKSPACE',
  daily_limit: 30,
  overall_status: 'ACTIVE',
};

/** A request as it stands right after its submission, at time 0; `change` makes it any other. */
export function sampleRequest(change: Partial<AddInboxRequest> = {}): AddInboxRequest {
  return {
    id: 'REQUEST00001',
    teamId: 'T1',
    userId: 'U1',
    viewId: 'V1',
    channelId: 'C1',
    resultsChannelId: undefined,
    keyName: WORKSPACE,
    retryOf: undefined,
    batch: undefined,
    account: ACCOUNT_TO_ADD,
    state: 'accepted',
    announcement: undefined,
    waitsFor: undefined,
    notBefore: 0,
    tries: 0,
    outcome: undefined,
    replyTs: undefined,
    acceptedAt: 0,
    expiresAt: (change.acceptedAt ?? 0) + EXPIRES_AFTER_MS,
    settledAt: undefined,
    reportedAt: undefined,
    ...change,
  };
}
