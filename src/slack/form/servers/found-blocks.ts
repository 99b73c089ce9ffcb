import type { InputBlock, KnownBlock, SectionBlock } from '@slack/types';
import { CHOOSE_PROVIDER } from '../../../add-inbox/account/detection.ts';
import { renderInputFrame, renderSection } from '../../blocks/blocks.ts';
import { OPTION_TEXT } from '../../blocks/limits.ts';
import { plainText } from '../../blocks/text-objects.ts';
import { blockId, SEND_ANYWAY_FIELD } from '../../ids.ts';
import { readView } from '../../modals/view-state.ts';
import { FORM, FOUND, MICROSOFT } from '../../sentences/form.ts';
import { refusesPasswords } from '../draft-defaults.ts';
import type { Draft } from '../fields.ts';
import type { FormContext } from '../form-metadata.ts';
import type { Found } from './found.ts';

/** Answers that mean that nothing can be added with this address. A failed look-up is none of them. */
const PROBLEMS: readonly Found['by'][] = ['no_such_domain', 'no_mail', 'no_imap'];

/** The bot's findings about the address, and the next step where its provider refuses passwords. */
export function renderFound(context: FormContext, draft: Draft): KnownBlock[] {
  const { found } = draft;
  return [
    ...(found === undefined ? [] : [renderAnswer(found)]),
    ...(refusesPasswords(draft) ? [renderSection('refuses_passwords', `⚠️ ${MICROSOFT.notice}`)] : []),
    // A person who chose the provider has decided already.
    ...(refusesPasswords(draft) && draft.inbox_type === undefined ? [renderBox(context)] : []),
  ];
}

/** The sentence for page 1, below the address; undefined where the person can go on. */
export function findAddressProblem(found: Found): string | undefined {
  return isProblem(found) ? `${describe(found)} ${CHOOSE_PROVIDER}` : undefined;
}

/** `block_id` → sentence. Throws UnreadableViewError. */
export function findMissingTick(view: unknown): Record<string, string> {
  const { inputs, isTicked } = readView(view);
  const block = inputs.get(SEND_ANYWAY_FIELD);
  return block === undefined || isTicked(SEND_ANYWAY_FIELD) ? {} : { [block]: MICROSOFT.notTicked };
}

function renderAnswer(found: Found): SectionBlock {
  const text = describe(found);
  return renderSection('found', isProblem(found) ? `${text} ${FORM.goBack}` : text);
}

function isProblem({ by }: Found): boolean {
  return PROBLEMS.includes(by);
}

function describe({ by, domain, provider = '' }: Found): string {
  return FOUND[by](domain, provider);
}

function renderBox({ generation }: FormContext): InputBlock {
  return {
    ...renderInputFrame(blockId(SEND_ANYWAY_FIELD, generation), MICROSOFT.label, MICROSOFT.hint),
    optional: true,
    element: {
      type: 'checkboxes',
      action_id: SEND_ANYWAY_FIELD,
      options: [{ text: plainText(MICROSOFT.sendAnyway, OPTION_TEXT), value: 'yes' }],
    },
  };
}
