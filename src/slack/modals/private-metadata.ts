import { z } from 'zod';
import { fromStoredName, type OwnerName, toStoredName } from '../../add-inbox/keys/key-owner.ts';
import { PRIVATE_METADATA } from '../blocks/limits.ts';
import { UnreadableViewError } from './unreadable-view-error.ts';

/** What every modal remembers. */
export type ModalContext = {
  /** The user id of whom it was opened for: it is of no use to anybody else. */
  openedBy: string;
  /** Whose key it is about; the workspace's own unless given. */
  owner?: OwnerName;
  /** Of what it shows, so that it is noticed when somebody else has changed that since; see `stampOf`. */
  stamp?: string;
};

export type Metadata = Required<ModalContext> & {
  /** What else a modal remembers, by letter. Whoever reads it checks it. */
  more: Record<string, unknown>;
};

/** A letter for each name, so that the longest form there can be fits into Slack's 3,000 characters. */
const LETTERS = { openedBy: 'w', owner: 'l', stamp: 'v' } as const satisfies Record<keyof ModalContext, string>;

const metadata = z
  .object({
    [LETTERS.openedBy]: z.string().default(''),
    [LETTERS.owner]: z.string().default(''),
    [LETTERS.stamp]: z.string().default(''),
  })
  .catchall(z.unknown())
  .transform(({ w, l, v, ...more }): Metadata => ({ openedBy: w, owner: fromStoredName(l), stamp: v, more }));

/**
 * What a modal remembers as `private_metadata`: JSON of at most 3,000 characters.
 *
 * @param more by letter, other than those above. A value that doesn't fit any more is left out.
 */
export function encodePrivateMetadata(context: ModalContext, more: Record<string, unknown> = {}): string {
  let fitting: Record<string, unknown> = {};
  const { openedBy: w, owner, stamp: v } = context;
  for (const [letter, value] of Object.entries({ w, l: owner && toStoredName(owner), v, ...more })) {
    const longer = { ...fitting, [letter]: value };
    if (toJson(longer).length <= PRIVATE_METADATA) fitting = longer;
  }
  return toJson(fitting);
}

/** Nobody promises that Slack hands `&`, `<` and `>` back as they went, so they go as JSON's escapes. */
function toJson(values: Record<string, unknown>): string {
  return JSON.stringify(values).replace(/[&<>]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
}

/** Whom a view was opened for; '' where it does not say. */
export function openerOf(encoded: string): string {
  try {
    return decodePrivateMetadata(encoded).openedBy;
  } catch (error) {
    if (error instanceof UnreadableViewError) return '';
    throw error;
  }
}

/** What `encodePrivateMetadata` wrote, or nothing. Throws UnreadableViewError on anything else. */
export function decodePrivateMetadata(encoded: string): Metadata {
  const parsed = metadata.safeParse(parseJson(encoded === '' ? '{}' : encoded));
  if (!parsed.success) throw new UnreadableViewError('private_metadata');
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
