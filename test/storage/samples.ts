import type { AccountToAdd } from '../../src/add-inbox/account/sender-account.ts';
import { WORKSPACE } from '../../src/add-inbox/keys/key-owner.ts';
import type { ClaimedRequest } from '../../src/add-inbox/request/request.ts';
import type { RequestToAccept } from '../../src/add-inbox/request/submit.ts';
import type { RequestRepository } from '../../src/storage/requests/request-repository.ts';
import { createSealer } from '../../src/storage/sealing/sealing.ts';
import { ACCOUNT_TO_ADD } from '../add-inbox/request/sample-request.ts';

export const testKey = { id: 'test', key: new Uint8Array(32).fill(7) };
export const testSealer = createSealer([testKey]);

export const sampleAccount: AccountToAdd = {
  ...ACCOUNT_TO_ADD,
  display_name: 'Jane “J.” Dœ 🙂',
  inbox_type: 'CUSTOM_SMTP',
  smtp_host: 'smtp.acme.com',
  smtp_username: 'jane',
  imap_host: 'imap.acme.com',
  daily_limit: 9_007_199_254_740_991,
  imap_use_ssl: false,
};

export function sampleRequest(name: string, change: Partial<RequestToAccept> = {}): RequestToAccept {
  return {
    id: `request-${name}`,
    teamId: 'T1',
    userId: 'U1',
    viewId: `view-${name}`,
    channelId: 'C1',
    resultsChannelId: undefined,
    keyName: WORKSPACE,
    retryOf: undefined,
    account: sampleAccount,
    passwords: { smtp_password: ' p4ss "wörd" ', imap_password: 'other' },
    responseUrl: 'https://hooks.slack.com/commands/T1/1/secret',
    ...change,
  };
}

/** Accepts the sample and returns it as it is held. */
export async function acceptSample(
  requests: RequestRepository,
  name: string,
  change?: Partial<RequestToAccept>,
): Promise<ClaimedRequest> {
  const acceptance = await requests.accept(sampleRequest(name, change));
  if (acceptance.kind !== 'accepted') throw new Error(`${name} was accepted before`);
  return acceptance.request;
}
