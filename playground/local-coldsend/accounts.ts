import { randomUUID } from 'node:crypto';
import type { AddedFields } from './answer/answer.ts';
import type { AccountBody } from './contract.ts';
import { MASK } from './ledger.ts';

/** A sender account as it was added: all 14 fields, passwords masked. */
export type AddedAccount = AccountBody & {
  inbox_id: string;
  overall_status: string;
  created_at: string;
  /** The name of the key it was added with. */
  key: string;
};

/** One customer's accounts are shared by all of their keys; an address is theirs whatever its case. */
export type Accounts = {
  list: AddedAccount[];
  has(customer: string, emailAddress: string): boolean;
  add(customer: string, account: AddedAccount): void;
  /** The customer's account with this `inbox_id`. */
  find(customer: string, inboxId: string): AddedAccount | undefined;
  remove(customer: string, account: AddedAccount): void;
  clear(): void;
};

export function createAccounts(): Accounts {
  const list: AddedAccount[] = [];
  const taken = new Set<string>();
  const id = (customer: string, emailAddress: string) => JSON.stringify([customer, emailAddress.toLowerCase()]);

  return {
    list,
    has: (customer, emailAddress) => taken.has(id(customer, emailAddress)),
    add(customer, account) {
      taken.add(id(customer, account.email_address));
      list.push(account);
    },
    find: (customer, inboxId) =>
      list.find((account) => account.inbox_id === inboxId && taken.has(id(customer, account.email_address))),
    remove(customer, account) {
      taken.delete(id(customer, account.email_address));
      list.splice(list.indexOf(account), 1);
    },
    clear() {
      list.length = 0;
      taken.clear();
    },
  };
}

export function toAddedAccount(body: AccountBody, key: string, overallStatus: string, nowMs: number): AddedAccount {
  return {
    ...body,
    smtp_password: MASK,
    imap_password: MASK,
    inbox_id: randomUUID(),
    overall_status: overallStatus,
    created_at: new Date(nowMs).toISOString(),
    key,
  };
}

/** The documented answer about an account; `failure` is the message where it says `success: false`. */
export function toAddedFields(account: AddedAccount, failure: string | undefined): AddedFields {
  return {
    success: failure === undefined,
    message: failure ?? 'Sender account added successfully',
    inbox_id: account.inbox_id,
    email_address: account.email_address,
    display_name: account.display_name,
    inbox_type: account.inbox_type,
    daily_limit: account.daily_limit,
    overall_status: account.overall_status,
    created_at: account.created_at,
  };
}
