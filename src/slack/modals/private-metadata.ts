import { z } from 'zod';
import { fromStoredName, type OwnerName, toStoredName } from '../../add-inbox/keys/key-owner.ts';
import { PRIVATE_METADATA } from '../blocks/limits.ts';
import { UnreadableViewError } from './unreadable-view-error.ts';

/** The part of `private_metadata` that all modals share. */
export type ModalContext = {
  /** The id of the user that the modal was opened for. It does not work for anybody else. */
  openedBy: string;
  /** The owner of the key that the modal is about; the workspace by default. */
  owner?: OwnerName;
  /** The version of the data it shows, to notice a change by somebody else since; see `stampOf`. */
  stamp?: string;
};

export type Metadata = Required<ModalContext> & {
  /** All other values, by letter, unchecked. The reader checks them. */
  more: Record<string, unknown>;
};

/** One letter for each name, so that even the longest form fits into Slack's 3,000 characters. */
const metadata = z
  .object({
    w: z.string().default(''),
    l: z.string().default(''),
    v: z.string().default(''),
  })
  .catchall(z.unknown())
  .transform(({ w, l, v, ...more }): Metadata => ({ openedBy: w, owner: fromStoredName(l), stamp: v, more }));

/**
 * Encodes `private_metadata`: JSON of at most 3,000 characters.
 *
 * @param more other values by letter, with none of the letters above. A value that doesn't fit is left out.
 */
export function encodePrivateMetadata(context: ModalContext, more: Record<string, unknown> = {}): string {
  const { openedBy: w, owner, stamp: v } = context;
  const whole = { w, l: owner && toStoredName(owner), v, ...more };
  const encoded = toJson(whole);
  if (encoded.length <= PRIVATE_METADATA) return encoded;
  let fitting: Record<string, unknown> = {};
  for (const [letter, value] of Object.entries(whole)) {
    const longer = { ...fitting, [letter]: value };
    if (toJson(longer).length <= PRIVATE_METADATA) fitting = longer;
  }
  return toJson(fitting);
}

/** Slack doesn't promise to return `&`, `<` and `>` unchanged, so they are sent as JSON escapes. */
function toJson(values: Record<string, unknown>): string {
  return JSON.stringify(values).replace(/[&<>]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
}

/** The id of the user that a view was opened for; '' where the metadata has none. */
export function openerOf(encoded: string): string {
  try {
    return decodePrivateMetadata(encoded).openedBy;
  } catch (error) {
    if (error instanceof UnreadableViewError) return '';
    throw error;
  }
}

/** Decodes the output of `encodePrivateMetadata`, or an empty string. Throws UnreadableViewError on anything else. */
export function decodePrivateMetadata(encoded: string): Metadata {
  const parsed = metadata.safeParse(parseJson(encoded === '' ? '{}' : encoded));
  if (!parsed.success) throw new UnreadableViewError('private_metadata');
  return parsed.data;
}

/** Undefined where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
