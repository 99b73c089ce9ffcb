import type { InputBlock, ModalView } from '@slack/types';
import type { ColdsendKey } from '../../../add-inbox/keys/coldsend-key.ts';
import { clientNameOf, WORKSPACE } from '../../../add-inbox/keys/key-owner.ts';
import { renderInputFrame, renderSection } from '../../blocks/blocks.ts';
import { PLACEHOLDER } from '../../blocks/limits.ts';
import { plainText } from '../../blocks/text-objects.ts';
import type { Draft } from '../../form/fields.ts';
import { encodeFormMetadata, type FormContext, readFormMetadata } from '../../form/form-metadata.ts';
import { API_KEY_FIELD, blockId, CALLBACKS } from '../../ids.ts';
import { renderModalFrame } from '../../modals/modal-frame.ts';
import type { ModalContext } from '../../modals/private-metadata.ts';
import { readView } from '../../modals/view-state.ts';
import { KEY_FORM } from '../../sentences/keys.ts';

/** Longer than any accepted key, so that a key pasted with blanks around it still fits. */
const MAX_LENGTH = 255;

/**
 * The form for a ColdSend key: the workspace's own, or the key of the client in the context. With the context of an inbox
 * form, submitting continues to that form, with `draft` filled in. Without one, the form was opened from the Home. The key
 * is never filled in.
 */
export function renderKeyForm({
  context,
  draft = {},
  current,
  stamp,
}: {
  context: FormContext | ModalContext;
  draft?: Draft;
  current: ColdsendKey | undefined;
  /** The version of the key that the form shows; see `keyStamp`. */
  stamp: string;
}): ModalView {
  const { owner = WORKSPACE } = context;
  const client = clientNameOf(owner);
  const isAsked = 'channelId' in context;
  const paragraphs = [
    ...(client === undefined ? [] : [KEY_FORM.forClient(client)]),
    ...(current === undefined ? (isAsked ? [KEY_FORM.needed] : []) : [aboutCurrent(current)]),
    KEY_FORM.whereFrom,
  ];
  return {
    ...renderModalFrame(CALLBACKS.storeKey, KEY_FORM),
    private_metadata: encodeFormMetadata({ ...context, stamp }, draft),
    blocks: [
      ...paragraphs.map((text, index) => renderSection(`about.${index}`, text)),
      renderKeyInput('generation' in context ? context.generation : 0),
    ],
  };
}

/** The input for a key; `optional` where the stored key may be kept. */
export function renderKeyInput(generation: number, { optional = false } = {}): InputBlock {
  return {
    ...renderInputFrame(
      blockId(API_KEY_FIELD, generation),
      optional ? KEY_FORM.newLabel : KEY_FORM.label,
      KEY_FORM.hint,
    ),
    optional,
    element: {
      type: 'plain_text_input',
      action_id: API_KEY_FIELD,
      max_length: MAX_LENGTH,
      placeholder: plainText(KEY_FORM.placeholder, PLACEHOLDER),
    },
  };
}

/** Parses the key form. The key is unchanged, '' where none was typed. Throws UnreadableViewError. */
export function parseKeyForm(view: unknown): {
  context: FormContext | undefined;
  draft: Draft;
  stamp: string;
  apiKey: string;
} {
  const { metadata, textOf } = readView(view);
  return {
    context: undefined,
    ...readFormMetadata(metadata),
    stamp: metadata.stamp,
    apiKey: textOf(API_KEY_FIELD) ?? '',
  };
}

function aboutCurrent({ status, lastFour }: ColdsendKey): string {
  if (status === 'unreadable') return KEY_FORM.unreadable;
  return status === 'refused' ? KEY_FORM.refused(lastFour) : KEY_FORM.replaces(lastFour);
}
