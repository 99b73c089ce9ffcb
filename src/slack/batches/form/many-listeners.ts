import type { ModalView } from '@slack/types';
import type { LoginVerdict } from '../../../add-inbox/account/login-verdict.ts';
import { parseDailyLimit } from '../../../add-inbox/account/sender-account.ts';
import type { RowDefaults } from '../../../add-inbox/batch/check-rows.ts';
import type { CheckLogins, createDrafts } from '../../../add-inbox/batch/drafts.ts';
import type { ChooseKey } from '../../../add-inbox/keys/choose-key.ts';
import type { WorkspaceSettings } from '../../../add-inbox/people/workspace-settings.ts';
import { FileProblem } from '../../../csv/file-problem.ts';
import { readRows } from '../../../csv/read-rows.ts';
import { oneLine, truncate } from '../../blocks/foreign-text.ts';
import { answerSubmission } from '../../bolt/answer-submission.ts';
import type { Click, InModal, Press } from '../../bolt/interaction.ts';
import { type FormContext, readFormMetadata, turnPage } from '../../form/form-metadata.ts';
import type { FormToOpen } from '../../form/open-form.ts';
import { BATCH_FIELDS, CALLBACKS } from '../../ids.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import { placeErrors, pushNotice, type SubmissionAnswer } from '../../modals/submission-answer.ts';
import { UnreadableViewError } from '../../modals/unreadable-view-error.ts';
import { type GivenFile, readView } from '../../modals/view-state.ts';
import { createFindTarget, type Target } from '../../permissions/find-target.ts';
import { findNotice, type Permissions } from '../../permissions/permissions.ts';
import {
  BATCH_FIX,
  BATCH_FORM_DOWNLOADS,
  BATCH_FORM_FAILED,
  BATCH_FORM_GONE,
  BATCH_FORM_IN_DOUBT,
  BATCH_FORM_PREVIEW,
  BATCH_FORM_READING,
} from '../../sentences/batches.ts';
import { PASSWORD_NOTICES } from '../../sentences/form.ts';
import { sentences } from '../../sentences/notices.ts';
import { isRefusal } from '../../web-api/slack-api.ts';
import { isViewGone } from '../../web-api/slack-errors.ts';
import { tryPatiently } from '../../web-api/try-patiently.ts';
import { renderAdding, renderFileProblem, renderReading } from './batch-pages.ts';
import { fetchFile, tryToDelete } from './fetch-file.ts';
import { type Given, type ParsedManyForm, parseManyForm } from './many-form.ts';
import { type ParsedPreview, parsePreview, renderPreview } from './preview.ts';
import { createShowProgress } from './show-progress.ts';

/** Characters of a file's name that are kept. */
const MAX_FILE_NAME = 150;

export type ManyPagesDeps = {
  permissions: Permissions;
  findSettings(teamId: string): Promise<WorkspaceSettings>;
  chooseKey: ChooseKey;
  drafts: Pick<ReturnType<typeof createDrafts>, 'prepare' | 'confirm' | 'discard' | 'timeFor'>;
  /** Logs in to mailboxes, which takes minutes for many. Undefined where the bot logs in to none. */
  checkLogins:
    | ((asker: Asker, accounts: Parameters<CheckLogins>[0], watch: Watch) => Promise<LoginVerdict[]>)
    | undefined;
  openForm(click: Click, form: FormToOpen): Promise<void>;
  /** A reference for the person and the log. */
  newReference(): string;
  /** Something failed, and the person sees the reference. */
  onNotAccepted(reference: string, error: unknown): void;
  monotonicNow(): number;
};

type Asker = { teamId: string; userId: string };

type Watch = { onProgress(done: number, total: number): void; signal: AbortSignal };

type Rows = { bytes: Uint8Array; fileName: string | undefined; mustDeleteFile: boolean; isOverForm: boolean };

type Form = { context: FormContext; defaults: RowDefaults };

type FoundTarget = Target & { ok: true };

type Prepared = { page: ModalView; draftId: string | undefined };

