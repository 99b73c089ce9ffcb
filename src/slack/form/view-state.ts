import { z } from 'zod';
import type { FormField } from '../ids.ts';
import type { Draft, FormContext } from './form-context.ts';
import { decodePrivateMetadata } from './private-metadata.ts';
import { UnreadableViewError } from './unreadable-view-error.ts';

const option = z.object({ value: z.string() });

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
          }),
        ),
      ),
    })
    .nullish(),
});

/** A view as it stands at a person's client. */
export type ViewState = {
  context: FormContext | undefined;
  /** What the view remembers of the draft besides its own fields. */
  carried: Draft;
  isShown(field: FormField): boolean;
  /** What was typed or chosen, unchanged; undefined where there is nothing. */
  textOf(field: string): string | undefined;
  isTicked(field: FormField): boolean;
};

/** Reads the view of an interaction. Throws UnreadableViewError where it can't be one of ours. */
export function readView(view: unknown): ViewState {
  const parsed = viewSchema.safeParse(view);
  if (!parsed.success) throw new UnreadableViewError('view');
  const { context, draft } = decodePrivateMetadata(parsed.data.private_metadata ?? '');
  const shown = findInputs(view);
  const elementOf = (field: string) => parsed.data.state?.values[shown.get(field) ?? '']?.[field];
  return {
    context,
    carried: draft,
    isShown: (field) => shown.has(field),
    textOf: (field) => elementOf(field)?.value || elementOf(field)?.selected_option?.value || undefined,
    isTicked: (field) => (elementOf(field)?.selected_options ?? []).length > 0,
  };
}

/**
 * The `block_id` of each field that the view shows, top to bottom. Throws UnreadableViewError.
 * Slack sends the blocks with each interaction; the state alone leaves out what it has no value for.
 */
export function findInputs(view: unknown): ReadonlyMap<string, string> {
  const parsed = viewSchema.safeParse(view);
  if (!parsed.success) throw new UnreadableViewError('view');
  const fromBlocks = (parsed.data.blocks ?? [])
    .filter((block) => block.type === 'input')
    .map((block) => block.block_id);
  const inputs = new Map<string, string>();
  for (const blockId of [...fromBlocks, ...Object.keys(parsed.data.state?.values ?? {})]) {
    const field = /^([a-z_]+)\.\d+$/.exec(blockId ?? '')?.[1];
    if (field !== undefined && blockId !== null && blockId !== undefined) inputs.set(field, blockId);
  }
  return inputs;
}
