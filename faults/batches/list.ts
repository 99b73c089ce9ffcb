import type { Progress } from '../../src/web/secure/browser/contract.ts';
import { passwordFor } from '../world/fault-world.ts';

/** `nothing`: they see nothing of it, since the bot is dead, and may try again. `gone`: they have to begin from the start. */
export type Tried = 'done' | 'nothing' | 'gone';

/** A list as a person adds it. Each call is one try, as far as the bot lives. */
export type List = {
  /** Of the list, and of each fix of rows that failed. `isTold`: that these inboxes are being added. */
  rounds: { addresses: string[]; isTold: boolean }[];
  /** Of all links to the page. */
  tokens: string[];
  /** `done`: the person sees that all rows can be added. */
  preview(): Promise<Tried>;
  /** Adds the rows of the last round. `done`: the person is told that they are being added. */
  confirm(): Promise<Tried>;
  /** Begins a round with the rows that failed. False where there are none, or they can't be fixed like this. */
  beginFix(): Promise<boolean>;
  /** Sends all rounds once more, which must change nothing. What was wrong with answers, and what the page shows at the end. */
  findProblems(): Promise<{ problems: string[]; shown: Progress | undefined }>;
};

export function passwordIn(round: number, address: string): string {
  return passwordFor(round === 0 ? address : `${round}${address}`);
}

/** The rows of the first round as text. */
export function toTable(addresses: string[], separator: string): string {
  const rows = addresses.map((address) => [address, passwordIn(0, address), 'google']);
  return [['Email', 'App Password', 'Provider'], ...rows].map((cells) => cells.join(separator)).join('\n');
}