/** From the submitted form for many inboxes to the committed batch. */
export function createManyPages(deps: ManyPagesDeps) {
  const { drafts } = deps;
  const findTarget = createFindTarget(deps);
  return { submitForm, readGiven, submitPreview, closePreview, backToForm };

  /**
   * Pasted rows are answered with their preview, on top of the form. For a file, or where logins are checked, the answer is a page
   * that says to wait.
   */
  async function submitForm(submission: InModal): Promise<SubmissionAnswer> {
    const parsed = parseManyForm(submission.view);
    if (!parsed.ok) return { response_action: 'errors', errors: parsed.errors };
    return answerSubmission(
      (mustNotBeLate) => answerForm(submission, parsed, mustNotBeLate),
      (error) => sayUnderRows(submission, sentences.notChecked(refer(error))),
    );
  }

  async function answerForm(
    submission: InModal,
    { context, given, defaults }: ParsedManyForm & { ok: true },
    mustNotBeLate: () => void,
  ): Promise<SubmissionAnswer> {
    const { actor, view } = submission;
    const [permission, target] = await Promise.all([
      deps.permissions.checkAdding(submission),
      findTarget(actor.teamId, context),
    ]);
    if (permission.kind === 'unknown') return sayUnderRows(submission, sentences.notLookedUp);
    if (permission.kind === 'refused') return pushNotice(sentences.denials[permission.why]);
    if (!target.ok) return pushNotice(target.notice);
    if (target.settings.passwordsIn === 'secure_page') return pushNotice(PASSWORD_NOTICES.noMany);
    if (given.kind === 'file')
      return { response_action: 'update', view: renderReading(context, BATCH_FORM_READING.file) };
    // The person's next press would lose its draft to this one.
    mustNotBeLate();
    try {
      if (findCheckLogins(submission, { context, defaults }, target) !== undefined) {
        await readRows(toPastedRows(given).bytes);
        return { response_action: 'update', view: renderReading(context, BATCH_FORM_READING.rows) };
      }
      const rows = { ...toPastedRows(given), isOverForm: true };
      const { page } = await prepare({ actor, context, target, defaults, rows });
      return { response_action: 'push', view: page };
    } catch (error) {
      if (error instanceof FileProblem) return sayUnderRows({ view }, error.message);
      throw error;
    }
  }

  /** Runs after Slack shows the page that says to wait, and replaces it. */
  async function readGiven(submission: InModal, answer: SubmissionAnswer | undefined): Promise<void> {
    const parsed = parseManyForm(submission.view);
    const isReading = answer?.response_action === 'update' && answer.view.callback_id === CALLBACKS.reading;
    if (!isReading || !parsed.ok) return;
    const prepared = await prepareGiven(submission, parsed.given, parsed).catch((error: unknown) =>
      isRefusal(error, isViewGone) ? undefined : sayProblem(parsed, BATCH_FORM_FAILED(refer(error)), false),
    );
    if (prepared !== undefined) await replaceReading(submission, prepared);
  }

  async function prepareGiven(submission: InModal, given: Given, form: Form): Promise<Prepared> {
    const { api, actor } = submission;
    const target = await findTarget(actor.teamId, form.context);
    if (!target.ok) return { page: renderNotice(target.notice), draftId: undefined };
    const rows = given.kind === 'pasted' ? toPastedRows(given) : await fetchRows(api, given.file);
    if (!('bytes' in rows)) return sayProblem(form, BATCH_FORM_DOWNLOADS[rows.problem], false);
    try {
      return await prepare({ actor, ...form, target, rows }, findCheckLogins(submission, form, target));
    } catch (error) {
      if (error instanceof FileProblem) return sayProblem(form, error.message, rows.mustDeleteFile);
      throw error;
    }
  }

  /**
   * Checks logins where the workspace wants it, while the page says how far it is. Throws if the person has closed the page, so that
   * nothing is kept.
   */
  function findCheckLogins({ api, actor, view }: InModal, { context }: Form, target: FoundTarget) {
    const { checkLogins } = deps;
    if (checkLogins === undefined || target.settings.checkLoginFirst !== true) return undefined;
    return async (accounts: Parameters<CheckLogins>[0]) => {
      const show = (done: number, total: number) =>
        api.updateView(view.id, renderReading(context, BATCH_FORM_READING.logins(done, total)));
      const progress = createShowProgress(show, deps.monotonicNow);
      const verdicts = await checkLogins(actor, accounts, progress);
      await progress.end();
      return verdicts;
    };
  }

  /** Where the person has closed the page, the draft is of no use to anybody. */
  async function replaceReading({ api, actor, view }: InModal, { page, draftId }: Prepared): Promise<void> {
    try {
      await tryPatiently(() => api.updateView(view.id, page));
    } catch (error) {
      if (draftId !== undefined) await drafts.discard(actor.teamId, actor.userId, draftId);
      if (!isRefusal(error, isViewGone)) throw error;
    }
  }

  /** Reads and checks the rows, and keeps them until the person confirms. @throws FileProblem, the store's errors */
  async function prepare(
    {
      actor: { teamId, userId },
      context,
      target,
      defaults,
      rows: { bytes, ...given },
    }: Form & { actor: Asker; target: FoundTarget; rows: Rows },
    checkLogins?: CheckLogins,
  ): Promise<Prepared> {
    const read = await readRows(bytes);
    const draft = {
      teamId,
      userId,
      channelId: context.channelId,
      resultsChannelId: target.settings.resultsChannelId,
      keyName: target.keyName,
      fileName: given.fileName,
      fixOf: context.batch?.fixOf,
      defaults,
      rows: read.rows,
    };
    const { id: draftId, checked } = await drafts.prepare(draft, checkLogins);
    const shown = { context, draftId, read, checked, defaults, timeFor: drafts.timeFor, ...given };
    return { page: renderPreview(shown), draftId };
  }

  /** Commits the rows. Submitting the same preview again changes nothing and gets the same answer. */
  async function submitPreview(submission: InModal): Promise<SubmissionAnswer> {
    const parsed = parsePreview(submission.view);
    const errors = findErrors(parsed);
    if (errors !== undefined) return { response_action: 'errors', errors };
    return answerSubmission(
      (mustNotBeLate) => confirm(submission, parsed, mustNotBeLate),
      (error) => pushNotice(BATCH_FORM_IN_DOUBT(refer(error))),
    );
  }

  async function confirm(
    submission: InModal,
    { context, draftId = '', withHeld, withRefused, dailyLimit, inboxes }: ParsedPreview,
    mustNotBeLate: () => void,
  ): Promise<SubmissionAnswer> {
    const { teamId, userId } = submission.actor;
    const [permission, target] = await Promise.all([
      deps.permissions.checkAdding(submission),
      findTarget(teamId, context),
    ]);
    const notice = findNotice(permission);
    if (notice !== undefined) return pushNotice(notice);
    if (!target.ok) return pushNotice(target.notice);
    mustNotBeLate();
    const limit = dailyLimit === undefined ? undefined : parseDailyLimit(dailyLimit);
    const choices = { withHeld, withRefused, dailyLimit: limit };
    const confirmed = await drafts.confirm({ teamId, userId, id: draftId }, choices);
    if (confirmed.kind === 'gone') return pushNotice(BATCH_FORM_GONE);
    if (confirmed.kind === 'stopping') return pushNotice(BATCH_FIX.stopping);
    const { total, resultsChannelId, channelId } = confirmed.batch;
    const count = context.batch?.fixOf === undefined ? total : inboxes;
    return { response_action: 'update', view: renderAdding(context, count, resultsChannelId ?? channelId) };
  }

  /** The person discards the rows. Once they are committed, this changes nothing. */
  async function closePreview({ actor, view }: InModal): Promise<void> {
    const { draftId } = parsePreview(view);
    if (draftId !== undefined) await drafts.discard(actor.teamId, actor.userId, draftId);
  }

  /** From a page about a file to an empty form. */
  async function backToForm(press: InModal<Press>): Promise<void> {
    const { context, draft } = readFormMetadata(readView(press.view).metadata);
    if (context === undefined) throw new UnreadableViewError('private_metadata');
    const { fixOf } = context.batch ?? {};
    const owner = fixOf === undefined ? undefined : context.owner;
    await deps.openForm(press, { context: { ...turnPage(context), batch: { fixOf } }, draft, owner });
  }

  function refer(error: unknown): string {
    const reference = deps.newReference();
    deps.onNotAccepted(reference, error);
    return reference;
  }
}

