import type { AccountToAdd } from '../account/sender-account.ts';
import type { Outcome } from '../request/outcome.ts';
import type { Unreadable } from '../request/unreadable.ts';

/** An inbox that was added for a client, or may have been. */
export type ClientInbox =
  | { userId: string; account: AccountToAdd; outcome: Outcome /** Milliseconds since 1970. */; acceptedAt: number }
  | Unreadable;
