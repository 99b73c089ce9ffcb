import { z } from 'zod';
import { INBOX_TYPES } from '../../add-inbox/account/providers.ts';
import { PRIVATE_METADATA } from '../blocks/limits.ts';
import { type Draft, FIELDS } from '../form/fields.ts';
import type { FormContext } from '../form/form-context.ts';
import { UnreadableViewError } from './unreadable-view-error.ts';

/* JSON with a letter for each name: the longest form there can be fits into Slack's 3,000 characters. */
const CONTEXT_LETTERS = {
  openedBy: 'w',
  client: 'l',
  stamp: 'v',
  channelId: 'c',
  generation: 'g',
  retryOf: 'r',
  sealedResponseUrl: 'u',
  servers_open: 'o',
} as const satisfies Record<keyof FormContext | keyof ModalContext | Exclude<keyof Draft, keyof typeof FIELDS>, string>;

/** In the order of writing. The last ones are the ones to be left out where not everything fits. */
const LETTERS = [
  ...Object.entries<string>(CONTEXT_LETTERS),
  ...Object.entries(FIELDS).map(([name, { letter }]): [string, string] => [name, letter]),
];

const NAMES = new Map(LETTERS.map(([name, letter]) => [letter, name]));

const text = z.string().optional();
const flag = z.boolean().optional();

const VALUES = { text, number: text, flag, provider: z.enum(INBOX_TYPES).optional() };

const metadata = z
  .strictObject({
    openedBy: z.string().default(''),
    client: z.string().default(''),
    stamp: z.string().default(''),
    channelId: text,
    generation: z.int().min(0).optional(),
    retryOf: text,
    sealedResponseUrl: text,
    servers_open: flag,
    ...Object.fromEntries(Object.entries(FIELDS).map(([name, { kind }]) => [name, VALUES[kind]])),
  })
  .transform(({ openedBy, client, stamp, channelId, generation, retryOf, sealedResponseUrl, ...draft }) => ({
    openedBy,
    client,
    stamp,
    context:
      channelId === undefined || generation === undefined
        ? undefined
        : { openedBy, client, channelId, generation, retryOf, sealedResponseUrl },
    draft: Object.assign<Draft, object>({}, draft),
  }));

/** What a modal remembers that is not the form for an inbox. */
export type ModalContext = Pick<FormContext, 'openedBy'> & {
  /** The client it is about. */
  client?: string;
  /** Of what it shows, so that it is noticed when somebody else has changed that since; see `stampOf`. */
  stamp?: string;
};

export type Decoded = z.output<typeof metadata>;

/**
 * Context and draft as `private_metadata`, at most 3,000 characters. A text of the draft that doesn't fit any more is left
 * out; that takes several fields full of emoji, or host names that can't be ones.
 */
export function encodePrivateMetadata(context: FormContext | ModalContext, draft: Draft = {}): string {
  const values: Record<string, string | number | boolean | undefined> = { ...context, ...draft };
  let fitting: Record<string, unknown> = {};
  for (const [name, letter] of LETTERS) {
    const longer = { ...fitting, [letter]: values[name] };
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

/** What `encodePrivateMetadata` wrote; without a context where there was none. Throws UnreadableViewError on anything else. */
export function decodePrivateMetadata(encoded: string): Decoded {
  const parsed = metadata.safeParse(readNames(encoded));
  if (!parsed.success) throw new UnreadableViewError('private_metadata');
  return parsed.data;
}

function readNames(encoded: string): Record<string, unknown> | undefined {
  if (encoded === '') return {};
  try {
    const letters = z.record(z.string(), z.unknown()).parse(JSON.parse(encoded));
    return Object.fromEntries(Object.entries(letters).map(([letter, value]) => [NAMES.get(letter), value]));
  } catch {
    return undefined;
  }
}
