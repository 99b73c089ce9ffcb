import { z } from 'zod';
import { INBOX_TYPES } from '../../add-inbox/account/providers.ts';
import { encodePrivateMetadata, type Metadata, type ModalContext } from '../modals/private-metadata.ts';
import { UnreadableViewError } from '../modals/unreadable-view-error.ts';
import { type Draft, FIELDS } from './fields.ts';
import { foundJson } from './servers/found.ts';

/** A row of a batch, and its place among those that failed, or among those of them that were held back. */
export type RowToFix = {
  batchId: string;
  line: number;
  position: number;
  count: number;
  onlyHeldBack?: boolean | undefined;
};

/** The data a form remembers besides its fields. The acting person is read from the signed payload instead. */
export type FormContext = Required<Pick<ModalContext, 'openedBy' | 'owner'>> & {
  /** The conversation the command was used in. */
  channelId: string;
  sealedResponseUrl?: string | undefined;
  /** The request that is tried again. */
  retryOf?: string | undefined;
  /** The failed row of a batch that is fixed; undefined for a single inbox. */
  fix?: RowToFix | undefined;
  /** Counts the pages shown, so that Slack shows each with its rendered values; see `blockId`. */
  generation: number;
  /** The request whose result the same window showed before; undefined in a window of its own. */
  after?: string | undefined;
  /** Only for many inboxes at once. */
  batch?: BatchContext | undefined;
  /** Rows without passwords to begin the form for many inboxes with. */
  pasted?: string | undefined;
};

type BatchContext = z.output<typeof batchContext>;

const batchContext = z.object({
  /** The batch whose failed rows are to be replaced. */
  fixOf: z.string().optional(),
  /** For the preview: the stored draft, and how many of its rows are ready, held back, and refused by their servers. */
  draftId: z.string().optional(),
  ready: z.int().optional(),
  held: z.int().optional(),
  refused: z.int().optional(),
});

const CONTEXT_LETTERS = {
  channelId: 'c',
  generation: 'g',
  retryOf: 'r',
  fix: 'f',
  after: 'j',
  sealedResponseUrl: 'u',
  servers_open: 'o',
  found: 'z',
  batch: 'b',
  pasted: 'e',
} as const satisfies Record<
  Exclude<keyof FormContext, keyof ModalContext> | Exclude<keyof Draft, keyof typeof FIELDS>,
  string
>;

/** In the order of writing. Where not everything fits, the last ones are left out. */
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
    fix: z
      .object({ batchId: z.string(), line: z.int(), position: z.int(), count: z.int(), onlyHeldBack: flag })
      .optional(),
    sealedResponseUrl: text,
    after: text,
    servers_open: flag,
    found: foundJson.optional(),
    batch: batchContext.optional(),
    pasted: text,
    ...Object.fromEntries(Object.entries(FIELDS).map(([name, { kind }]) => [name, VALUES[kind]])),
  })
  .transform(({ channelId, generation, retryOf, fix, after, sealedResponseUrl, batch, pasted, ...draft }) => ({
    context:
      channelId === undefined || generation === undefined
        ? undefined
        : {
            channelId,
            generation,
            retryOf,
            sealedResponseUrl,
            ...(fix !== undefined && { fix }),
            ...(after !== undefined && { after }),
            ...(batch !== undefined && { batch }),
            ...(pasted !== undefined && { pasted }),
          },
    draft: Object.assign<Draft, object>({}, draft),
  }));

/**
 * Encodes the form as `private_metadata` while another page or modal is shown. A text that doesn't fit is left out. This
 * happens only with several fields full of emoji or quotes, or with overlong invalid host names.
 */
export function encodeFormMetadata(context: FormContext | ModalContext, draft: Draft = {}): string {
  const values: Record<string, unknown> = { ...context, ...draft };
  return encodePrivateMetadata(context, Object.fromEntries(LETTERS.map(([name, letter]) => [letter, values[name]])));
}

/** Reads the output of `encodeFormMetadata`; without `context` where none was written. Throws UnreadableViewError otherwise. */
export function readFormMetadata({ openedBy, owner, more }: Metadata): { context?: FormContext; draft: Draft } {
  const named = Object.entries(more).map(([letter, value]) => [NAMES.get(letter), value]);
  const parsed = remembered.safeParse(Object.fromEntries(named));
  if (!parsed.success) throw new UnreadableViewError('private_metadata');
  const { context, draft } = parsed.data;
  return { ...(context && { context: { openedBy, owner, ...context } }), draft };
}

/** The context for the other page, whose fields then show their rendered values and empty passwords. */
export function turnPage(context: FormContext): FormContext {
  return { ...context, generation: context.generation + 1 };
}
