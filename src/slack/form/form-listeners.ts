import type { ModalView } from '@slack/types';
import { findWarnings } from '../../add-inbox/account/find-warnings.ts';
import {
  type AccountField,
  splitPasswords,
  validateAccount,
  validateWho,
} from '../../add-inbox/account/sender-account.ts';
import type { ChooseKey } from '../../add-inbox/keys/choose-key.ts';
import type { WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { Accepted, Submission } from '../../add-inbox/request/submit.ts';
import { answerInTime } from '../../add-inbox/worker/time-limit.ts';
import type { InModal, Press } from '../bolt/interaction.ts';
import type { ViewPayload } from '../bolt/payloads.ts';
import { renderNotice } from '../modals/notice-page.ts';
import { replaceView } from '../modals/replace-view.ts';
import { pushNotice, type SubmissionAnswer } from '../modals/submission-answer.ts';
import { createFindTarget } from '../permissions/find-target.ts';
import { findNotice, type Permissions } from '../permissions/permissions.ts';
import { BATCH_FIX } from '../sentences/batches.ts';
import { sentences } from '../sentences/notices.ts';
import { renderRequestPage, renderSuccessor } from '../thread/request-page.ts';
import { openServers } from './draft-defaults.ts';
import { toBlockErrors } from './field-errors.ts';
import { type FormContext, turnPage } from './form-metadata.ts';
import { parseHowPage, renderHowPage } from './how-page.ts';
import { parseWhoPage, renderWhoPage } from './who-page.ts';

export type FormPagesDeps = {
  permissions: Permissions;
  findByView(teamId: string, viewId: string): Promise<AddInboxRequest | undefined>;
  findSettings(teamId: string): Promise<WorkspaceSettings>;
  chooseKey: ChooseKey;
  submit(submission: Submission): Promise<Accepted>;
  /** The form for the next failed row of a batch; see fix-rows.ts. */
  nextRow(teamId: string, context: FormContext, notice: string): Promise<ModalView>;
  openResponseUrl(teamId: string, sealed: string): string | undefined;
  /** A new request's reference, which is also its id in the log. */
  newReference(): string;
  /** The request was not committed, was not committed in time, or a look-up before it failed. */
  onNotAccepted(reference: string, error: unknown): void;
};

/** Slack waits 3 s for the answer to a submission. */
const ANSWER_WITHIN_MS = 2_500;

/** Handles the submissions and buttons of the form's two pages. */
export function createFormPages(deps: FormPagesDeps) {
  const findTarget = createFindTarget(deps);
  return { submitWho, submitHow, goBack, editServers, toggleSameLogin, skipRow };

  async function submitWho(submission: InModal): Promise<SubmissionAnswer> {
    const { view } = submission;
    const { context, draft } = parseWhoPage(view);
    const who = validateWho({
      email_address: draft.email_address,
      display_name: draft.display_name,
      inbox_type: draft.inbox_type,
    });
    if (!who.ok) return { response_action: 'errors', errors: toBlockErrors(who.errors, view) };
    try {
      const refused = await refuse(submission, 'inbox_type');
      if (refused !== undefined) return refused;
    } catch (error) {
      const reference = deps.newReference();
      deps.onNotAccepted(reference, error);
      return {
        response_action: 'errors',
        errors: toBlockErrors({ inbox_type: sentences.notChecked(reference) }, view),
      };
    }
    const page = renderHowPage({ context: turnPage(context), draft: { ...draft, ...who.value } });
    return { response_action: 'update', view: page };
  }

  async function submitHow(submission: InModal): Promise<SubmissionAnswer> {
    let drawn: string | undefined;
    const refer = (): string => {
      drawn ??= deps.newReference();
      return drawn;
    };
    let isLate = false;
    const answerLate = (): SubmissionAnswer => {
      isLate = true;
      return notConfirmed(refer(), submission.view, new TooLateError());
    };
    return answerInTime(
      accept(submission, refer, () => isLate),
      ANSWER_WITHIN_MS,
      answerLate,
    );
  }

  async function accept(submission: InModal, refer: () => string, isLate: () => boolean): Promise<SubmissionAnswer> {
    const { actor, view } = submission;
    const { teamId, userId } = actor;
    const { context, draft, typed, alreadyWarned } = parseHowPage(view);
    try {
      const viewId = toViewId(view, context);
      const before = await deps.findByView(teamId, viewId);
      if (before?.userId === userId) return { response_action: 'update', view: await renderAccepted(before, context) };
      const account = validateAccount(typed);
      if (!account.ok) return { response_action: 'errors', errors: toBlockErrors(account.errors, view) };
      const [refused, target] = await Promise.all([refuse(submission, 'daily_limit'), findTarget(teamId, context)]);
      if (refused !== undefined) return refused;
      if (!target.ok) return pushNotice(target.notice);
      const warnings = findWarnings(account.value);
      if (warnings.some((warning) => !alreadyWarned.includes(warning))) {
        // The view keeps its ids, so Slack keeps the person's input, including passwords.
        const warned = { warnings, account: splitPasswords(account.value).account };
        return { response_action: 'update', view: renderHowPage({ context, draft, warned }) };
      }
      const { channelId, retryOf, sealedResponseUrl } = context;
      // The person has already seen that the request is not confirmed, and may have closed the form.
      if (isLate()) throw new TooLateError();
      const { kind, request } = await deps.submit({
        id: refer(),
        teamId,
        userId,
        viewId,
        channelId,
        resultsChannelId: target.settings.resultsChannelId,
        keyName: target.keyName,
        retryOf,
        batch: context.fix && { id: context.fix.batchId, line: context.fix.line },
        responseUrl: sealedResponseUrl === undefined ? undefined : deps.openResponseUrl(teamId, sealedResponseUrl),
        account: account.value,
      });
      const page =
        kind === 'superseded'
          ? await renderSuperseded(request, userId, context)
          : await renderAccepted(request, context);
      return { response_action: 'update', view: page };
    } catch (error) {
      return notConfirmed(refer(), view, error);
    }
  }

  /** The state of the request; or for a row of a batch, the next one that failed. */
  async function renderAccepted(request: AddInboxRequest, context: FormContext): Promise<ModalView> {
    if (context.fix === undefined) return renderRequestPage(request);
    return deps.nextRow(request.teamId, context, BATCH_FIX.accepted(request.account.email_address));
  }

  /** Somebody was faster: the page about their request; or for a row of a batch, the next one that failed. */
  async function renderSuperseded(request: AddInboxRequest, userId: string, context: FormContext): Promise<ModalView> {
    if (context.fix === undefined) return renderSuccessor(request, userId);
    return deps.nextRow(request.teamId, context, BATCH_FIX.superseded(request.account.email_address));
  }

  /** A COMMIT without an answer may still have succeeded, so the sentence is true in both cases. */
  function notConfirmed(reference: string, view: ViewPayload, error: unknown): SubmissionAnswer {
    deps.onNotAccepted(reference, error);
    const errors = toBlockErrors({ daily_limit: sentences.notConfirmed(reference) }, view);
    return { response_action: 'errors', errors };
  }

  async function goBack(press: InModal<Press>): Promise<void> {
    await show(press, () => {
      const { context, draft } = parseHowPage(press.view);
      return renderWhoPage({ context: turnPage(context), draft });
    });
  }

  async function editServers(press: InModal<Press>): Promise<void> {
    await show(press, () => {
      const { context, draft } = parseHowPage(press.view);
      return renderHowPage({ context, draft: openServers(draft) });
    });
  }

  async function skipRow(press: InModal<Press>): Promise<void> {
    await show(press, () => {
      const { context, draft } = parseWhoPage(press.view);
      return deps.nextRow(press.actor.teamId, context, BATCH_FIX.skipped(draft.email_address ?? ''));
    });
  }

  /** The view's state includes the ticked box, so rendering the page again is enough. */
  async function toggleSameLogin(press: InModal<Press>): Promise<void> {
    await show(press, () => renderHowPage(parseHowPage(press.view)));
  }

  async function show(press: InModal<Press>, render: () => ModalView | Promise<ModalView>): Promise<void> {
    const { api, view, triggerId } = press;
    const refusal = findNotice(await deps.permissions.checkAdding(press));
    if (refusal !== undefined) {
      // Pushed on top, as in `pushNotice`: replacing the view would also change it for the person it was opened for.
      await api.pushView(triggerId, renderNotice(refusal));
      return;
    }
    // After a second click, the view is newer than this press and is left as it is.
    await replaceView(api, view, await render());
  }

  /** The answer to a person who may not go on; undefined where they may. After a failed look-up, the form stays open. */
  async function refuse(submission: InModal, lastField: AccountField): Promise<SubmissionAnswer | undefined> {
    const permission = await deps.permissions.checkAdding(submission);
    switch (permission.kind) {
      case 'allowed':
        return undefined;
      case 'refused':
        return pushNotice(sentences.denials[permission.why]);
      case 'unknown':
        return {
          response_action: 'errors',
          errors: toBlockErrors({ [lastField]: sentences.notLookedUp }, submission.view),
        };
    }
  }
}

/** The same view shows one row of a batch after the other, each of which makes a request. */
function toViewId({ id }: ViewPayload, { fix, retryOf }: FormContext): string {
  return fix === undefined ? id : `${id}.${retryOf}`;
}

/** The request was not ready within Slack's time limit for an answer. */
class TooLateError extends Error {
  readonly code = 'too_late';
}
