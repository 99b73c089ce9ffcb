import { z } from 'zod';
import { fromStoredName, toStoredName } from '../../../add-inbox/keys/key-owner.ts';
import { type Cursor, type InboxFilter, OUTCOME_GROUPS, type OutcomeGroup } from '../../../add-inbox/lists/page.ts';
import { ACTIONS } from '../../ids.ts';
import { parseJson } from '../../modals/private-metadata.ts';
import { goNewer, goOlder, storedTrail, toStoredTrail } from '../../modals/trail.ts';

/** The part of the Home that a person looks at. It is in the Home's `private_metadata`, so that each press starts from it. */
export type HomePlace = {
  /** The page of the list of clients, counted from 0. */
  clientsPage: number;
  filter: InboxFilter;
  /** The pages of inboxes up to the one shown, each by where it starts. None for the newest page. */
  trail: Cursor[];
};

export const NEWEST_PLACE: HomePlace = { clientsPage: 0, filter: {}, trail: [] };

/** A client's or the workspace's value in the menu of owners begins with `OWNED`. */
const ANY = 'any';
const OWNED = 'of:';

const outcome = z.enum(OUTCOME_GROUPS);

/** Strict, so that the metadata of a modal is no place. */
const place = z
  .strictObject({
    c: z.int().min(0).default(0),
    o: z.string().optional(),
    r: outcome.optional(),
    t: storedTrail.default([]),
  })
  .transform(({ c, o, r, t }): HomePlace => {
    const owner = o === undefined ? undefined : fromStoredName(o);
    return { clientsPage: c, filter: { owner, outcome: r }, trail: t };
  });

export function encodePlace({ clientsPage: c, filter: { owner, outcome: r }, trail }: HomePlace): string {
  return JSON.stringify({ c, o: owner && toStoredName(owner), r, t: toStoredTrail(trail) });
}

/** The newest page where the text is none of ours. */
export function parsePlace(text: string): HomePlace {
  return place.safeParse(parseJson(text)).data ?? NEWEST_PLACE;
}

/** Where a press on a button or menu of the list of inboxes leads to. A new filter starts at the newest inbox. */
export function movePlace(from: HomePlace, actionId: string, value: string): HomePlace {
  const { trail, filter } = from;
  switch (actionId) {
    case ACTIONS.olderInboxes:
      return { ...from, trail: goOlder(trail, value) };
    case ACTIONS.newerInboxes:
      return { ...from, trail: goNewer(trail) };
    case ACTIONS.filterOwner: {
      const owner = value.startsWith(OWNED) ? fromStoredName(value.slice(OWNED.length)) : undefined;
      return { ...from, trail: [], filter: { ...filter, owner } };
    }
    case ACTIONS.filterOutcome:
      return { ...from, trail: [], filter: { ...filter, outcome: outcome.safeParse(value).data } };
    default:
      return from;
  }
}

export function toOwnerValue(owner: InboxFilter['owner']): string {
  return owner === undefined ? ANY : `${OWNED}${toStoredName(owner)}`;
}

export function toOutcomeValue(chosen: OutcomeGroup | undefined): string {
  return chosen ?? ANY;
}
