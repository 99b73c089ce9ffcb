import { z } from 'zod';
import { WARNED_BLOCK } from '../ids.ts';
import { decodePrivateMetadata, type Metadata } from './private-metadata.ts';
import { UnreadableViewError } from './unreadable-view-error.ts';

const option = z.object({ value: z.string() });

const ids = z.array(z.string()).nullish();

/** Of a file from another workspace (Slack Connect), only the id is known. */
const file = z.object({
  id: z.string(),
  name: z.string().optional().catch(undefined),
  size: z.number().optional().catch(undefined),
  url_private_download: z.string().optional().catch(undefined),
});

export type GivenFile = z.output<typeof file>;

const viewSchema = z.object({
  private_metadata: z.string().nullish(),
  blocks: z.array(z.object({ type: z.string(), block_id: z.string().nullish() })).nullish(),
  state: z
    .object({
      values: z.record(
        z.string(),
        z.record(
          z.string(),
          z.object({
            value: z.string().nullish(),
            selected_option: option.nullish(),
            selected_options: z.array(option).nullish(),
            selected_users: ids,
            selected_conversation: z.string().nullish(),
            selected_conversations: ids,
            files: z.array(file).nullish(),
          }),
        ),
      ),
    })
    .nullish(),
});

/** A view in its current state at the person's client. */
export type ViewState = {
  /**
   * The `block_id` of each field that the view shows, top to bottom. Slack sends the blocks with each interaction; the state alone
   * leaves out what it has no value for.
   */
  inputs: ReadonlyMap<string, string>;
  metadata: Metadata;
  /** The warnings that the view shows. */
  warned: string[];
  isShown(field: string): boolean;
  /** The text typed or option chosen, unchanged; undefined where the field is empty. */
  textOf(field: string): string | undefined;
  isTicked(field: string): boolean;
  /** The ids or values chosen in a field that allows several. */
  listOf(field: string): string[];
  /** The files put into a field. */
  filesOf(field: string): GivenFile[];
};

/** Handling one interaction reads its view several times. */
const alreadyRead = new WeakMap<object, ViewState>();

/** Reads the view of an interaction. Throws UnreadableViewError where it can't be one of ours. */
export function readView(view: unknown): ViewState {
  if (typeof view !== 'object' || view === null) throw new UnreadableViewError('view');
  const known = alreadyRead.get(view);
  if (known !== undefined) return known;
  const state = readOnce(view);
  alreadyRead.set(view, state);
  return state;
}

function readOnce(view: object): ViewState {
  const parsed = parseView(view);
  const metadata = decodePrivateMetadata(parsed.private_metadata ?? '');
  const inputs = inputsOf(parsed);
  const elementOf = (field: string) => parsed.state?.values[inputs.get(field) ?? '']?.[field];
  return {
    inputs,
    metadata,
    warned: warnedIn(parsed),
    isShown: (field) => inputs.has(field),
    textOf: (field) => {
      const { value, selected_option, selected_conversation } = elementOf(field) ?? {};
      return value || selected_option?.value || selected_conversation || undefined;
    },
    isTicked: (field) => (elementOf(field)?.selected_options ?? []).length > 0,
    listOf: (field) => {
      const { selected_options, selected_users, selected_conversations } = elementOf(field) ?? {};
      return selected_users ?? selected_conversations ?? selected_options?.map(({ value }) => value) ?? [];
    },
    filesOf: (field) => elementOf(field)?.files ?? [],
  };
}

function parseView(view: unknown): z.output<typeof viewSchema> {
  const parsed = viewSchema.safeParse(view);
  if (!parsed.success) throw new UnreadableViewError('view');
  return parsed.data;
}

function warnedIn({ blocks }: z.output<typeof viewSchema>): string[] {
  const ids = (blocks ?? []).map(({ block_id }) => (block_id ?? '').split('.'));
  return ids.find(([name]) => name === WARNED_BLOCK)?.slice(1) ?? [];
}

function inputsOf({ blocks, state }: z.output<typeof viewSchema>): ReadonlyMap<string, string> {
  const fromBlocks = (blocks ?? []).filter((block) => block.type === 'input').map((block) => block.block_id);
  const inputs = new Map<string, string>();
  for (const blockId of [...fromBlocks, ...Object.keys(state?.values ?? {})]) {
    const field = /^([a-z_]+)\.\d+$/.exec(blockId ?? '')?.[1];
    if (field !== undefined && blockId !== null && blockId !== undefined) inputs.set(field, blockId);
  }
  return inputs;
}
