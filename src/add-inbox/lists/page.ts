import type { OwnerName } from '../keys/key-owner.ts';
import type { Outcome } from '../request/outcome.ts';

/** A position in a list that is sorted by time and id, the newest first. The next page starts after it. */
export type Cursor = { at: number; id: string };

/** `next` is undefined at the end of the list. A page can have no entries and still a next one: each page reads only so many rows. */
export type Page<Entry> = { entries: Entry[]; next: Cursor | undefined };

/** The outcomes that people tell apart in a list. */
export const OUTCOME_GROUPS = ['added', 'exists', 'not_added', 'unknown', 'under_way'] as const;

export type OutcomeGroup = (typeof OUTCOME_GROUPS)[number];

/** An inbox that is under way has no outcome yet. */
export const OUTCOMES_OF: Record<OutcomeGroup, Outcome['kind'][]> = {
  added: ['added'],
  exists: ['exists'],
  not_added: ['refused', 'key_refused', 'expired', 'stopped'],
  unknown: ['unknown'],
  under_way: [],
};

/** Filters of a list of inboxes; undefined: everything. */
export type InboxFilter = { owner?: OwnerName | undefined; outcome?: OutcomeGroup | undefined };

/** Negative where `a` comes first, because it is newer. */
export function compareCursors(a: Cursor, b: Cursor): number {
  return b.at - a.at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

/** One press reads so many pages without an entry before it says that nothing was found so far. */
const MAX_READS = 5;

/** The first page with an entry on it, from `before` on. */
export async function readUntilFound<Entry>(
  read: (before: Cursor | undefined) => Promise<Page<Entry>>,
  before: Cursor | undefined,
): Promise<Page<Entry>> {
  let page = await read(before);
  for (let reads = 1; reads < MAX_READS && page.entries.length === 0 && page.next !== undefined; reads += 1) {
    page = await read(page.next);
  }
  return page;
}

/** Two lists as one: the page's entries, up to `limit`, and where the next page starts. */
export function mergePages<Entry>(
  pages: Page<Entry>[],
  cursorOf: (entry: Entry) => Cursor,
  limit: number,
): Page<Entry> {
  // Entries that one list has not read yet come before all older entries of the other one.
  const [horizon] = pages.flatMap(({ next }) => next ?? []).toSorted(compareCursors);
  const seen = pages
    .flatMap(({ entries }) => entries)
    .toSorted((a, b) => compareCursors(cursorOf(a), cursorOf(b)))
    .filter((entry) => horizon === undefined || compareCursors(cursorOf(entry), horizon) <= 0);
  const entries = seen.slice(0, limit);
  const last = entries.at(-1);
  return { entries, next: seen.length > limit && last !== undefined ? cursorOf(last) : horizon };
}
