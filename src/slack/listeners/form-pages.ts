import type { ModalView } from '@slack/types';
import type { AddInboxRequest } from '../../add-inbox/request.ts';
import { type AccountField, validateAccount, validateWho } from '../../add-inbox/sender-account.ts';
import type { Accepted, Submission } from '../../add-inbox/submit.ts';
import { openServers } from '../form/draft-defaults.ts';
import { toBlockErrors } from '../form/field-errors.ts';
import { turnPage } from '../form/form-context.ts';
import { parseHowPage, renderHowPage } from '../form/how-page.ts';
import { parseWhoPage, renderWhoPage } from '../form/who-page.ts';
import { renderNotice } from '../notice-page.ts';
import type { Actor, ViewPayload } from '../payloads.ts';
import { renderRequestPage } from '../request-page.ts';
import type { Rights } from '../rights.ts';
import { sentences } from '../sentences.ts';
import { type SlackApi, SlackRefusedError } from '../slack-api.ts';

/** What a submission is answered with. */
export type SubmissionAnswer =
  | { response_action: 'errors'; errors: Record<string, string> }
  | { response_action: 'update'; view: ModalView };

export type FormPagesDeps = {
  rights: Rights;
  findByView(teamId: string, viewId: string): Promise<AddInboxRequest | undefined>;
  submit(submission: Submission): Promise<Accepted>;
  openResponseUrl(teamId: string, sealed: string): string | undefined;
  /** The request could not be committed. */
  onNotAccepted(error: unknown): void;
};

/** The two pages of the form: what submitting and pressing the buttons on them does. */
export function createFormPages(deps: FormPagesDeps) {
  return { submitWho, submitHow, goBack, editServers, toggleSameLogin };

  async function submitWho(api: SlackApi, actor: Actor, view: ViewPayload): Promise<SubmissionAnswer> {
    const { context, draft } = parseWhoPage(view);
    const who = validateWho({
      email_address: draft.email_address,
      display_name: draft.display_name,
      inbox_type: draft.inbox_type,
    });
    if (!who.ok) return { response_action: 'errors', errors: toBlockErrors(who.errors, view) };
    const refused = await refuse(api, actor, view, 'inbox_type');
    if (refused !== undefined) return refused;
    const page = renderHowPage({ context: turnPage(context), draft: { ...draft, ...who.value } });
    return { response_action: 'update', view: page };
  }

  async function submitHow(api: SlackApi, actor: Actor, view: ViewPayload): Promise<SubmissionAnswer> {
    const { teamId, userId } = actor;
    const { context, typed } = parseHowPage(view);
    try {
      const before = await deps.findByView(teamId, view.id);
      if (before !== undefined) return { response_action: 'update', view: renderRequestPage(before) };
      const account = validateAccount(typed);
      if (!account.ok) return { response_action: 'errors', errors: toBlockErrors(account.errors, view) };
      const refused = await refuse(api, actor, view, 'daily_limit');
      if (refused !== undefined) return refused;
      const { channelId, retryOf, sealedResponseUrl } = context;
      const responseUrl = sealedResponseUrl === undefined ? undefined : deps.openResponseUrl(teamId, sealedResponseUrl);
      const submission = { teamId, userId, viewId: view.id, channelId, retryOf, responseUrl, account: account.value };
      const { request } = await deps.submit(submission);
      return { response_action: 'update', view: renderRequestPage(request) };
    } catch (error) {
      deps.onNotAccepted(error);
      return { response_action: 'errors', errors: toBlockErrors({ daily_limit: sentences.notAccepted }, view) };
    }
  }

  async function goBack(api: SlackApi, actor: Actor, view: ViewPayload, triggerId: string): Promise<void> {
    await show(api, actor, view, triggerId, () => {
      const { context, draft } = parseHowPage(view);
      return renderWhoPage({ context: turnPage(context), draft });
    });
  }

  async function editServers(api: SlackApi, actor: Actor, view: ViewPayload, triggerId: string): Promise<void> {
    await show(api, actor, view, triggerId, () => {
      const { context, draft } = parseHowPage(view);
      return renderHowPage({ context, draft: openServers(draft) });
    });
  }

  /** What is ticked is part of the view's state, so rendering it again is enough. */
  async function toggleSameLogin(api: SlackApi, actor: Actor, view: ViewPayload, triggerId: string): Promise<void> {
    await show(api, actor, view, triggerId, () => renderHowPage(parseHowPage(view)));
  }

  async function show(
    api: SlackApi,
    actor: Actor,
    view: ViewPayload,
    triggerId: string,
    render: () => ModalView,
  ): Promise<void> {
    const right = await deps.rights.check(api, actor);
    if (right.kind === 'unknown') {
      // On top, so that what they typed is still there when they close it.
      await api.pushView(triggerId, renderNotice(sentences.whoAreYou));
      return;
    }
    const page = right.kind === 'refused' ? renderNotice(sentences.refusals[right.why]) : render();
    await api.updateView(view.id, page, view.hash).catch((error: unknown) => {
      // Closed, or changed by a second click: what they see then is newer than what we know.
      const outdated = error instanceof SlackRefusedError && ['not_found', 'hash_conflict'].includes(error.reason);
      if (!outdated) throw error;
    });
  }

  /** The answer to somebody who may not go on; undefined where they may. Who could not be looked up keeps the form. */
  async function refuse(
    api: SlackApi,
    actor: Actor,
    view: ViewPayload,
    lastField: AccountField,
  ): Promise<SubmissionAnswer | undefined> {
    const right = await deps.rights.check(api, actor);
    switch (right.kind) {
      case 'allowed':
        return undefined;
      case 'refused':
        return { response_action: 'update', view: renderNotice(sentences.refusals[right.why]) };
      case 'unknown':
        return { response_action: 'errors', errors: toBlockErrors({ [lastField]: sentences.notLookedUp }, view) };
    }
  }
}
