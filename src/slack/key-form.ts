import type { ModalView } from '@slack/types';
import type { ColdsendKey } from '../add-inbox/coldsend-key.ts';
import type { KeyStored } from '../add-inbox/store-key.ts';
import type { Draft, FormContext } from './form/form-context.ts';
import { encodePrivateMetadata } from './form/private-metadata.ts';
import { findInputs, readView } from './form/view-state.ts';
import { API_KEY_FIELD, blockId, CALLBACKS } from './ids.ts';
import { INPUT_LABEL, PLACEHOLDER, SECTION_TEXT, VIEW_TITLE } from './limits.ts';
import { oneLine } from './one-line.ts';
import { plainText } from './plain-text.ts';
import { KEY_ERRORS, KEY_FORM } from './sentences.ts';
import { truncate } from './truncate.ts';

/** Longer than any key that is taken, so that one pasted with blanks around it still fits. */
const MAX_LENGTH = 255;

/**
 * The form for the workspace's ColdSend key. With a context it goes on to the inbox form, which `draft` belongs to;
 * without one it was opened from the Home. The key is never filled in.
 */
export function renderKeyForm({
  context,
  draft = {},
  current,
}: {
  context: FormContext | undefined;
  draft?: Draft;
  current: ColdsendKey | undefined;
}): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACKS.storeKey,
    private_metadata: encodePrivateMetadata(context, draft),
    title: plainText(KEY_FORM.title, VIEW_TITLE),
    submit: plainText(KEY_FORM.submit, VIEW_TITLE),
    close: plainText(KEY_FORM.cancel, VIEW_TITLE),
    blocks: [
      ...introduce(context, current).map((text, index) => ({
        type: 'section' as const,
        block_id: `about.${index}`,
        text: plainText(text, SECTION_TEXT),
      })),
      {
        type: 'input',
        block_id: blockId(API_KEY_FIELD, context?.generation ?? 0),
        label: plainText(KEY_FORM.label, INPUT_LABEL),
        hint: plainText(KEY_FORM.hint, INPUT_LABEL),
        element: {
          type: 'plain_text_input',
          action_id: API_KEY_FIELD,
          max_length: MAX_LENGTH,
          placeholder: plainText(KEY_FORM.placeholder, PLACEHOLDER),
        },
      },
    ],
  };
}

/** What the key form holds now, the key as it was typed and '' where nothing was. Throws UnreadableViewError. */
export function parseKeyForm(view: unknown): { context: FormContext | undefined; draft: Draft; apiKey: string } {
  const { context, carried, textOf } = readView(view);
  return { context, draft: carried, apiKey: textOf(API_KEY_FIELD) ?? '' };
}

/** The answer to a submission of `view` whose key was not stored: `block_id` → sentence. Throws UnreadableViewError. */
export function toKeyErrors(why: Exclude<KeyStored, { kind: 'stored' }>, view: unknown): Record<string, string> {
  const block = findInputs(view).get(API_KEY_FIELD);
  return block === undefined ? {} : { [block]: sayWhy(why) };
}

function introduce(context: FormContext | undefined, current: ColdsendKey | undefined): string[] {
  const about = current === undefined ? (context === undefined ? [] : [KEY_FORM.needed]) : [aboutCurrent(current)];
  return [...about, KEY_FORM.whereFrom];
}

function aboutCurrent({ status, lastFour }: ColdsendKey): string {
  return status === 'refused' ? KEY_FORM.refused(lastFour) : KEY_FORM.replaces(lastFour);
}

function sayWhy(why: Exclude<KeyStored, { kind: 'stored' }>): string {
  switch (why.kind) {
    case 'not_a_key':
      return KEY_ERRORS.malformed;
    case 'refused':
      return KEY_ERRORS.refused;
    case 'missing_scopes':
      return why.missingScopes.length === 0
        ? KEY_ERRORS.forbidden
        : KEY_ERRORS.missingScopes(truncate(oneLine(why.missingScopes.join(', ')), 500));
    case 'wrong_address':
      return KEY_ERRORS.wrongAddress;
  }
}
