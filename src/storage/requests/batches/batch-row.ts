import { type Selectable, type SqlBool, sql, type Updateable } from 'kysely';
import { z } from 'zod';
import {
  BATCH_STATES,
  type BatchChange,
  type ClaimedBatch,
  type ShownProgress,
} from '../../../add-inbox/batch/batch.ts';
import { orUndefined, storedCount, storedJson, storedTime } from '../../rows/stored-json.ts';
import type { BatchesTable } from '../../tables.ts';
import { toAnnouncement, toAnnouncementColumns, toKeyName } from '../request-row.ts';

/** A literal, as with unfinished requests. */
export const isOpen = sql<SqlBool>`state not in ('finished', 'discarded')`;

/** The `not_before` of a batch that is due at once. A claim sets the time of the claim, so that a later wake-up can be told from it. */
export const DUE = 0;

const count = storedCount;

const shownJson: z.ZodType<ShownProgress> = z.object({
  state: z.enum(BATCH_STATES),
  at: storedTime,
  waitsForKey: z.boolean(),
  counts: z.object({
    added: count,
    exists: count,
    refused: count,
    key_refused: count,
    unknown: count,
    expired: count,
    stopped: count,
    unsettled: count,
  }),
});

const batchRow = z.object({
  id: z.string(),
  team_id: z.string(),
  user_id: z.string(),
  channel_id: z.string(),
  results_channel_id: orUndefined(z.string()),
  key_channel_id: z.string(),
  client: z.string(),
  file_name: orUndefined(z.string()),
  fix_of: orUndefined(z.string()),
  state: z.enum(BATCH_STATES),
  total: count,
  stopped_by: orUndefined(z.string()),
  announcement_channel: z.string().nullable(),
  announcement_ts: z.string().nullable(),
  announcement_place: z.enum(['channel', 'dm']).nullable(),
  shown: orUndefined(storedJson(shownJson)),
  failures_ts: orUndefined(z.string()),
  summary_ts: orUndefined(z.string()),
  results_posted: count,
  not_before: storedTime,
  tries: count,
  created_at: storedTime,
  confirmed_at: orUndefined(storedTime),
  finished_at: orUndefined(storedTime),
  fence: storedCount,
});

/** @throws z.ZodError if this version can't read the row. */
export function parseBatch(row: Selectable<BatchesTable>): ClaimedBatch {
  const parsed = batchRow.parse(row);
  return {
    id: parsed.id,
    teamId: parsed.team_id,
    userId: parsed.user_id,
    channelId: parsed.channel_id,
    resultsChannelId: parsed.results_channel_id,
    keyName: toKeyName(parsed),
    fileName: parsed.file_name,
    fixOf: parsed.fix_of,
    state: parsed.state,
    total: parsed.total,
    stoppedBy: parsed.stopped_by,
    announcement: toAnnouncement(parsed),
    shown: parsed.shown,
    failuresTs: parsed.failures_ts,
    summaryTs: parsed.summary_ts,
    areResultsPosted: parsed.results_posted === 1,
    notBefore: parsed.not_before,
    tries: parsed.tries,
    createdAt: parsed.created_at,
    confirmedAt: parsed.confirmed_at,
    finishedAt: parsed.finished_at,
    fence: parsed.fence,
  };
}

/** The columns that `change` sets. */
export function toBatchColumns(change: BatchChange): Updateable<BatchesTable> {
  const { state, shown, failuresTs, summaryTs, areResultsPosted, tries, finishedAt } = change;
  return {
    ...(state !== undefined && { state }),
    ...('announcement' in change && toAnnouncementColumns(change.announcement)),
    ...(shown !== undefined && { shown: JSON.stringify(shown) }),
    ...(failuresTs !== undefined && { failures_ts: failuresTs }),
    ...(summaryTs !== undefined && { summary_ts: summaryTs }),
    ...(areResultsPosted !== undefined && { results_posted: areResultsPosted ? 1 : 0 }),
    ...(tries !== undefined && { tries }),
    ...(finishedAt !== undefined && { finished_at: finishedAt }),
  };
}
