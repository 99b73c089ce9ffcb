import type { ModalView } from '@slack/types';
import type { FindServers } from '../../add-inbox/account/detection.ts';
import { findWarnings } from '../../add-inbox/account/find-warnings.ts';
import {
  type AccountField,
  type AccountToAdd,
  type Passwords,
  splitPasswords,
  type TypedAccount,
  type Validated,
  validateAccount,
  validateWho,
  validateWithoutPasswords,
} from '../../add-inbox/account/sender-account.ts';
import type { ChooseKey } from '../../add-inbox/keys/choose-key.ts';
import { createDomainCheck, fillInName, type OwnedPresets } from '../../add-inbox/keys/client-presets.ts';
import {
  type PasswordEntry,
  passwordEntryOf,
  type WorkspaceSettings,
} from '../../add-inbox/people/workspace-settings.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { Accepted, Submission } from '../../add-inbox/request/submit.ts';
import { answerSubmission } from '../bolt/answer-submission.ts';
import type { InModal, Press } from '../bolt/interaction.ts';
import type { ViewPayload } from '../bolt/payloads.ts';
import { renderNotice } from '../modals/notice-page.ts';
import { replaceView } from '../modals/replace-view.ts';
import { pushNotice, type SubmissionAnswer } from '../modals/submission-answer.ts';
import { createFindTarget } from '../permissions/find-target.ts';
import { type Attempt, findNotice, type Permissions } from '../permissions/permissions.ts';
import { BATCH_FIX } from '../sentences/batches.ts';
import { sentences } from '../sentences/notices.ts';
import { renderRequestPage, renderSuccessor } from '../thread/request-page.ts';
import type { Message } from '../web-api/slack-api.ts';
import { isSearching, openServers } from './draft-defaults.ts';
import { toBlockErrors } from './field-errors.ts';
import type { Draft } from './fields.ts';
import { type FormContext, turnPage } from './form-metadata.ts';
import { parseHowPage, renderHowPage } from './how-page.ts';
import { type PasswordLink, renderPasswordMessage, renderPasswordPage } from './password/password-link.ts';
import { sendAlone } from './password/send-alone.ts';
import { findMissingTick } from './servers/found-blocks.ts';
import { createSearchServers } from './servers/search-servers.ts';
import { asksToFind, parseWhoPage, renderWhoPage } from './who-page.ts';

export type FormPagesDeps = {
  permissions: Permissions;
  findByView(teamId: string, viewId: string): Promise<AddInboxRequest | undefined>;
  findSettings(teamId: string): Promise<WorkspaceSettings>;
  chooseKey: ChooseKey;
  findServers: FindServers;
  /** Whether the form offers to find the servers of an address. If not, it only begins with those that the bot remembers. */
  findsServers: boolean;
  submit(submission: Submission): Promise<Accepted>;
  /** Whether a person has stopped the batch, and some of its rows are still under way. Then a fixed row would be stopped too. */
  isStopping(batchId: string): Promise<boolean>;
  /** The form for the next failed row of a batch; see fix-rows.ts. */
  nextRow(teamId: string, context: FormContext, notice: string): Promise<ModalView>;
  openResponseUrl(teamId: string, sealed: string): string | undefined;
  /** Whether this installation serves the secure page. */
  hasSecurePage: boolean;
  /** A new link for the person of the request; undefined if it waits for no password. */
  createLink(request: AddInboxRequest): Promise<PasswordLink | undefined>;
  /** The presets of the workspace's clients. */
  listPresets(teamId: string): Promise<OwnedPresets[]>;
  /** Shows a message only to the person who used the command. Best effort. */
  respond(responseUrl: string, message: Message): Promise<boolean>;
  /** A new request's reference, which is also its id in the log. */
  newReference(): string;
  /** The request was not committed, was not committed in time, or a look-up before it failed. */
  onNotAccepted(reference: string, error: unknown): void;
};

