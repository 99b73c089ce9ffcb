import type { AccountToAdd } from '../../src/add-inbox/account/sender-account.ts';
import { MAX_CLIENT_NAME } from '../../src/add-inbox/keys/coldsend-key.ts';
import { WORKSPACE } from '../../src/add-inbox/keys/key-owner.ts';
import type { AddedAccount, Outcome } from '../../src/add-inbox/request/outcome.ts';
import type { Draft } from '../../src/slack/form/fields.ts';
import type { FormContext } from '../../src/slack/form/form-metadata.ts';
import { sampleKey } from '../add-inbox/keys/sample-key.ts';
import { ACCOUNT_TO_ADD, sampleRequest } from '../add-inbox/request/sample-request.ts';

export const account = ACCOUNT_TO_ADD;

export const added: AddedAccount = {
  inbox_id: '0b0d6a5e-7a3c-4a57-9a3f-0d3a6f4d2f11',
  email_address: 'jane@acme.com',
  display_name: 'Jane Doe',
  inbox_type: 'GOOGLE_WORKSPACE',
  daily_limit: 100,
  overall_status: 'PENDING',
};

export const request = sampleRequest({
  id: 'req_01',
  state: 'announced',
  announcement: { channelId: 'C1', ts: '1.1', surface: 'channel' },
  notBefore: Date.UTC(2026, 0, 2, 14, 5),
  acceptedAt: Date.UTC(2026, 0, 2, 14, 0),
});

export const key = sampleKey({
  storedAt: Date.UTC(2026, 0, 1, 9, 30),
  checkedAt: Date.UTC(2026, 0, 2, 9, 30),
});

export const outcomes: Record<Outcome['kind'], Outcome> = {
  added: { kind: 'added', account: added },
  exists: { kind: 'exists', reason: 'Email already exists' },
  refused: { kind: 'refused', reason: 'Connection failed', fields: [] },
  key_refused: { kind: 'key_refused', reason: 'Missing API key scopes', missingScopes: ['sender_accounts:write'] },
  unknown: { kind: 'unknown', why: 'answer_lost' },
  expired: { kind: 'expired' },
  stopped: { kind: 'stopped' },
};

export const heldBack: Outcome = {
  ...{ kind: 'refused', reason: '', fields: [], isHeldBack: true },
  login: { smtp: { kind: 'works' }, imap: { kind: 'refused', reason: 'wrong_login' } },
};

export const context: FormContext = {
  openedBy: 'U1',
  owner: WORKSPACE,
  channelId: 'C1',
  sealedResponseUrl: 'v1.k1.c2VhbGVk',
  retryOf: undefined,
  generation: 0,
};

/** Everything that a person, or ColdSend, might try to make Slack show. */
export const HOSTILE = '<!channel> <@U666> <https://evil.example|click> *b* _i_ ~s~ `c` :tada: & @here evil.com';

/** The longest values there can be: 255 characters outside of the basic plane, each two UTF-16 units. */
export const LONGEST = '😀'.repeat(255);

export const longestContext: FormContext = {
  openedBy: 'U'.padEnd(12, '0'),
  owner: { kind: 'client', name: '😀'.repeat(MAX_CLIENT_NAME / 2) },
  channelId: 'C'.padEnd(12, '0'),
  sealedResponseUrl: 'x'.repeat(220),
  retryOf: 'r'.repeat(36),
  generation: 123,
};

export const longestDraft: Draft = {
  email_address: `${'a'.repeat(64)}@${'b'.repeat(186)}.com`,
  display_name: LONGEST,
  inbox_type: 'CUSTOM_SMTP',
  smtp_host: `${'h'.repeat(249)}.com`,
  smtp_port: '65535',
  smtp_username: LONGEST,
  smtp_use_tls: false,
  imap_host: `${'i'.repeat(249)}.com`,
  imap_port: '65535',
  imap_username: LONGEST,
  imap_use_ssl: false,
  daily_limit: '9007199254740991',
  same_login: false,
};

export const longestAccount: AccountToAdd = {
  ...account,
  email_address: `${'a'.repeat(64)}@${'b'.repeat(186)}.com`,
  display_name: LONGEST,
  inbox_type: 'CUSTOM_SMTP',
  smtp_username: LONGEST,
  imap_username: LONGEST,
};
