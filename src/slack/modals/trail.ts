import { z } from 'zod';
import { parseJson } from './private-metadata.ts';

/** Where a page of a list starts. */
type Cursor = { at: number; id: string };

/** Of a very long way, only so many pages can be gone back to one by one. They fit into Slack's 3,000 characters. */
const MAX_TRAIL = 40;

const cursor = z.tuple([z.int().min(0), z.string().max(100)]).transform(([at, id]): Cursor => ({ at, id }));

/** The pages of a list up to the one shown, each by where it starts, as it stands in `private_metadata`. None for the newest. */
export const storedTrail = z.array(cursor).catch([]);

/** The reverse of `storedTrail`. */
export function toStoredTrail(trail: Cursor[]): [number, string][] {
  return trail.map(({ at, id }) => [at, id]);
}

/** The value of the button that leads to the page that starts there. */
export function toCursorValue({ at, id }: Cursor): string {
  return JSON.stringify([at, id]);
}

/** @param value of a button; the newest page where it is none of ours */
export function goOlder(trail: Cursor[], value: string): Cursor[] {
  const next = cursor.safeParse(parseJson(value)).data;
  return next === undefined ? [] : [...trail, next].slice(-MAX_TRAIL);
}

export function goNewer(trail: Cursor[]): Cursor[] {
  return trail.slice(0, -1);
}