/** Handles the submissions and buttons of the form's two pages. */
export function createFormPages(deps: FormPagesDeps) {
  const findTarget = createFindTarget(deps);
  const { findsServers } = deps;
  const servers = createSearchServers({ findServers: deps.findServers, findEntry });
  return { submitWho, fillIn: servers.fillIn, submitHow, goBack, editServers, toggleSameLogin, skipRow };

  async function submitWho(submission: InModal): Promise<SubmissionAnswer> {
    const { view } = submission;
    const { context, draft } = withFilledName(parseWhoPage(view));
    const finds = findsServers && asksToFind(view);
    const who = validateWho({
      email_address: draft.email_address,
      display_name: draft.display_name,
      inbox_type: finds ? 'CUSTOM_SMTP' : draft.inbox_type,
    });
    if (!who.ok) return { response_action: 'errors', errors: toBlockErrors(who.errors, view) };
    const next = turnPage(context);
    const entered = { ...draft, ...who.value };
    try {
      const settings = deps.findSettings(submission.actor.teamId);
      const [refused, answer] = await Promise.all([
        refuse({ ...submission, settings }, 'inbox_type'),
        finds
          ? servers.answerWho(submission, next, { ...entered, inbox_type: undefined })
          : answerWho({ ...submission, settings }, next, entered),
      ]);
      return refused ?? answer;
    } catch (error) {
      const reference = deps.newReference();
      deps.onNotAccepted(reference, error);
      return {
        response_action: 'errors',
        errors: toBlockErrors({ inbox_type: sentences.notChecked(reference) }, view),
      };
    }
  }

  async function answerWho(
    { settings, ...submission }: InModal & { settings: Promise<WorkspaceSettings> },
    context: FormContext,
    entered: Draft,
  ): Promise<SubmissionAnswer> {
    const unfound = { ...entered, found: undefined };
    const drafting = findsServers ? unfound : servers.recall(submission, context, unfound);
    const [draft, found] = await Promise.all([drafting, settings]);
    const page = renderHowPage({ context, draft, passwordEntry: passwordEntryOf(found, deps.hasSecurePage) });
    return { response_action: 'update', view: page };
  }

  async function submitHow(submission: InModal): Promise<SubmissionAnswer> {
    const page = parseHowPage(submission.view);
    const reference = deps.newReference();
    return answerSubmission(
      (mustNotBeLate) => accept(submission, page, reference, mustNotBeLate),
      (error) => notConfirmed(reference, submission.view, error),
    );
  }

  async function accept(
    submission: InModal,
    { context, draft, typed, alreadyWarned }: ReturnType<typeof parseHowPage>,
    reference: string,
    mustNotBeLate: () => void,
  ): Promise<SubmissionAnswer> {
    const { actor, view } = submission;
    const { teamId, userId } = actor;
    const viewId = toViewId(view, context);
    if (isSearching(draft)) {
      const [refused, found] = await Promise.all([
        refuse(submission, 'daily_limit'),
        servers.answerHow(submission, context, draft),
      ]);
      return refused ?? found;
    }
    const settings = await deps.findSettings(teamId);
    const passwordEntry = passwordEntryOf(settings, deps.hasSecurePage);
    const read = readAccount(typed, passwordEntry);
    const errors = { ...findMissingTick(view), ...(!read.ok && toBlockErrors(read.errors, view)) };
    const orAccepted = async (answer: SubmissionAnswer) => (await findByView(submission, viewId, context)) ?? answer;
    if (!read.ok || Object.keys(errors).length > 0) return orAccepted({ response_action: 'errors', errors });
    const { account, passwords } = read.value;
    const [refused, target, presets, isStopping] = await Promise.all([
      refuse({ ...submission, settings }, 'daily_limit'),
      findTarget(teamId, context, settings),
      deps.listPresets(teamId),
      context.fix !== undefined && deps.isStopping(context.fix.batchId),
    ]);
    if (refused !== undefined) return orAccepted(refused);
    if (!target.ok) return orAccepted(pushNotice(target.notice));
    if (isStopping) return orAccepted(pushNotice(BATCH_FIX.stopping));
    const isOtherDomain = createDomainCheck(presets, target.keyName)(account.email_address);
    const warnings = findWarnings({ ...account, ...(passwords ?? NO_PASSWORDS) }, isOtherDomain);
    if (warnings.some((warning) => !alreadyWarned.includes(warning))) {
      // The view keeps its ids, so Slack keeps the person's input, including passwords.
      return orAccepted({
        response_action: 'update',
        view: renderHowPage({ context, draft, warned: { warnings, account }, passwordEntry }),
      });
    }
    const { channelId, retryOf } = context;
    // The person may have closed the form.
    mustNotBeLate();
    const { kind, request } = await deps.submit({
      id: reference,
      teamId,
      userId,
      viewId,
      channelId,
      resultsChannelId: target.settings.resultsChannelId,
      keyName: target.keyName,
      retryOf,
      batch: context.fix && { id: context.fix.batchId, line: context.fix.line },
      responseUrl: openResponseUrl(teamId, context),
      account,
      passwords,
    });
    const page =
      kind === 'superseded'
        ? await renderSuperseded(request, userId, context)
        : await renderAccepted(submission, request, context);
    return { response_action: 'update', view: page };
  }

  /** A view that was accepted before shows its request, whatever it has now, and whatever has changed since. */
  async function findByView(
    submission: InModal,
    viewId: string,
    context: FormContext,
  ): Promise<SubmissionAnswer | undefined> {
    const { teamId, userId } = submission.actor;
    const before = await deps.findByView(teamId, viewId);
    if (before?.userId !== userId) return undefined;
    return { response_action: 'update', view: await renderAccepted(submission, before, context) };
  }

  /** The state of the request; or for a row of a batch, the next one that failed. */
  async function renderAccepted(
    submission: InModal,
    request: AddInboxRequest,
    context: FormContext,
  ): Promise<ModalView> {
    const link = await deps.createLink(request);
    if (link !== undefined) return offerLink(submission, request, link, context);
    if (context.fix === undefined) return renderRequestPage(request);
    return deps.nextRow(request.teamId, context, BATCH_FIX.accepted(request.account.email_address));
  }

  /** The link is also sent as a message, for after the window is closed. */
  function offerLink(
    submission: InModal,
    request: AddInboxRequest,
    link: PasswordLink,
    context: FormContext,
  ): ModalView {
    const responseUrl = openResponseUrl(request.teamId, context);
    const respond = responseUrl === undefined ? undefined : (message: Message) => deps.respond(responseUrl, message);
    void sendAlone(submission, renderPasswordMessage(request, link), respond);
    return renderPasswordPage(request, link);
  }

  function openResponseUrl(teamId: string, { sealedResponseUrl }: FormContext): string | undefined {
    return sealedResponseUrl === undefined ? undefined : deps.openResponseUrl(teamId, sealedResponseUrl);
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
      return renderWhoPage({ context: turnPage(context), draft, findsServers });
    });
  }

  async function editServers(press: InModal<Press>): Promise<void> {
    await show(press, async () => {
      const { context, draft } = parseHowPage(press.view);
      return renderHowPage({ context, draft: openServers(draft), passwordEntry: await findEntry(press) });
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
    await show(press, async () => {
      const { context, draft } = parseHowPage(press.view);
      return renderHowPage({ context, draft, passwordEntry: await findEntry(press) });
    });
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

  async function findEntry({ actor }: InModal): Promise<PasswordEntry> {
    return passwordEntryOf(await deps.findSettings(actor.teamId), deps.hasSecurePage);
  }

  /** The answer to a person who may not go on; undefined where they may. After a failed look-up, the form stays open. */
  async function refuse(submission: InModal & Attempt, lastField: AccountField): Promise<SubmissionAnswer | undefined> {
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

/** A client's sender name may have a part of the address in it. */
function withFilledName({ context, draft }: ReturnType<typeof parseWhoPage>): ReturnType<typeof parseWhoPage> {
  const { display_name, email_address = '' } = draft;
  if (display_name === undefined) return { context, draft };
  return { context, draft: { ...draft, display_name: fillInName(display_name, email_address) } };
}

const NO_PASSWORDS: Passwords = { smtp_password: '', imap_password: '' };

/** Without passwords where the person leaves them empty, and where no form of Slack may take one. */
function readAccount(
  typed: TypedAccount,
  entry: PasswordEntry,
): Validated<{ account: AccountToAdd; passwords: Passwords | undefined }> {
  const isEmpty = typed.smtp_password === undefined && typed.imap_password === undefined;
  if (entry === 'secure_page' || (entry === 'slack_or_page' && isEmpty)) {
    const checked = validateWithoutPasswords(typed);
    return checked.ok ? { ok: true, value: { account: checked.value, passwords: undefined } } : checked;
  }
  const checked = validateAccount(typed);
  return checked.ok ? { ok: true, value: splitPasswords(checked.value) } : checked;
}

/** One view may show several forms, one after the other, each of which makes a request: rows of a batch, and another inbox. */
function toViewId({ id }: ViewPayload, { fix, retryOf, after }: FormContext): string {
  const before = fix === undefined ? after : retryOf;
  return before === undefined ? id : `${id}.${before}`;
}
