import type { KnownBlock } from '@slack/types';
import { renderButton, renderSection } from '../../blocks/blocks.ts';
import { ACTIONS } from '../../ids.ts';
import { BUTTONS } from '../../sentences/common.ts';
import { HINTS } from '../../sentences/fields.ts';
import { FORM } from '../../sentences/form.ts';
import { type Draft, defaultsOf, SERVER_FIELDS } from '../fields.ts';
import type { FormContext } from '../form-metadata.ts';
import { renderField, renderTextInput } from '../inputs.ts';

/** The known servers of Google or Microsoft as a line of text, with the button that opens them for editing. */
export function renderServerLine(draft: Draft): KnownBlock {
  return {
    ...renderSection('servers', FORM.servers(defaultsOf(draft))),
    accessory: renderButton(ACTIONS.editServers, BUTTONS.editServers, 'edit'),
  };
}

/** All server fields, prefilled. `password` goes below the SMTP login. The IMAP login is shown where it is a separate one. */
export function renderServerFields(context: FormContext, draft: Draft, password: KnownBlock): KnownBlock[] {
  const sameLogin = draft.same_login !== false;
  const shown = SERVER_FIELDS.filter((field) => field !== 'imap_username' || !sameLogin);
  return [
    ...shown.flatMap((field) => [renderField(context, draft, field), ...(field === 'smtp_username' ? [password] : [])]),
    ...(sameLogin ? [] : [renderTextInput(context, 'imap_password', 500, { hint: HINTS.imap_password })]),
  ];
}
