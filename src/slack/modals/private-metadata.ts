import { z } from 'zod';
import { INBOX_TYPES } from '../../add-inbox/account/providers.ts';
import { PRIVATE_METADATA } from '../blocks/limits.ts';
import { type Draft, FIELDS } from '../form/fields.ts';
import type { FormContext } from '../form/form-context.ts';
import { UnreadableViewError } from './unreadable-view-error.ts';

/*
 * One entry after the other: a letter, the length of the value in UTF-16 units, a colon, the value. Unlike JSON it has no
 * escapes, so that the longest values there can be fit into Slack's 3,000 characters.
 */
const ENTRY = /([A-Za-z])(\d{1,4}):/y;

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
const flag = z
  .enum(['0', '1'])
  .transform((digit) => digit === '1')
  .optional();
const generation = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);

const VALUES = { text, number: text, flag, provider: z.enum(INBOX_TYPES).optional() };

const metadata = z
  .object({
    openedBy: z.string().default(''),
    client: z.string().default(''),
    stamp: z.string().default(''),
    channelId: text,
    generation: generation.optional(),
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
  let encoded = '';
  for (const [name, letter] of LETTERS) {
    const value = values[name];
    if (value === undefined) continue;
    const written = typeof value === 'boolean' ? String(Number(value)) : String(value);
    const entry = `${letter}${written.length}:${written}`;
    if (encoded.length + entry.length <= PRIVATE_METADATA) encoded += entry;
  }
  return encoded;
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
  const parsed = metadata.safeParse(readEntries(encoded));
  if (!parsed.success) throw new UnreadableViewError('private_metadata');
  return parsed.data;
}

function readEntries(encoded: string): Record<string, string> {
  const entries: Record<string, string> = {};
  let at = 0;
  while (at < encoded.length) {
    ENTRY.lastIndex = at;
    const [head, letter = '', length] = ENTRY.exec(encoded) ?? [];
    const name = NAMES.get(letter);
    if (head === undefined || name === undefined || name in entries) throw new UnreadableViewError('private_metadata');
    const start = at + head.length;
    at = start + Number(length);
    if (at > encoded.length) throw new UnreadableViewError('private_metadata');
    entries[name] = encoded.slice(start, at);
  }
  return entries;
}
