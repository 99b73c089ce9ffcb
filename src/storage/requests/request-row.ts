import { type Selectable, type SqlBool, sql, type Updateable } from 'kysely';
import { z } from 'zod';
import { INBOX_TYPES } from '../../add-inbox/account/providers.ts';
import type { AccountToAdd, Passwords } from '../../add-inbox/account/sender-account.ts';
import { fromStoredName, type KeyName, toStoredName } from '../../add-inbox/keys/key-owner.ts';
import { EXPIRES_AFTER_MS } from '../../add-inbox/request/next-step.ts';
import {
  type AddInboxRequest,
  type Announcement,
  type ClaimedRequest,
  REQUEST_STATES,
  type RequestChange,
  type RequestState,
  WAITS_FOR,
} from '../../add-inbox/request/request.ts';
import { type Given, prepare } from '../rows/prepare.ts';
import { orUndefined, storedCount, storedJson, storedTime } from '../rows/stored-json.ts';
import type { RequestsTable } from '../tables.ts';
import { outcomeJson, toOutcomeJson } from './outcome-json.ts';

/** The columns of a request, without its sealed response URL, which is read only when it is opened. */
export const REQUEST_COLUMNS = [
  'id',
  'team_id',
  'user_id',
  'view_id',
  'channel_id',
  'results_channel_id',
  'key_channel_id',
  'client',
  'retry_of',
  'state',
  'account',
  'announcement_channel',
  'announcement_ts',
  'announcement_place',
  'waits_for',
  'not_before',
  'tries',
  'outcome',
  'reply_ts',
  'accepted_at',
  'settled_at',
  'told_at',
  'batch_id',
  'line',
  'expires_at',
  'fence',
] as const satisfies (keyof RequestsTable)[];

/** When a request expires that is not sent. Older versions store no time. */
export const expiresAt = sql<number>`coalesce(expires_at, accepted_at + ${sql.lit(EXPIRES_AFTER_MS)})`;

/** A literal, because with a parameter here neither database uses the index of unfinished requests. */
export const unfinished = sql<SqlBool>`state <> 'told'`;

export type RequestRow = Pick<Selectable<RequestsTable>, (typeof REQUEST_COLUMNS)[number]>;

export const findSealed = prepare((kysely, given: Given<{ id: string; fence: number; owner: string }>) =>
  kysely
    .selectFrom('requests')
    .leftJoin('request_passwords', 'request_id', 'id')
    .select('sealed')
    .where('id', '=', given('id'))
    .where('fence', '=', given('fence'))
    .where('lease_owner', '=', given('owner')),
);

export const findRowsByView = prepare((kysely, given: Given<{ teamId: string; viewId: string }>) =>
  kysely
    .selectFrom('requests')
    .select(REQUEST_COLUMNS)
    .where('team_id', '=', given('teamId'))
    .where('view_id', '=', given('viewId')),
);

/** Checks only that numbers are exact. A request that was accepted under older rules must stay readable. */
export const accountJson: z.ZodType<AccountToAdd> = z.object({
  email_address: z.string(),
  display_name: z.string(),
  inbox_type: z.enum(INBOX_TYPES),
  smtp_host: z.string(),
  smtp_port: z.int(),
  smtp_username: z.string(),
  imap_host: z.string(),
  imap_port: z.int(),
  imap_username: z.string(),
  daily_limit: z.int(),
  smtp_use_tls: z.boolean(),
  imap_use_ssl: z.boolean(),
});

/** The passwords of a request before they are sealed. */
export const passwordsJson = storedJson(
  z.object({ smtp_password: z.string(), imap_password: z.string() }) satisfies z.ZodType<Passwords>,
);

const requestRow = z
  .object({
    id: z.string(),
    team_id: z.string(),
    user_id: z.string(),
    view_id: z.string(),
    channel_id: z.string(),
    results_channel_id: orUndefined(z.string()),
    key_channel_id: z.string(),
    client: z.string(),
    retry_of: orUndefined(z.string()),
    state: z.enum(REQUEST_STATES.map(toStoredState)).transform(toState),
    account: storedJson(accountJson),
    announcement_channel: z.string().nullable(),
    announcement_ts: z.string().nullable(),
    announcement_place: z.enum(['channel', 'dm']).nullable(),
    waits_for: orUndefined(z.enum(WAITS_FOR)),
    not_before: storedTime,
    tries: storedCount,
    outcome: orUndefined(storedJson(outcomeJson)),
    reply_ts: orUndefined(z.string()),
    accepted_at: storedTime,
    settled_at: orUndefined(storedTime),
    told_at: orUndefined(storedTime),
    batch_id: orUndefined(z.string()),
    line: orUndefined(storedCount),
    expires_at: orUndefined(storedTime),
    fence: storedCount,
  })
  // A settled request only has to be reported, and without an outcome there is nothing to report.
  .refine(({ state, outcome }) => state !== 'settled' || outcome !== undefined, { path: ['outcome'] });

