import type { ModalView } from '@slack/types';
import type { ChooseKey, KeyChoice } from '../../add-inbox/keys/choose-key.ts';
import { clientNameOf, isSameOwner, type OwnerName, WORKSPACE } from '../../add-inbox/keys/key-owner.ts';
import type { WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import { isUsable } from '../../add-inbox/request/next-step.ts';
import { canReadFiles } from '../batches/form/can-read-files.ts';
import type { ManyForm } from '../batches/form/many-form.ts';
import type { OfferManyForm } from '../batches/form/offer-page.ts';
import type { Actor, Click } from '../bolt/interaction.ts';
import { renderKeyForm } from '../home/keys/key-form.ts';
import { renderNotice } from '../modals/notice-page.ts';
import { openThenFill } from '../modals/open-then-fill.ts';
import { replaceView } from '../modals/replace-view.ts';
import type { Permission, Permissions } from '../permissions/permissions.ts';
import { BATCH_FIX } from '../sentences/batches.ts';
import { PASSWORD_NOTICES } from '../sentences/form.ts';
import { sentences } from '../sentences/notices.ts';
import type { Draft } from './fields.ts';
import type { FormContext } from './form-metadata.ts';
import { renderWhoPage } from './who-page.ts';

export type FormToOpen = {
  context: Omit<FormContext, 'openedBy' | 'owner'>;
  draft: Draft;
  /** The owner of the key for failed rows of a batch. Where the channel has another one now, the form does not open. */
  owner?: OwnerName | undefined;
  /** Replaces the form for a person who may add inboxes. */
  instead?: ModalView | undefined;
};

/**
 * `keyStamp` is the version of the chosen key, for a form that stores that key; '' where no such form is needed. `takesFiles`
 * matters only for many inboxes.
 */
type Facts = {
  settings: WorkspaceSettings;
  choice: KeyChoice;
  keyStamp: string;
  takesFiles: boolean;
  findsServers: boolean;
  defaults: FormDefaults;
};

/** The form's first values. `dailyLimit`: mails a day. `namePattern`: `{local}` is the part of the address before the @. */
export type FormDefaults = { dailyLimit: number | undefined; namePattern: string | undefined };

/**
 * Opens a modal with the first call to Slack, which drops a `trigger_id` after 3 s. A person looked up in the last minute
 * gets the form at once. For anybody else, and for many inboxes, a waiting page opens, and the form or the refusal replaces it
 * after the look-up. A click in a modal replaces that modal. Throws the errors of the store and of Slack's API.
 */
export function createOpenForm(deps: {
  permissions: Permissions;
  /** Whether the form offers to find the servers of an address. */
  findsServers: boolean;
  findSettings(teamId: string): Promise<WorkspaceSettings>;
  chooseKey: ChooseKey;
  /** Whether this installation serves the secure page. */
  hasSecurePage: boolean;
  offerManyForm: OfferManyForm;
  keyStamp(teamId: string, owner: OwnerName): Promise<string>;
  findDefaults(teamId: string, owner: OwnerName, settings: WorkspaceSettings): Promise<FormDefaults>;
}): (click: Click, form: FormToOpen) => Promise<void> {
  const { permissions, findsServers } = deps;
  return async (click, form) => {
    const { api, actor, triggerId, view } = click;
    const settings = deps.findSettings(actor.teamId);
    const attempt = { ...click, settings };
    const facts = loadFacts(click, form, settings);
    // Where another call throws first, nothing awaits this promise, and its rejection must not count as unhandled.
    facts.catch(() => {});
    if (view !== undefined) {
      const permission = await permissions.checkAdding(attempt);
      const page = await firstPage(permission, await facts, actor, form);
      // A refusal goes on top, since the view below may be another person's.
      await (permission.kind === 'allowed' ? replaceView(api, view, page) : api.pushView(triggerId, page));
      return;
    }
    const recalled = form.context.batch === undefined ? await permissions.recall(attempt) : undefined;
    if (recalled !== undefined) {
      await api.openView(triggerId, await firstPage(recalled, await facts, actor, form));
      return;
    }
    const opening = api.openView(triggerId, renderNotice(sentences.waiting));
    const permission = permissions.checkAdding(attempt);
    const page = Promise.all([permission, facts]).then((known) => firstPage(...known, actor, form));
    await openThenFill(api, opening, page, renderNotice(sentences.failed));
  };

  async function loadFacts(
    { api, actor: { teamId } }: Click,
    { context }: FormToOpen,
    found: Promise<WorkspaceSettings>,
  ): Promise<Facts> {
    const asking = context.batch === undefined ? false : canReadFiles(api);
    const settings = await found;
    const choose = () => deps.chooseKey(teamId, context.channelId, settings);
    const choice = await choose();
    const takesFiles = await asking;
    const owner = choice.kind === 'blocked' ? WORKSPACE : choice.keyName;
    const defaults = await deps.findDefaults(teamId, owner, settings);
    if (choice.kind === 'blocked' || isUsable(choice.current)) {
      return { settings, choice, keyStamp: '', takesFiles, findsServers, defaults };
    }
    // The stamp is read before the data the form shows, so that a key stored in between is noticed.
    const keyStamp = await deps.keyStamp(teamId, choice.keyName);
    return { settings, choice: await choose(), keyStamp, takesFiles, findsServers, defaults };
  }

  /** The first modal for a person who wants to add an inbox. */
  async function firstPage(
    permission: Permission,
    { settings, choice, keyStamp, defaults, ...offers }: Facts,
    actor: Actor,
    form: FormToOpen,
  ): Promise<ModalView> {
    if (permission.kind === 'unknown') return renderNotice(sentences.whoAreYou);
    if (permission.kind === 'refused') return renderNotice(sentences.denials[permission.why]);
    if (form.instead !== undefined) return form.instead;
    if (settings.passwordsIn === 'secure_page' && !deps.hasSecurePage) return renderNotice(PASSWORD_NOTICES.noPage);
    if (choice.kind === 'blocked') return renderNotice(sentences.blocked(choice.channelIds));
    const { keyName, current } = choice;
    if (form.owner !== undefined && !isSameOwner(keyName, form.owner)) return renderNotice(BATCH_FIX.otherClient);
    const context: FormContext = { ...form.context, openedBy: actor.userId, owner: keyName };
    const draft = withDefaults(form, defaults);
    if (isUsable(current)) return renderForm(actor, { context, draft, ...offers }, deps.offerManyForm);
    if (permission.person.isAdmin) return renderKeyForm({ context, draft, current, stamp: keyStamp });
    const client = clientNameOf(keyName);
    if (current?.status === 'unreadable') return renderNotice(sentences.keyUnreadable(client));
    if (client !== undefined) return renderNotice(sentences.noClientKey(client));
    return renderNotice(current === undefined ? sentences.noKey : sentences.keyRefused);
  }
}

/** The form for one inbox, or for many. */
export async function renderForm(
  person: { teamId: string; userId: string },
  { takesFiles, findsServers, ...page }: ManyForm & { findsServers: boolean },
  offerManyForm: OfferManyForm,
): Promise<ModalView> {
  return page.context.batch === undefined
    ? renderWhoPage({ ...page, findsServers })
    : offerManyForm(person, { ...page, takesFiles });
}

/** A form that is filled in keeps what it has, as does a request that is tried again. */
function withDefaults({ context, draft }: FormToOpen, { dailyLimit, namePattern }: FormDefaults): Draft {
  if (context.retryOf !== undefined) return draft;
  return {
    ...(dailyLimit !== undefined && { daily_limit: String(dailyLimit) }),
    ...(namePattern !== undefined && { display_name: namePattern }),
    ...draft,
  };
}
