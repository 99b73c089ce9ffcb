import { z } from 'zod';
import { INBOX_TYPES } from '../../add-inbox/account/providers.ts';
import type { OwnerName } from '../../add-inbox/keys/key-owner.ts';
import { encodePrivateMetadata, type Metadata, type ModalContext } from '../modals/private-metadata.ts';
import { UnreadableViewError } from '../modals/unreadable-view-error.ts';
import { type Draft, FIELDS } from './fields.ts';

/** What a form has to remember besides what is typed into it. Who acts comes from the signed payload instead. */
export type FormContext = {
  /** The user id of whom it was opened for: the form is of no use to anybody else. */
  openedBy: string;
  /** Whose key it said would be used. */
  owner: OwnerName;
  /** The conversation the command was used in. */
  channelId: string;
  sealedResponseUrl: string | undefined;
  /** The request that is tried again. */
  retryOf: string | undefined;
  /** Counts the pages shown, so that each comes up as it is rendered; see `blockId`. */
  generation: number;
};

const CONTEXT_LETTERS = {
  channelId: 'c',
  generation: 'g',
  retryOf: 'r',
  sealedResponseUrl: 'u',
  servers_open: 'o',
} as const satisfies Record<
  Exclude<keyof FormContext, keyof ModalContext> | Exclude<keyof Draft, keyof typeof FIELDS>,
  string
>;

/** In the order of writing. The last ones are the ones to be left out where not everything fits. */
const LETTERS = [
  ...Object.entries<string>(CONTEXT_LETTERS),
  ...Object.entries(FIELDS).map(([name, { letter }]): [string, string] => [name, letter]),
];

const NAMES = new Map(LETTERS.map(([name, letter]) => [letter, name]));

const text = z.string().optional();
const flag = z.boolean().optional();
const VALUES = { text, number: text, flag, provider: z.enum(INBOX_TYPES).optional() };

const remembered = z
  .strictObject({
    channelId: text,
    generation: z.int().min(0).optional(),
    retryOf: text,
    sealedResponseUrl: text,
    servers_open: flag,
    ...Object.fromEntries(Object.entries(FIELDS).map(([name, { kind }]) => [name, VALUES[kind]])),
  })
  .transform(({ channelId, generation, retryOf, sealedResponseUrl, ...draft }) => ({
    context:
      channelId === undefined || generation === undefined
        ? undefined
        : { channelId, generation, retryOf, sealedResponseUrl },
    draft: Object.assign<Draft, object>({}, draft),
  }));

/**
 * What the form remembers while another page or window is shown, as `private_metadata`. A text of the draft that doesn't fit
 * is left out; that takes several fields full of emoji or quotes, or host names that can't be ones.
 */
export function encodeFormMetadata(context: FormContext | ModalContext, draft: Draft = {}): string {
  const values: Record<string, unknown> = { ...context, ...draft };
  return encodePrivateMetadata(context, Object.fromEntries(LETTERS.map(([name, letter]) => [letter, values[name]])));
}

/** What `encodeFormMetadata` wrote; without a context where there was none. Throws UnreadableViewError on anything else. */
export function readFormMetadata({ openedBy, owner, more }: Metadata): { context?: FormContext; draft: Draft } {
  const named = Object.entries(more).map(([letter, value]) => [NAMES.get(letter), value]);
  const parsed = remembered.safeParse(Object.fromEntries(named));
  if (!parsed.success) throw new UnreadableViewError('private_metadata');
  const { context, draft } = parsed.data;
  return { ...(context && { context: { openedBy, owner, ...context } }), draft };
}

/** The context for another page than the one shown: its fields come up as rendered, and passwords empty. */
export function turnPage(context: FormContext): FormContext {
  return { ...context, generation: context.generation + 1 };
}
