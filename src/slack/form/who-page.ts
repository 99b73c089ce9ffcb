import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import { INBOX_TYPES, type InboxType, PROVIDERS } from '../../add-inbox/account/providers.ts';
import { clientNameOf } from '../../add-inbox/keys/key-owner.ts';
import { renderActions, renderButton, renderInputFrame, renderRadioButtons, renderSection } from '../blocks/blocks.ts';
import { ACTIONS, blockId, CALLBACKS } from '../ids.ts';
import { renderModalFrame } from '../modals/modal-frame.ts';
import { UnreadableViewError } from '../modals/unreadable-view-error.ts';
import { readView } from '../modals/view-state.ts';
import { BATCH_FIX } from '../sentences/batches.ts';
import { BUTTONS } from '../sentences/common.ts';
import { FIELD_LABELS, HINTS } from '../sentences/fields.ts';
import { FORM } from '../sentences/form.ts';
import { type Draft, WHO_FIELDS } from './fields.ts';
import { encodeFormMetadata, type FormContext, type RowToFix, readFormMetadata } from './form-metadata.ts';
import { renderField } from './inputs.ts';

const inboxType = z.enum(INBOX_TYPES);

/** The choice that lets the bot find the provider. In a draft, it is the absence of a provider. */
const FIND = 'find';

/**
 * Page 1 of the form: the inbox. `notice` is shown above the fields. A form for trying again explains its purpose. Where the bot
 * `findsServers`, that is the first choice of provider, and chosen.
 */
export function renderWhoPage({
  context,
  draft,
  notice = context.retryOf === undefined ? undefined : FORM.tryAgain,
  findsServers = false,
}: {
  context: FormContext;
  draft: Draft;
  notice?: string | undefined;
  findsServers?: boolean;
}): ModalView {
  const client = clientNameOf(context.owner);
  return {
    ...renderModalFrame(CALLBACKS.who, { ...FORM, submit: FORM.next }),
    private_metadata: encodeFormMetadata(context, withoutWho(draft)),
    blocks: [
      ...(notice === undefined ? [] : [renderSection('notice', notice)]),
      ...(context.fix === undefined ? [] : renderRow(context.fix)),
      ...(client === undefined ? [] : [renderSection('client', FORM.forClient(client))]),
      ...WHO_FIELDS.map((field) =>
        field === 'inbox_type'
          ? renderProviders(context, draft[field], findsServers)
          : renderField(context, draft, field),
      ),
      ...(context.retryOf === undefined
        ? [renderActions('many', [renderButton(ACTIONS.addMany, BUTTONS.addMany, 'many')])]
        : []),
    ],
  };
}

/** Parses page 1. Throws UnreadableViewError where `view` can't be page 1. */
export function parseWhoPage(view: unknown): { context: FormContext; draft: Draft } {
  const { metadata, textOf } = readView(view);
  const { context, draft } = readFormMetadata(metadata);
  if (context === undefined) throw new UnreadableViewError('private_metadata');
  for (const field of WHO_FIELDS) {
    const entered = field === 'inbox_type' ? inboxType.safeParse(textOf(field)).data : textOf(field);
    if (entered === undefined) delete draft[field];
    else Object.assign(draft, { [field]: entered });
  }
  return { context, draft };
}

/** Whether the bot should find the provider. Throws UnreadableViewError where `view` can't be page 1. */
export function asksToFind(view: unknown): boolean {
  return readView(view).textOf('inbox_type') === FIND;
}

function renderRow({ position, count, line }: RowToFix): KnownBlock[] {
  return [
    renderSection('row', BATCH_FIX.row(position, count, line)),
    renderActions('skip', [renderButton(ACTIONS.skipRow, BATCH_FIX.skip, '')]),
  ];
}

function withoutWho(draft: Draft): Draft {
  const rest = { ...draft };
  for (const field of WHO_FIELDS) delete rest[field];
  return rest;
}

function renderProviders(context: FormContext, chosen: InboxType | undefined, findsServers: boolean): InputBlock {
  const choices = INBOX_TYPES.map((value) => ({
    value,
    text: PROVIDERS[value].name,
    description: HINTS.providers[value],
  }));
  const find = { value: FIND, text: HINTS.find.text, description: HINTS.find.description };
  return {
    ...renderInputFrame(blockId('inbox_type', context.generation), FIELD_LABELS.inbox_type),
    element: findsServers
      ? renderRadioButtons('inbox_type', [find, ...choices], chosen ?? FIND)
      : renderRadioButtons('inbox_type', choices, chosen),
  };
}
