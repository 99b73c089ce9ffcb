import type { KnownBlock, ModalView } from '@slack/types';
import type { Warning } from '../../add-inbox/account/find-warnings.ts';
import type { AccountToAdd, TypedAccount } from '../../add-inbox/account/sender-account.ts';
import { clientNameOf } from '../../add-inbox/keys/key-owner.ts';
import type { PasswordEntry } from '../../add-inbox/people/workspace-settings.ts';
import { renderActions, renderButton, renderSection } from '../blocks/blocks.ts';
import { oneLine } from '../blocks/foreign-text.ts';
import { ACTIONS, CALLBACKS, WARNED_BLOCK } from '../ids.ts';
import { renderModalFrame } from '../modals/modal-frame.ts';
import { UnreadableViewError } from '../modals/unreadable-view-error.ts';
import { readView, type ViewState } from '../modals/view-state.ts';
import { BUTTONS, PROVIDER_PHRASES } from '../sentences/common.ts';
import { HINTS } from '../sentences/fields.ts';
import { FORM, WARNED, WARNINGS } from '../sentences/form.ts';
import { areServersShown, isSearching } from './draft-defaults.ts';
import { type Draft, defaultsOf, HOW_FIELDS, isFlag, OTHER_FIELDS, providerOf, SERVER_FIELDS } from './fields.ts';
import { encodeFormMetadata, type FormContext, readFormMetadata } from './form-metadata.ts';
import { renderField, renderTextInput } from './inputs.ts';
import { renderFound } from './servers/found-blocks.ts';

/** Warnings about an account that could still be added as it is. */
type Warned = { warnings: readonly Warning[]; account: AccountToAdd };

/** Page 2 of the form: how the inbox is connected. By default, this installation has no secure page. */
export function renderHowPage({
  context,
  draft,
  warned,
  passwordEntry = 'slack',
}: {
  context: FormContext;
  draft: Draft;
  warned?: Warned;
  passwordEntry?: PasswordEntry;
}): ModalView {
  const password = renderPassword(context, draft, passwordEntry);
  return {
    ...renderModalFrame(CALLBACKS.how, FORM),
    private_metadata: encodeFormMetadata(context, withoutShown(draft)),
    blocks: [
      renderWho(context, draft),
      ...renderFound(context, draft),
      ...(areServersShown(draft)
        ? renderServerFields(context, draft, password, passwordEntry)
        : [password, ...(isSearching(draft) ? [] : [renderServerLine(draft)])]),
      ...OTHER_FIELDS.map((field) => renderField(context, draft, field)),
      ...(warned === undefined ? [] : [renderWarnings(warned)]),
      renderActions('back', [renderButton(ACTIONS.backToWho, BUTTONS.back, 'back')]),
    ],
  };
}

/**
 * Parses page 2: the draft for rendering it again, and all 14 fields as they would be submitted, with hidden fields filled
 * in. Throws UnreadableViewError where `view` can't be page 2.
 */
export function parseHowPage(view: unknown): {
  context: FormContext;
  draft: Draft;
  typed: TypedAccount;
  alreadyWarned: string[];
} {
  const state = readView(view);
  const { context, draft: carried } = readFormMetadata(state.metadata);
  if (context === undefined) throw new UnreadableViewError('private_metadata');
  return { context, draft: toDraft(state, carried), typed: toTyped(state, carried), alreadyWarned: state.warned };
}

/** @param carried the draft from `private_metadata`, for fields that the view doesn't show */
function toDraft(state: ViewState, carried: Draft): Draft {
  const defaults: Draft = defaultsOf(carried);
  const draft = { ...carried };
  for (const field of HOW_FIELDS.filter(state.isShown)) {
    const entered = enteredIn(state, field);
    if (entered === undefined || entered === defaults[field]) delete draft[field];
    else Object.assign(draft, { [field]: entered });
  }
  return draft;
}

