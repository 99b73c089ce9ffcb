import type { Servers } from '../account/detection.ts';

/** The inbox that was added last with a domain: no address, no name, no password. */
export type Remembered = {
  /** In ASCII and lower case. */
  domain: string;
  servers: Servers;
  /** Mails a day. */
  dailyLimit: number;
};

/** A domain in the list. Without servers, the stored row can't be read. */
export type ListedDomain = Remembered | { domain: string; servers: undefined };

/** The domains that contain this text in lower case, in the order of their names. */
export type RememberedSearch = { contains: string; skip: number; limit: number };
