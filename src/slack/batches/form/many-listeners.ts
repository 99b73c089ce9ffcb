import type { ModalView } from '@slack/types';
import { parseDailyLimit } from '../../../add-inbox/account/sender-account.ts';
import type { RowDefaults } from '../../../add-inbox/batch/check-rows.ts';
import type { createDrafts } from '../../../add-inbox/batch/drafts.ts';
import type { ChooseKey } from '../../../add-inbox/keys/choose-key.ts';
import type { WorkspaceSettings } from '../../../add-inbox/people/workspace-settings.ts';
import { answerInTime } from '../../../add-inbox/worker/time-limit.ts';
import { FileProblem } from '../../../csv/file-problem.ts';
import { readRows } from '../../../csv/read-rows.ts';
import { oneLine, truncate } from '../../blocks/foreign-text.ts';
import type { Click, InModal, Press } from '../../bolt/interaction.ts';
import { type FormContext, readFormMetadata, turnPage } from '../../form/form-metadata.ts';
import type { FormToOpen } from '../../form/open-form.ts';
import { BATCH_FIELDS, CALLBACKS } from '../../ids.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import { pushNotice, type SubmissionAnswer } from '../../modals/submission-answer.ts';
import { UnreadableViewError } from '../../modals/unreadable-view-error.ts';
import { type GivenFile, readView } from '../../modals/view-state.ts';
import { createFindTarget, type Target } from '../../permissions/find-target.ts';
import { findNotice, type Permissions } from '../../permissions/permissions.ts';
import {
  BATCH_FORM_DOWNLOADS,
  BATCH_FORM_FAILED,
  BATCH_FORM_GONE,
  BATCH_FORM_IN_DOUBT,
  BATCH_FORM_PREVIEW,
} from '../../sentences/batches.ts';
import { sentences } from '../../sentences/notices.ts';
import { isRefusal } from '../../web-api/slack-api.ts';
import { isViewGone } from '../../web-api/slack-errors.ts';
import { tryPatiently } from '../../web-api/try-patiently.ts';
import { renderAdding, renderFileProblem, renderReading } from './batch-pages.ts';
import { fetchFile, tryToDelete } from './fetch-file.ts';
import { type ParsedManyForm, parseManyForm, toManyErrors } from './many-form.ts';
import { type ParsedPreview, parsePreview, renderPreview } from './preview.ts';

/** Slack waits 3 s for the answer to a submission. */
const ANSWER_WITHIN_MS = 2_500;

/** Characters of a file's name that are kept. */
const MAX_FILE_NAME = 150;

export type ManyPagesDeps = {
  permissions: Permissions;
  findSettings(teamId: string): Promise<WorkspaceSettings>;
  chooseKey: ChooseKey;
  drafts: ReturnType<typeof createDrafts>;
  openForm(click: Click, form: FormToOpen): Promise<void>;
  /** A reference for the person and the log. */
  newReference(): string;
  /** Something failed, and the person sees the reference. */
  onNotAccepted(reference: string, error: unknown): void;
};

type Rows = { bytes: Uint8Array; fileName: string | undefined; mustDeleteFile: boolean };

type Prepared = { page: ModalView; draftId: string | undefined };

