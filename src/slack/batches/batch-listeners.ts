import type { ModalView } from '@slack/types';
import type { Batch } from '../../add-inbox/batch/batch.ts';
import type { BatchDelivery, BatchStepDeps } from '../../add-inbox/batch/do-batch-step.ts';
import type { Press } from '../bolt/interaction.ts';
import { renderNotice } from '../modals/notice-page.ts';
import { openThenFill } from '../modals/open-then-fill.ts';
import { checkOwnerOrAdmin } from '../permissions/owner-or-admin.ts';
import { findNotice, type Permissions } from '../permissions/permissions.ts';
import { BATCH_THREAD_RESULTS as RESULTS, BATCH_THREAD_STOP as STOP } from '../sentences/batches.ts';

/** The buttons of a batch: "Stop the rest" under its card, and "Results as CSV" in its thread. */
export function createBatchButtons(deps: {
  permissions: Pick<Permissions, 'checkAdding' | 'checkAdmin'>;
  batches: Pick<BatchStepDeps['batches'], 'listRows'> & {
    find(teamId: string, id: string): Promise<Batch | undefined>;
    /** Undefined where nothing is left to stop. */
    stop(teamId: string, id: string, userId: string): Promise<Batch | undefined>;
  };
  postResults: BatchDelivery['postResults'];
  /** Makes the worker of batches look for due ones. */
  wake(): void;
}) {
  const { batches, permissions } = deps;
  return { stop, postResults };

  /** For the person who started it, and for admins. */
  async function stop(press: Press): Promise<void> {
    const { api, actor, triggerId, value: id } = press;
    const { teamId, userId } = actor;
    const batch = await batches.find(teamId, id);
    const checked = await checkOwnerOrAdmin(permissions, press, batch?.userId, STOP.notTheirs);
    const notice = checked.notice ?? (batch === undefined ? STOP.gone : undefined);
    const isStopped = notice === undefined && (await batches.stop(teamId, id, userId)) !== undefined;
    if (isStopped) return deps.wake();
    await api.openView(triggerId, renderNotice(notice ?? STOP.nothing));
  }

  /** For everyone who may add inboxes. */
  async function postResults(press: Press): Promise<void> {
    const { api, actor, triggerId, value: id } = press;
    const [permission, batch] = await Promise.all([permissions.checkAdding(press), batches.find(actor.teamId, id)]);
    const denial = findNotice(permission);
    if (denial !== undefined || batch === undefined) {
      await api.openView(triggerId, renderNotice(denial ?? STOP.gone));
      return;
    }
    const waiting = await api.openView(triggerId, toPage(RESULTS.waiting));
    const posted = batches.listRows(id).then((rows) => deps.postResults(batch, rows, () => true));
    const page = posted.then(({ kind }) => toPage(RESULTS[kind]));
    await openThenFill(api, waiting, page, toPage(RESULTS.unsure));
  }
}

function toPage(text: string): ModalView {
  return renderNotice({ title: RESULTS.title, paragraphs: [text] });
}
