import type { ModalView } from '@slack/types';
import type { AddInboxRequest } from '../../add-inbox/request.ts';
import { validateAccount, validateWho } from '../../add-inbox/sender-account.ts';
import type { Accepted, Submission } from '../../add-inbox/submit.ts';
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
    const refused = await findRefusal(api, actor);
    if (refused !== undefined) return { response_action: 'update', view: refused };
    const page = renderHowPage({ context: turnPage(context), draft: { ...draft, ...who.value } });
    return { response_action: 'update', view: page };
  }

  async function submitHow(api: SlackApi, actor: Actor, view: ViewPayload): Promise<SubmissionAnswer> {
    const { teamId, userId } = actor;
    const before = await deps.findByView(teamId, view.id);
    if (before !== undefined) return { response_action: 'update', view: renderRequestPage(before) };
    const { context, typed } = parseHowPage(view);
    const account = validateAccount(typed);
    if (!account.ok) return { response_action: 'errors', errors: toBlockErrors(account.errors, view) };
    const refused = await findRefusal(api, actor);
    if (refused !== undefined) return { response_action: 'update', view: refused };
    const { channelId, retryOf, sealedResponseUrl } = context;
    const responseUrl = sealedResponseUrl === undefined ? undefined : deps.openResponseUrl(teamId, sealedResponseUrl);
    try {
      const submission = { teamId, userId, viewId: view.id, channelId, retryOf, responseUrl, account: account.value };
      const { request } = await deps.submit(submission);
      return { response_action: 'update', view: renderRequestPage(request) };
    } catch (error) {
      deps.onNotAccepted(error);
      return { response_action: 'errors', errors: toBlockErrors({ daily_limit: sentences.notAccepted }, view) };
    }
  }

  async function goBack(api: SlackApi, actor: Actor, view: ViewPayload): Promise<void> {
    await show(api, actor, view, () => {
      const { context, draft } = parseHowPage(view);
      return renderWhoPage({ context: turnPage(context), draft });
    });
  }

  async function editServers(api: SlackApi, actor: Actor, view: ViewPayload): Promise<void> {
    await show(api, actor, view, () => {
      const { context, draft } = parseHowPage(view);
      return renderHowPage({ context, draft: { ...draft, servers_open: true } });
    });
  }

  /** What is ticked is part of the view's state, so rendering it again is enough. */
  async function toggleSameLogin(api: SlackApi, actor: Actor, view: ViewPayload): Promise<void> {
    await show(api, actor, view, () => renderHowPage(parseHowPage(view)));
  }

  async function show(api: SlackApi, actor: Actor, view: ViewPayload, render: () => ModalView): Promise<void> {
    const page = (await findRefusal(api, actor)) ?? render();
    await api.updateView(view.id, page, view.hash).catch((error: unknown) => {
      // Closed, or changed by a second click: what they see then is newer than what we know.
      const outdated = error instanceof SlackRefusedError && ['not_found', 'hash_conflict'].includes(error.reason);
      if (!outdated) throw error;
    });
  }

  /** The page that says no, or undefined where they may go on. */
  async function findRefusal(api: SlackApi, actor: Actor): Promise<ModalView | undefined> {
    const right = await deps.rights.check(api, actor);
    if (right.kind === 'allowed') return undefined;
    return renderNotice(right.kind === 'unknown' ? sentences.whoAreYou : sentences.refusals[right.why]);
  }
}