/** From the submitted form for many inboxes to the committed batch. */
export function createManyPages(deps: ManyPagesDeps) {
  const { drafts } = deps;
  const findTarget = createFindTarget(deps);
  return { submitForm, readFile, submitPreview, closePreview, backToForm };

  /** Pasted rows are answered with their preview, on top of the form. For a file, the answer is a page that says to wait. */
  async function submitForm(submission: InModal): Promise<SubmissionAnswer> {
    const parsed = parseManyForm(submission.view);
    if (!parsed.ok) return { response_action: 'errors', errors: parsed.errors };
    let isLate = false;
    const fail = (error: unknown): SubmissionAnswer => sayUnderRows(submission, sentences.notChecked(refer(error)));
    const late = (): SubmissionAnswer => {
      isLate = true;
      return fail(new TooLateError());
    };
    return answerInTime(answerForm(submission, parsed, () => isLate).catch(fail), ANSWER_WITHIN_MS, late);
  }

  async function answerForm(
    submission: InModal,
    { context, given, defaults }: ParsedManyForm & { ok: true },
    isLate: () => boolean,
  ): Promise<SubmissionAnswer> {
    const { actor, view } = submission;
    const [permission, target] = await Promise.all([
      deps.permissions.checkAdding(submission),
      findTarget(actor.teamId, context),
    ]);
    if (permission.kind === 'unknown') return sayUnderRows(submission, sentences.notLookedUp);
    if (permission.kind === 'refused') return pushNotice(sentences.denials[permission.why]);
    if (!target.ok) return pushNotice(target.notice);
    if (given.kind === 'file') return { response_action: 'update', view: renderReading(context) };
    // The person has already seen that nothing was read. Their next press would lose its draft to this one.
    if (isLate()) throw new TooLateError();
    const rows = { bytes: Buffer.from(given.text), fileName: undefined, mustDeleteFile: false };
    try {
      const { page } = await prepare({ actor, context, target, defaults, rows });
      return { response_action: 'push', view: page };
    } catch (error) {
      if (error instanceof FileProblem) return sayUnderRows({ view }, error.message);
      throw error;
    }
  }

  /** Runs after Slack shows the page that says to wait, and replaces it. */
  async function readFile(submission: InModal, answer: SubmissionAnswer | undefined): Promise<void> {
    const parsed = parseManyForm(submission.view);
    const isReading = answer?.response_action === 'update' && answer.view.callback_id === CALLBACKS.reading;
    if (!isReading || !parsed.ok || parsed.given.kind !== 'file') return;
    const { context, defaults } = parsed;
    const prepared = await prepareFile(submission, parsed.given.file, { context, defaults }).catch(
      (error: unknown): Prepared => ({
        page: renderFileProblem(context, BATCH_FORM_FAILED(refer(error)), false),
        draftId: undefined,
      }),
    );
    await replaceReading(submission, prepared);
  }

  async function prepareFile(
    { api, actor }: InModal,
    file: GivenFile,
    form: { context: FormContext; defaults: RowDefaults },
  ): Promise<Prepared> {
    const { context } = form;
    const sayProblem = (problem: string, mustDelete: boolean): Prepared => ({
      page: renderFileProblem(context, problem, mustDelete),
      draftId: undefined,
    });
    const target = await findTarget(actor.teamId, context);
    if (!target.ok) return { page: renderNotice(target.notice), draftId: undefined };
    const { name, downloaded } = await fetchFile(api, file);
    if (downloaded.kind !== 'file') return sayProblem(BATCH_FORM_DOWNLOADS[downloaded.kind], false);
    const mustDeleteFile = !(await tryToDelete(api, file));
    const fileName = truncate(oneLine(name ?? ''), MAX_FILE_NAME);
    try {
      return await prepare({ actor, ...form, target, rows: { bytes: downloaded.bytes, fileName, mustDeleteFile } });
    } catch (error) {
      if (error instanceof FileProblem) return sayProblem(error.message, mustDeleteFile);
      throw error;
    }
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
  async function prepare({
    actor: { teamId, userId },
    context,
    target,
    defaults,
    rows,
  }: {
    actor: InModal['actor'];
    context: FormContext;
    target: Target & { ok: true };
    defaults: RowDefaults;
    rows: Rows;
  }): Promise<Prepared> {
    const { fileName, mustDeleteFile } = rows;
    const read = await readRows(rows.bytes);
    const { id: draftId, checked } = await drafts.prepare({
      teamId,
      userId,
      channelId: context.channelId,
      resultsChannelId: target.settings.resultsChannelId,
      keyName: target.keyName,
      fileName,
      fixOf: context.batch?.fixOf,
      defaults,
      rows: read.rows,
    });
    const shown = { context, draftId, fileName, read, checked, defaults, timeFor: drafts.timeFor, mustDeleteFile };
    return { page: renderPreview(shown), draftId };
  }

  /** Commits the rows. Submitting the same preview again changes nothing and gets the same answer. */
  async function submitPreview(submission: InModal): Promise<SubmissionAnswer> {
    const parsed = parsePreview(submission.view);
    const errors = findErrors(parsed);
    if (errors !== undefined) return { response_action: 'errors', errors };
    const fail = (error: unknown) => pushNotice(BATCH_FORM_IN_DOUBT(refer(error)));
    let isLate = false;
    const late = (): SubmissionAnswer => {
      isLate = true;
      return fail(new TooLateError());
    };
    return answerInTime(confirm(submission, parsed, () => isLate).catch(fail), ANSWER_WITHIN_MS, late);
  }

  async function confirm(
    submission: InModal,
    { context, draftId = '', withHeld, dailyLimit, inboxes }: ParsedPreview,
    isLate: () => boolean,
  ): Promise<SubmissionAnswer> {
    const { teamId, userId } = submission.actor;
    const [permission, target] = await Promise.all([
      deps.permissions.checkAdding(submission),
      findTarget(teamId, context),
    ]);
    const notice = findNotice(permission);
    if (notice !== undefined) return pushNotice(notice);
    if (!target.ok) return pushNotice(target.notice);
    if (isLate()) throw new TooLateError();
    const limit = dailyLimit === undefined ? undefined : parseDailyLimit(dailyLimit);
    const confirmed = await drafts.confirm({ teamId, userId, id: draftId }, { withHeld, dailyLimit: limit });
    if (confirmed.kind === 'gone') return pushNotice(BATCH_FORM_GONE);
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
  const errors = {
    ...(inboxes === 0 && inputs.has(BATCH_FIELDS.addHeld) && { [BATCH_FIELDS.addHeld]: BATCH_FORM_PREVIEW.tickHeld }),
    ...(dailyLimit !== undefined &&
      parseDailyLimit(dailyLimit) === undefined && { [BATCH_FIELDS.dailyLimit]: BATCH_FORM_PREVIEW.dailyLimitWrong }),
  };
  return Object.keys(errors).length === 0 ? undefined : toManyErrors(errors, { inputs });
}

function sayUnderRows({ view }: Pick<InModal, 'view'>, sentence: string): SubmissionAnswer {
  return { response_action: 'errors', errors: toManyErrors({ [BATCH_FIELDS.rows]: sentence }, readView(view)) };
}

/** Slack's time limit for an answer is over. */
class TooLateError extends Error {
  readonly code = 'too_late';
}
