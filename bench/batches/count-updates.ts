import type { Batch, BatchProgress } from '../../src/add-inbox/batch/batch.ts';
import { nextBatchStep } from '../../src/add-inbox/batch/next-batch-step.ts';
import { WORKSPACE } from '../../src/add-inbox/keys/key-owner.ts';
import { leavingRoom, windowMs } from '../../src/add-inbox/worker/rate-limit.ts';
import { LIMITS } from '../backlog.ts';

/** How often the card of so many rows is updated while ColdSend's limit lets them through, decided as the bot decides it. */
export function countUpdates(rows: number): number {
  const sentAt = planSlots(rows);
  let batch: Batch = { ...RUNNING, total: rows };
  let updates = 0;
  let sent = 0;
  for (let now = 0; ; ) {
    while (sent < rows && (sentAt[sent] ?? 0) <= now) sent += 1;
    const progress: BatchProgress = { counts: { ...NONE, added: sent, unsettled: rows - sent }, waitsForKey: false };
    const step = nextBatchStep(batch, progress, true, now);
    if (step.kind === 'wait') {
      // The last row makes its batch due.
      now = Math.min(step.until, Math.max(now + 1, sentAt.at(-1) ?? 0));
    } else if (step.kind === 'post_card' || step.kind === 'update_card') {
      if (step.kind === 'update_card') updates += 1;
      batch = { ...batch, shown: { ...progress, state: 'running', at: now } };
    } else return updates;
  }
}

/** Milliseconds from the first row to each one. */
function planSlots(rows: number): number[] {
  const at: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    const free = leavingRoom(LIMITS).map(({ requests, seconds }) => {
      const blocking = at[row - requests];
      return blocking === undefined ? 0 : blocking + windowMs({ requests, seconds });
    });
    at.push(Math.max(...free));
  }
  return at;
}

const NONE = { added: 0, exists: 0, refused: 0, key_refused: 0, unknown: 0, expired: 0, stopped: 0, unsettled: 0 };

const RUNNING: Batch = {
  ...{ id: 'B1', teamId: 'T1', userId: 'U1', channelId: 'C1', resultsChannelId: undefined, keyName: WORKSPACE },
  ...{ fileName: undefined, fixOf: undefined, state: 'running', total: 0, stoppedBy: undefined },
  ...{ announcement: undefined, shown: undefined, failuresTs: undefined, summaryTs: undefined },
  ...{ areResultsPosted: false, notBefore: 0, tries: 0, createdAt: 0, confirmedAt: 0, finishedAt: undefined },
};
