import type { InputBlock, ModalView } from '@slack/types';
import { cleanText } from '../../../add-inbox/account/clean-text.ts';
import { parseDailyLimit } from '../../../add-inbox/account/sender-account.ts';
import { type ClientPresets, isNamePattern, MAX_DOMAINS, readDomains } from '../../../add-inbox/keys/client-presets.ts';
import { clientNameOf, type OwnerName } from '../../../add-inbox/keys/key-owner.ts';
import { renderInputFrame, renderNumberInput, renderSection } from '../../blocks/blocks.ts';
import { oneLine, truncate } from '../../blocks/foreign-text.ts';
import { TYPED_TEXT } from '../../blocks/limits.ts';
import { FIELDS } from '../../form/fields.ts';
import { blockId, CALLBACKS, PRESET_FIELDS } from '../../ids.ts';
import { renderModalFrame } from '../../modals/modal-frame.ts';
import { encodePrivateMetadata } from '../../modals/private-metadata.ts';
import { placeErrors } from '../../modals/submission-answer.ts';
import { readView } from '../../modals/view-state.ts';
import { KEY_FORM, PRESETS_ERRORS, PRESETS_FORM } from '../../sentences/keys.ts';

type TypedPresets = { owner: OwnerName; stamp: string } & (
  | { ok: true; presets: ClientPresets }
  /** `block_id` → sentence. */
  | { ok: false; errors: Record<string, string> }
);

/** The presets of a client. */
export function renderPresetsForm(
  openedBy: string,
  owner: OwnerName,
  { presets, stamp }: { presets: ClientPresets; stamp: string },
): ModalView {
  return {
    ...renderModalFrame(CALLBACKS.presets, { ...PRESETS_FORM, cancel: KEY_FORM.cancel }),
    private_metadata: encodePrivateMetadata({ openedBy, owner, stamp }),
    blocks: [renderSection('about', PRESETS_FORM.about(clientNameOf(owner) ?? '')), ...renderFields(presets)],
  };
}

/** Parses the form. Throws UnreadableViewError. */
export function parsePresetsForm(view: unknown): TypedPresets {
  const { metadata, textOf, inputs } = readView(view);
  const { owner, stamp } = metadata;
  const limit = textOf(PRESET_FIELDS.dailyLimit);
  const dailyLimit = limit === undefined ? undefined : parseDailyLimit(limit);
  const namePattern = cleanText(textOf(PRESET_FIELDS.name) ?? '') || undefined;
  const { domains, wrong } = readDomains(textOf(PRESET_FIELDS.domains) ?? '');
  const said = {
    [PRESET_FIELDS.dailyLimit]: limit !== undefined && dailyLimit === undefined ? PRESETS_ERRORS.dailyLimit : undefined,
    [PRESET_FIELDS.name]: namePattern !== undefined && !isNamePattern(namePattern) ? PRESETS_ERRORS.name : undefined,
    [PRESET_FIELDS.domains]: findDomainsProblem(domains, wrong),
  };
  const errors = placeErrors(said, { inputs }, PRESET_FIELDS.dailyLimit);
  if (Object.keys(errors).length > 0) return { owner, stamp, ok: false, errors };
  return { owner, stamp, ok: true, presets: { dailyLimit, namePattern, domains } };
}

function findDomainsProblem(domains: readonly string[], [wrong]: readonly string[]): string | undefined {
  if (wrong !== undefined) return PRESETS_ERRORS.notADomain(truncate(oneLine(wrong), 80));
  return domains.length > MAX_DOMAINS ? PRESETS_ERRORS.tooMany(MAX_DOMAINS) : undefined;
}

function renderFields({ dailyLimit, namePattern, domains }: ClientPresets): InputBlock[] {
  return [
    {
      ...renderInputFrame(blockId(PRESET_FIELDS.dailyLimit, 0), PRESETS_FORM.dailyLimit, PRESETS_FORM.dailyLimitHint),
      optional: true,
      element: renderNumberInput(PRESET_FIELDS.dailyLimit, dailyLimit?.toString()),
    },
    renderText(PRESET_FIELDS.name, PRESETS_FORM.name, PRESETS_FORM.nameHint, FIELDS.display_name.max, namePattern),
    renderText(PRESET_FIELDS.domains, PRESETS_FORM.domains, PRESETS_FORM.domainsHint, TYPED_TEXT, domains.join('\n')),
  ];
}

function renderText(field: string, label: string, hint: string, maxLength: number, initial = ''): InputBlock {
  return {
    ...renderInputFrame(blockId(field, 0), label, hint),
    optional: true,
    element: {
      type: 'plain_text_input',
      action_id: field,
      max_length: maxLength,
      multiline: field === PRESET_FIELDS.domains,
      ...(initial !== '' && { initial_value: initial }),
    },
  };
}