function findErrors({ inboxes, dailyLimit, inputs }: ParsedPreview): Record<string, string> | undefined {
  const unticked = [BATCH_FIELDS.addHeld, BATCH_FIELDS.addRefused].filter(
    (field) => inboxes === 0 && inputs.has(field),
  );
  const errors = {
    ...Object.fromEntries(unticked.map((field) => [field, BATCH_FORM_PREVIEW.tickHeld])),
    ...(dailyLimit !== undefined &&
      parseDailyLimit(dailyLimit) === undefined && { [BATCH_FIELDS.dailyLimit]: BATCH_FORM_PREVIEW.dailyLimitWrong }),
  };
  return Object.keys(errors).length === 0 ? undefined : placeErrors(errors, { inputs }, BATCH_FIELDS.rows);
}

function sayProblem({ context }: Pick<Form, 'context'>, problem: string, mustDeleteFile: boolean): Prepared {
  return { page: renderFileProblem(context, problem, mustDeleteFile), draftId: undefined };
}

function toPastedRows({ text }: Given & { kind: 'pasted' }): Rows {
  return { bytes: Buffer.from(text), fileName: undefined, mustDeleteFile: false, isOverForm: false };
}

/** The rows of a file, which is then deleted from Slack if possible. */
async function fetchRows(
  api: InModal['api'],
  file: GivenFile,
): Promise<Rows | { problem: keyof typeof BATCH_FORM_DOWNLOADS }> {
  const { name, downloaded } = await fetchFile(api, file);
  if (downloaded.kind !== 'file') return { problem: downloaded.kind };
  const mustDeleteFile = !(await tryToDelete(api, file));
  const fileName = truncate(oneLine(name ?? ''), MAX_FILE_NAME);
  return { bytes: downloaded.bytes, fileName, mustDeleteFile, isOverForm: false };
}

function sayUnderRows({ view }: Pick<InModal, 'view'>, sentence: string): SubmissionAnswer {
  const { rows } = BATCH_FIELDS;
  return { response_action: 'errors', errors: placeErrors({ [rows]: sentence }, readView(view), rows) };
}
