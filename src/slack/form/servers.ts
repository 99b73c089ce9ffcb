import type { KnownBlock } from '@slack/types';
import { renderButton, renderSection } from '../blocks/blocks.ts';
import { ACTIONS } from '../ids.ts';
import { BUTTONS, FORM, HINTS } from '../sentences.ts';
import { defaultsOf } from './draft-defaults.ts';
import type { Draft, FormContext } from './form-context.ts';
import { renderCheckbox, renderNumberInput, renderTextInput } from './inputs.ts';

const HIGHEST_PORT = 65_535;

/** The known servers of Google or Microsoft as a line of text, with the button that opens them for editing. */
export function renderServerLine(draft: Draft): KnownBlock {
  return {
    ...renderSection('servers', FORM.servers(defaultsOf(draft))),
    accessory: renderButton(ACTIONS.editServers, BUTTONS.editServers, 'edit'),
  };
}

/** All server fields, prefilled; `password` stands with the SMTP login. The IMAP login is shown where it is another one. */
export function renderServerFields(context: FormContext, draft: Draft, password: KnownBlock): KnownBlock[] {
  const defaults = defaultsOf(draft);
  const sameLogin = draft.same_login !== false;
  return [
    renderTextInput(context, 'smtp_host', 255, { hint: HINTS.host, initial: draft.smtp_host ?? defaults.smtp_host }),
    renderNumberInput(context, 'smtp_port', HIGHEST_PORT, {
      hint: HINTS.smtp_port,
      initial: draft.smtp_port ?? defaults.smtp_port,
    }),
    renderTextInput(context, 'smtp_username', 255, {
      hint: HINTS.username,
      initial: draft.smtp_username ?? defaults.smtp_username,
    }),
    password,
    renderCheckbox(context, 'smtp_use_tls', draft.smtp_use_tls !== false),
    renderTextInput(context, 'imap_host', 255, { hint: HINTS.host, initial: draft.imap_host ?? defaults.imap_host }),
    renderNumberInput(context, 'imap_port', HIGHEST_PORT, {
      hint: HINTS.imap_port,
      initial: draft.imap_port ?? defaults.imap_port,
    }),
    renderCheckbox(context, 'imap_use_ssl', draft.imap_use_ssl !== false),
    renderCheckbox(context, 'same_login', sameLogin),
    ...(sameLogin
      ? []
      : [
          renderTextInput(context, 'imap_username', 255, {
            hint: HINTS.username,
            initial: draft.imap_username ?? defaults.imap_username,
          }),
          renderTextInput(context, 'imap_password', 500, { hint: HINTS.visible }),
        ]),
  ];
}
