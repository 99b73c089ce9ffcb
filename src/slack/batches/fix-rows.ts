import type { ModalView } from '@slack/types';
import type { Batch, BatchRow } from '../../add-inbox/batch/batch.ts';
import { isHeldBack } from '../../add-inbox/request/outcome.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { Click, Press } from '../bolt/interaction.ts';
import { draftOf } from '../form/draft-defaults.ts';
import { type FormContext, type RowToFix, turnPage } from '../form/form-metadata.ts';
import type { FormToOpen } from '../form/open-form.ts';
import { renderWhoPage } from '../form/who-page.ts';
import { renderNotice } from '../modals/notice-page.ts';
import { findNotice, type Permissions } from '../permissions/permissions.ts';
import { BATCH_FIX } from '../sentences/batches.ts';
import type { OpenManyForm } from './form/open-many-form.ts';

const BEFORE_FIRST = { line: 0, position: 0 };

export type FixRows = ReturnType<typeof createFixRows>;

/**
 * "Fix what failed": the form of a single inbox for one failed row of a batch after the other, filled in except for the passwords.
 */
export function createFixRows(deps: {
  find(teamId: string, batchId: string): Promise<Batch | undefined>;
  listFailed(teamId: string, batchId: string): Promise<BatchRow[]>;
  findRequest(teamId: string, requestId: string): Promise<AddInboxRequest | undefined>;
  openForm(click: Click, form: FormToOpen): Promise<void>;
  openManyForm: OpenManyForm;
  /** See `createOpenForm`. */
  findsServers: boolean;
  /** Whether passwords are entered only on the secure page, and there is one. */
  isOnlyOnPage(teamId: string): Promise<boolean>;
  permissions: Pick<Permissions, 'checkAdding'>;
}) {
  return { open, openHeldBack: (press: Press) => open(press, true), openFile, next };

  /**
   * Opens the form for the first failed row, or the link to the secure page, which takes all of them. The button's value is the
   * batch's id.
   *
   * @param onlyHeldBack leaves out the rows that were sent
   */
  async function open(press: Press, onlyHeldBack?: true): Promise<void> {
    const { api, actor, triggerId, value: batchId } = press;
    const [batch, row, isOnlyOnPage] = await Promise.all([
      deps.find(actor.teamId, batchId),
      findAfter(actor.teamId, batchId, { ...BEFORE_FIRST, onlyHeldBack }),
      deps.isOnlyOnPage(actor.teamId),
    ]);
    if (batch === undefined || row === undefined) {
      const denial = findNotice(await deps.permissions.checkAdding(press));
      const nothing = batch === undefined ? BATCH_FIX.gone : BATCH_FIX.nothing;
      await api.openView(triggerId, renderNotice(denial ?? nothing));
      return;
    }
    if (isOnlyOnPage) return openFile(press);
    const { channelId, keyName: owner } = batch;
    const context = { channelId, retryOf: row.request.id, fix: row.fix, generation: 0 };
    await deps.openForm(press, { context, draft: draftOf(row.request.account), owner });
  }

  /** Opens the form for many, in which a person gives the failed rows once more as a file. The value is the batch's id. */
  async function openFile(press: Press): Promise<void> {
    const { api, actor, triggerId, value: batchId } = press;
    const batch = await deps.find(actor.teamId, batchId);
    if (batch === undefined) {
      const denial = findNotice(await deps.permissions.checkAdding(press));
      await api.openView(triggerId, renderNotice(denial ?? BATCH_FIX.gone));
      return;
    }
    const { channelId, keyName: owner } = batch;
    await deps.openManyForm(press, { context: { channelId, generation: 0 }, fix: { batchId, owner } });
  }

  /**
   * The form for the failed row after that of `context`, or a page that says that it was the last one.
   *
   * @param notice what happened to the row before
   */
  async function next(teamId: string, context: FormContext, notice: string): Promise<ModalView> {
    const { fix } = context;
    const row = fix && (await findAfter(teamId, fix.batchId, fix));
    if (row === undefined)
      return renderNotice({ ...BATCH_FIX.last, paragraphs: [notice, ...BATCH_FIX.last.paragraphs] });
    const following = { ...turnPage(context), retryOf: row.request.id, fix: row.fix };
    const draft = draftOf(row.request.account);
    return renderWhoPage({ context: following, draft, notice, findsServers: deps.findsServers });
  }

  /** Rows before that one may have been fixed, or have failed again, so only those after it are counted anew. */
  async function findAfter(
    teamId: string,
    batchId: string,
    { line, position, onlyHeldBack }: Omit<RowToFix, 'batchId' | 'count'>,
  ) {
    const isLeft = (row: BatchRow) => row.line > line && (!onlyHeldBack || isHeldBack(row.outcome));
    const left = (await deps.listFailed(teamId, batchId)).filter(isLeft);
    const [row] = left;
    const request = row && (await deps.findRequest(teamId, row.requestId));
    if (request === undefined) return undefined;
    const place = { position: position + 1, count: position + left.length };
    return { request, fix: { batchId, line: row?.line ?? 0, ...place, ...(onlyHeldBack && { onlyHeldBack }) } };
  }
}
