import { z } from 'zod';
import { INBOX_TYPES } from '../../add-inbox/account/providers.ts';
import { PRIVATE_METADATA } from '../blocks/limits.ts';
import type { Draft } from '../form/fields.ts';
import type { FormContext } from '../form/form-context.ts';
import { UnreadableViewError } from './unreadable-view-error.ts';

/*
 * One entry after the other: a letter, the length of the value in UTF-16 units, a colon, the value. Unlike JSON it has no
 * escapes, so that the longest values there can be fit into Slack's 3,000 characters.
 */
const ENTRY = /([A-Za-z])(\d{1,4}):/y;

/** In the order of writing. The last ones are the ones to be left out where not everything fits. */
const LETTERS = {
  openedBy: 'w',
  client: 'l',
  stamp: 'v',
  channelId: 'c',
  generation: 'g',
  retryOf: 'r',
  sealedResponseUrl: 'u',
  inbox_type: 't',
  servers_open: 'o',
  same_login: 'm',
  smtp_use_tls: 's',
  imap_use_ssl: 'i',
  daily_limit: 'd',
  smtp_port: 'p',
  imap_port: 'q',
  email_address: 'a',
  display_name: 'n',
  smtp_username: 'x',
  imap_username: 'y',
  smtp_host: 'h',
  imap_host: 'k',
} as const satisfies Record<keyof FormContext | keyof ModalContext | keyof Draft, string>;

const NAMES = new Map<string, string>(entriesOf(LETTERS).map(([name, letter]) => [letter, name]));

const text = z.string().optional();
const flag = z
  .enum(['0', '1'])
  .transform((digit) => digit === '1')
  .optional();
const generation = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);

const metadata = z
  .object({
    openedBy: z.string().default(''),
    client: z.string().default(''),
    stamp: z.string().default(''),
    channelId: text,
    generation: generation.optional(),
    retryOf: text,
    sealedResponseUrl: text,
    inbox_type: z.enum(INBOX_TYPES).optional(),
    servers_open: flag,
    same_login: flag,
    smtp_use_tls: flag,
    imap_use_ssl: flag,
    daily_limit: text,
    smtp_port: text,
    imap_port: text,
    email_address: text,
    display_name: text,
    smtp_username: text,
    imap_username: text,
    smtp_host: text,
    imap_host: text,
  })
  .transform(({ openedBy, client, stamp, channelId, generation, retryOf, sealedResponseUrl, ...draft }) => ({
    openedBy,
    client,
    stamp,
    context:
      channelId === undefined || generation === undefined
        ? undefined
        : { openedBy, client, channelId, generation, retryOf, sealedResponseUrl },
    draft,
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
  const values: Partial<FormContext & ModalContext & Draft> = { ...context, ...draft };
  let encoded = '';
  for (const [name, letter] of entriesOf(LETTERS)) {
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

function entriesOf<T extends Record<string, string>>(record: T): [keyof T & string, string][] {
  return Object.entries(record);
}