function toTyped(state: ViewState, carried: Draft): TypedAccount {
  const { email_address, display_name, found, inbox_type = found && providerOf(carried) } = carried;
  const held = defaultsOf(carried);
  for (const field of HOW_FIELDS.filter(state.isShown)) Object.assign(held, { [field]: enteredIn(state, field) });
  const { same_login, ...typed } = held;
  const smtp_password = state.textOf('smtp_password');
  // The box decides, even where the form was submitted before the view showed or hid the IMAP login to match it.
  const imap = same_login
    ? { imap_username: held.smtp_username, imap_password: smtp_password }
    : { imap_username: held.imap_username, imap_password: state.textOf('imap_password') };
  return { email_address, display_name, inbox_type, ...typed, ...imap, smtp_password };
}

function enteredIn({ isTicked, textOf }: ViewState, field: (typeof HOW_FIELDS)[number]): string | boolean | undefined {
  return isFlag(field) ? isTicked(field) : textOf(field);
}

function renderWho({ owner }: FormContext, draft: Draft): KnownBlock {
  const address = oneLine(draft.email_address ?? '');
  const provider = draft.found?.provider ?? PROVIDER_PHRASES[providerOf(draft)];
  const how = isSearching(draft) ? FORM.connectingUnknown(address) : FORM.connecting(address, provider);
  const client = clientNameOf(owner);
  const text = client === undefined ? how : `${FORM.forClient(client)}\n${how}`;
  return renderSection('connecting', text);
}

/** Shown next to the submit button: Slack keeps the scroll position over an update, so a warning at the top would be missed. */
function renderWarnings({ warnings, account }: Warned): KnownBlock {
  const said = warnings.map((warning) => `⚠️ ${WARNINGS[warning](account)}`);
  const text = [WARNED.first, ...said, WARNED.last].join('\n');
  return renderSection([WARNED_BLOCK, ...warnings].join('.'), text);
}

function renderPassword(context: FormContext, draft: Draft, entry: PasswordEntry): KnownBlock {
  const provider = providerOf(draft);
  if (entry === 'secure_page') return renderSection('secure_page', FORM.securePage);
  const hint = `${HINTS.passwords[provider]} ${HINTS.visible}`;
  return {
    ...renderTextInput(context, 'smtp_password', 500, {
      label: HINTS.passwordLabels[areServersShown(draft) ? 'CUSTOM_SMTP' : provider],
      hint: entry === 'slack' ? hint : `${HINTS.orSecurePage} ${hint}`,
    }),
    ...toOptional(entry),
  };
}

/** Slack requires an answer in every other input. */
function toOptional(entry: PasswordEntry): { optional?: true } {
  return entry === 'slack' ? {} : { optional: true };
}

/** The known servers of Google or Microsoft as a line of text, with the button that opens them for editing. */
function renderServerLine(draft: Draft): KnownBlock {
  return {
    ...renderSection('servers', FORM.servers(defaultsOf(draft))),
    accessory: renderButton(ACTIONS.editServers, BUTTONS.editServers, 'edit'),
  };
}

/** All server fields, prefilled. `password` goes below the SMTP login. The IMAP login is shown where it is a separate one. */
function renderServerFields(
  context: FormContext,
  draft: Draft,
  password: KnownBlock,
  entry: PasswordEntry,
): KnownBlock[] {
  const sameLogin = draft.same_login !== false;
  const shown = SERVER_FIELDS.filter((field) => field !== 'imap_username' || !sameLogin);
  const imapPassword = {
    ...renderTextInput(context, 'imap_password', 500, { hint: HINTS.imap_password }),
    ...toOptional(entry),
  };
  return [
    ...shown.flatMap((field) => [renderField(context, draft, field), ...(field === 'smtp_username' ? [password] : [])]),
    ...(sameLogin || entry === 'secure_page' ? [] : [imapPassword]),
  ];
}

/** The part of the draft that the page has no field for. */
function withoutShown(draft: Draft): Draft {
  const rest = { ...draft };
  delete rest.daily_limit;
  if (!areServersShown(draft)) return rest;
  for (const field of SERVER_FIELDS) {
    if (field !== 'imap_username' || draft.same_login === false) delete rest[field];
  }
  return rest;
}
