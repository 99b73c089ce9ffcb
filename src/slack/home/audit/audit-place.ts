import { z } from 'zod';
import type { Cursor } from '../../../add-inbox/lists/page.ts';
import type { AuditAction, AuditFilter } from '../../../add-inbox/people/audit.ts';
import { ACTIONS } from '../../ids.ts';
import { goNewer, goOlder, storedTrail, toStoredTrail } from '../../modals/trail.ts';

export const AUDIT_TOPICS = ['inboxes', 'lists', 'keys', 'settings', 'refused', 'app'] as const;

type AuditTopic = (typeof AUDIT_TOPICS)[number];

/** Actions that people look for together. */
export const ACTIONS_OF: Record<AuditTopic, AuditAction[]> = {
  inboxes: ['inbox_requested', 'inbox_cancelled', 'inbox_outcome', 'login_checked', 'test_email', 'inbox_removal'],
  lists: ['inboxes_requested', 'batch_stopped'],
  keys: ['key_stored', 'key_replaced', 'key_removed', 'client_removed'],
  settings: ['settings_changed', 'forgotten', 'access_requested', 'access_approved', 'access_declined'],
  refused: ['refused_attempt', 'link_denied'],
  app: ['installed', 'uninstalled', 'audit_exported'],
};

/** How many days back. */
export const AUDIT_PERIODS = [1, 7, 30, 90] as const;

const DAY_MS = 24 * 60 * 60 * 1000;

/** The part of the audit trail that an admin looks at, in the modal's `private_metadata`, so that each press starts from it. */
export type AuditPlace = {
  userId?: string | undefined;
  topic?: AuditTopic | undefined;
  days?: number | undefined;
  /** The pages up to the one shown, each by where it starts. None for the newest page. */
  trail: Cursor[];
};

export const NEWEST_ENTRIES: AuditPlace = { trail: [] };

const topic = z.enum(AUDIT_TOPICS).optional().catch(undefined);
const days = z.literal(AUDIT_PERIODS).optional().catch(undefined);
const userId = z.string().min(1).max(50).optional().catch(undefined);

const place = z
  .object({ u: userId, a: topic, d: days, t: storedTrail })
  .transform(({ u, a, d, t }): AuditPlace => ({ userId: u, topic: a, days: d, trail: t }));

/** For `private_metadata`, by letter. */
export function toStoredPlace({ userId: u, topic: a, days: d, trail }: AuditPlace): Record<string, unknown> {
  return { u, a, d, t: toStoredTrail(trail) };
}

/** The newest page where the metadata is none of ours. */
export function parseStoredPlace(more: Record<string, unknown>): AuditPlace {
  return place.parse(more);
}

/** Where a press leads to. A new filter starts at the newest entry. */
export function moveAudit(from: AuditPlace, actionId: string, value: string): AuditPlace {
  const { trail } = from;
  switch (actionId) {
    case ACTIONS.olderAudit:
      return { ...from, trail: goOlder(trail, value) };
    case ACTIONS.newerAudit:
      return { ...from, trail: goNewer(trail) };
    case ACTIONS.auditPerson:
      return { ...from, trail: [], userId: userId.parse(value || undefined) };
    case ACTIONS.auditTopic:
      return { ...from, trail: [], topic: topic.parse(value) };
    case ACTIONS.auditPeriod:
      return { ...from, trail: [], days: days.parse(Number(value)) };
    default:
      return NEWEST_ENTRIES;
  }
}

/** @param now milliseconds since 1970 */
export function toAuditFilter({ userId: by, topic: about, days: back }: AuditPlace, now: number): AuditFilter {
  return {
    userId: by,
    actions: about && ACTIONS_OF[about],
    since: back === undefined ? undefined : now - back * DAY_MS,
  };
}

export function isFiltered({ userId: by, topic: about, days: back }: AuditPlace): boolean {
  return by !== undefined || about !== undefined || back !== undefined;
}
