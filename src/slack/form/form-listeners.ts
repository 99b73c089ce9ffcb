import type { ModalView } from '@slack/types';
import { findWarnings } from '../../add-inbox/account/find-warnings.ts';
import {
  type AccountField,
  splitPasswords,
  validateAccount,
  validateWho,
} from '../../add-inbox/account/sender-account.ts';
import type { ChooseKey } from '../../add-inbox/keys/choose-key.ts';
import { isSameOwner } from '../../add-inbox/keys/key-owner.ts';
import type { WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { Accepted, Submission } from '../../add-inbox/request/submit.ts';
import { answerInTime } from '../../add-inbox/worker/time-limit.ts';
import type { InModal, Press } from '../bolt/interaction.ts';
import type { ViewPayload } from '../bolt/payloads.ts';
import { renderNotice } from '../modals/notice-page.ts';
import { replaceView } from '../modals/replace-view.ts';
import { pushNotice, type SubmissionAnswer } from '../modals/submission-answer.ts';
import { findNotice, type Permissions } from '../permissions/permissions.ts';
import { sentences } from '../sentences/notices.ts';
import { renderRequestPage, renderSuccessor } from '../thread/request-page.ts';
import { openServers } from './draft-defaults.ts';
import { toBlockErrors } from './field-errors.ts';
import { turnPage } from './form-metadata.ts';
import { parseHowPage, renderHowPage } from './how-page.ts';
import { parseWhoPage, renderWhoPage } from './who-page.ts';

export type FormPagesDeps = {
  permissions: Permissions;
  findByView(teamId: string, viewId: string): Promise<AddInboxRequest | undefined>;
  findSettings(teamId: string): Promise<WorkspaceSettings>;
  chooseKey: ChooseKey;
  submit(submission: Submission): Promise<Accepted>;
  openResponseUrl(teamId: string, sealed: string): string | undefined;
  /** A new request's reference: under it the log has all there is to say about it. */
  newReference(): string;
  /** The request could not be committed, or not in time; or what is to be known before could not be looked up. */
  onNotAccepted(reference: string, error: unknown): void;
};

/** Of Slack's three seconds. */
const ANSWER_WITHIN_MS = 2_500;

/** The two pages of the form: what submitting and pressing the buttons on them does. */
export function createFormPages(deps: FormPagesDeps) {
  return { submitWho, submitHow, goBack, editServers, toggleSameLogin };

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
      const before = await deps.findByView(teamId, view.id);
      if (before?.userId === userId) return { response_action: 'update', view: renderRequestPage(before) };
      const account = validateAccount(typed);
      if (!account.ok) return { response_action: 'errors', errors: toBlockErrors(account.errors, view) };
      const [refused, place] = await Promise.all([
        refuse(submission, 'daily_limit'),
        findTarget(teamId, context.channelId),
      ]);
      if (refused !== undefined) return refused;
      const { settings, choice } = place;
      if (choice.kind === 'blocked') return pushNotice(sentences.blocked(choice.channelIds));
      if (!isSameOwner(choice.keyName, context.owner)) return pushNotice(sentences.clientChanged);
      const warnings = findWarnings(account.value);
      if (warnings.some((warning) => !alreadyWarned.includes(warning))) {
        // With the same ids: Slack keeps what was typed, passwords too.
        const warned = { warnings, account: splitPasswords(account.value).account };
        return { response_action: 'update', view: renderHowPage({ context, draft, warned }) };
      }
      const { channelId, retryOf, sealedResponseUrl } = context;
      // The person knows that it is not confirmed, and may have closed the form.
      if (isLate()) throw new TooLateError();
      const { kind, request } = await deps.submit({
        id: refer(),
        teamId,
        userId,
        viewId: view.id,
        channelId,
        resultsChannelId: settings.resultsChannelId,
        keyName: choice.keyName,
        retryOf,
        responseUrl: sealedResponseUrl === undefined ? undefined : deps.openResponseUrl(teamId, sealedResponseUrl),
        account: account.value,
      });
      const page = kind === 'superseded' ? renderSuccessor(request, userId) : renderRequestPage(request);
      return { response_action: 'update', view: page };
    } catch (error) {
      return notConfirmed(refer(), view, error);
    }
  }

  /** A COMMIT that nobody answered may still have been one, so it says only what is true of both. */
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

  /** What is ticked is part of the view's state, so rendering it again is enough. */
  async function toggleSameLogin(press: InModal<Press>): Promise<void> {
    await show(press, () => renderHowPage(parseHowPage(press.view)));
  }

  async function show(press: InModal<Press>, render: () => ModalView): Promise<void> {
    const { api, view, triggerId } = press;
    const refusal = findNotice(await deps.permissions.checkAdding(press));
    if (refusal !== undefined) {
      // On top, as in `pushNotice`; and somebody else may have this view on their screen.
      await api.pushView(triggerId, renderNotice(refusal));
      return;
    }
    // Changed by a second click: what they see then is newer than what we know.
    await replaceView(api, view, render());
  }

  async function findTarget(teamId: string, channelId: string) {
    const settings = await deps.findSettings(teamId);
    return { settings, choice: await deps.chooseKey(teamId, channelId, settings) };
  }

  /** The answer to somebody who may not go on; undefined where they may. Who could not be looked up keeps the form. */
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

/** Slack's time to answer was over before all was done. */
class TooLateError extends Error {
  readonly code = 'too_late';
}
