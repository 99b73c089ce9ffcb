import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cursor, compareCursors, mergePages, type Page } from '../../../src/add-inbox/lists/page.ts';
import { fc } from '../../project/properties.ts';

test('two lists in pages of any size are one list, without gaps and without anything twice', () => {
  const list = fc.uniqueArray(
    fc.record({ at: fc.nat(9), id: fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd') }) }),
    {
      selector: ({ at, id }) => `${at}.${id}`,
    },
  );
  fc.assert(
    fc.property(
      list,
      list,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 5 }),
      (first, second, limit, reads) => {
        // What is in both lists is in the first.
        const others = second.filter(({ at, id }) => !first.some((entry) => entry.at === at && entry.id === id));
        const lists = [first, others].map((entries) => entries.toSorted(compareCursors));
        const all: Cursor[] = [];
        let before: Cursor | undefined;
        for (let pages = 0; pages < 200; pages += 1) {
          const pageOf = (entries: Cursor[]) => read(entries, before, Math.min(limit, reads));
          const page = mergePages(lists.map(pageOf), (entry) => entry, limit);
          assert.ok(page.entries.length <= limit);
          all.push(...page.entries);
          before = page.next;
          if (before === undefined) break;
        }
        assert.deepEqual(all, [...first, ...others].toSorted(compareCursors));
      },
    ),
  );
});

/** A page that reads only so many, as a search for something rare does. */
function read(entries: Cursor[], before: Cursor | undefined, limit: number): Page<Cursor> {
  const rest = entries.filter((entry) => before === undefined || compareCursors(entry, before) > 0);
  const shown = rest.slice(0, limit);
  return { entries: shown, next: rest.length > limit ? shown.at(-1) : undefined };
}