/** @throws z.ZodError if this version can't read the row. */
export function parseClaimedRequest(row: RequestRow): ClaimedRequest {
  return { ...parseRequest(row), fence: row.fence };
}

/** @throws z.ZodError if this version can't read the row. */
export function parseRequest(row: RequestRow): AddInboxRequest {
  const parsed = requestRow.parse(row);
  return {
    id: parsed.id,
    teamId: parsed.team_id,
    userId: parsed.user_id,
    viewId: parsed.view_id,
    channelId: parsed.channel_id,
    resultsChannelId: parsed.results_channel_id,
    keyName: toKeyName(parsed),
    retryOf: parsed.retry_of,
    batch: parsed.batch_id === undefined ? undefined : { id: parsed.batch_id, line: parsed.line ?? 0 },
    account: parsed.account,
    state: parsed.state,
    announcement: toAnnouncement(parsed),
    waitsFor: parsed.waits_for,
    notBefore: parsed.not_before,
    tries: parsed.tries,
    outcome: parsed.outcome,
    replyTs: parsed.reply_ts,
    acceptedAt: parsed.accepted_at,
    expiresAt: parsed.expires_at ?? parsed.accepted_at + EXPIRES_AFTER_MS,
    settledAt: parsed.settled_at,
    reportedAt: parsed.told_at,
  };
}

/** The column's value for a reported request is "told". */
function toState(stored: StoredState): RequestState {
  return stored === 'told' ? 'reported' : stored;
}

function toStoredState(state: RequestState): StoredState {
  return state === 'reported' ? 'told' : state;
}

type StoredState = Exclude<RequestState, 'reported'> | 'told';

/** A row stores the workspace's own key as two empty strings. */
export function toKeyName({ client, key_channel_id }: Pick<RequestRow, 'client' | 'key_channel_id'>): KeyName {
  const owner = fromStoredName(client);
  return owner.kind === 'client' ? { ...owner, channelId: key_channel_id } : owner;
}

/** The reverse of `toKeyName`. */
export function toKeyColumns(name: KeyName) {
  return { client: toStoredName(name), key_channel_id: name.kind === 'client' ? name.channelId : '' };
}

/**
 * The columns that announcing left to the next commit. Only while they are not stored: after a failure in the middle of a step,
 * what the worker holds may be older than what the step has committed. No later state is held before it is stored.
 */
export function toCarriedColumns({ state, announcement, tries }: ClaimedRequest) {
  if (state !== 'announced') return {};
  const carried = { state: toStoredState(state), ...toAnnouncementColumns(announcement), tries };
  return Object.fromEntries(
    Object.entries(carried).map(([column, value]) => [
      column,
      sql`case when state = 'accepted' then ${value} else ${sql.ref(column)} end`,
    ]),
  );
}

/** The columns that `change` sets. The same statement that makes the response URL useless also deletes it. */
export function toChangedColumns(change: RequestChange, now: number): Updateable<RequestsTable> {
  const { state, notBefore, tries, outcome, replyTs, settledAt, reportedAt } = change;
  return {
    ...(state !== undefined && { state: toStoredState(state), turn_of: null }),
    ...(state === 'armed' && { armed_at: now }),
    ...(state === 'reported' && { response_url: null }),
    ...('announcement' in change && toAnnouncementColumns(change.announcement)),
    ...('waitsFor' in change && { waits_for: change.waitsFor ?? null }),
    ...(notBefore !== undefined && { not_before: notBefore }),
    ...(tries !== undefined && { tries }),
    ...(outcome !== undefined && { outcome: toOutcomeJson(outcome), outcome_kind: outcome.kind }),
    ...(replyTs !== undefined && { reply_ts: replyTs }),
    ...(settledAt !== undefined && { settled_at: settledAt }),
    ...(reportedAt !== undefined && { told_at: reportedAt }),
  };
}

export function toAnnouncementColumns(announcement: Announcement | undefined) {
  return {
    announcement_channel: announcement?.channelId ?? null,
    announcement_ts: announcement?.ts ?? null,
    announcement_place: announcement?.surface ?? null,
  };
}

/** As far as it can be read, for a row that is not read whole. */
export const announcementColumns = z.object({
  announcement_channel: z.string().nullable(),
  announcement_ts: z.string().nullable(),
  announcement_place: z.enum(['channel', 'dm']).nullable().catch(null),
});

type AnnouncementColumns = Pick<
  z.output<typeof requestRow>,
  'announcement_channel' | 'announcement_ts' | 'announcement_place'
>;

export function toAnnouncement(columns: AnnouncementColumns): Announcement | undefined {
  const { announcement_channel: channelId, announcement_ts: ts, announcement_place: surface } = columns;
  return channelId === null || ts === null || surface === null ? undefined : { channelId, ts, surface };
}
