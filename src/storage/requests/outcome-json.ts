import { z } from 'zod';
import {
  type LoginVerdict,
  REFUSAL_REASONS,
  UNKNOWN_REASONS as UNKNOWN_LOGIN_REASONS,
} from '../../add-inbox/account/login-verdict.ts';
import { LOST_PERMISSIONS } from '../../add-inbox/people/person.ts';
import {
  CLOSED_WHYS,
  EXPIRED_REASONS,
  type Outcome,
  TROUBLE_KINDS,
  UNKNOWN_REASONS,
} from '../../add-inbox/request/outcome.ts';

const halfJson = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('works') }),
  z.object({
    kind: z.literal('refused'),
    reason: z.enum(REFUSAL_REASONS),
    certificateName: z.string().optional(),
  }),
  z.object({ kind: z.literal('unknown'), reason: z.enum(UNKNOWN_LOGIN_REASONS) }),
]);

export const loginJson: z.ZodType<LoginVerdict> = z.object({ smtp: halfJson, imap: halfJson });

/**
 * An outcome is stored as JSON in the shape of the domain type. Only `lostPermission` has another stored name, `lostRight`.
 * Properties that a newer version adds are dropped on reading.
 */
export const outcomeJson: z.ZodType<Outcome> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('added'),
    account: z.object({
      inbox_id: z.string(),
      email_address: z.string(),
      display_name: z.string(),
      inbox_type: z.string(),
      daily_limit: z.number(),
      overall_status: z.string(),
    }),
    closed: z.enum(CLOSED_WHYS).optional().catch(undefined),
  }),
  z.object({ kind: z.literal('exists'), reason: z.string() }),
  z
    .object({
      kind: z.literal('refused'),
      reason: z.string(),
      fields: z.array(z.object({ field: z.string(), reason: z.string() })),
      lostRight: z.enum(LOST_PERMISSIONS).optional(),
      // An unknown kind from a newer version must not make the whole outcome unreadable.
      trouble: z
        .object({ kind: z.enum(TROUBLE_KINDS), status: z.number(), isColdsends: z.boolean() })
        .optional()
        .catch(undefined),
      login: loginJson.optional().catch(undefined),
      isHeldBack: z.literal(true).optional(),
    })
    .transform(({ lostRight, ...refused }) => ({ ...refused, ...(lostRight && { lostPermission: lostRight }) })),
  z.object({ kind: z.literal('key_refused'), reason: z.string(), missingScopes: z.array(z.string()) }),
  z.object({
    kind: z.literal('unknown'),
    why: z.enum(UNKNOWN_REASONS),
    restored: z.literal(true).optional(),
    status: z.number().optional(),
  }),
  z.object({ kind: z.literal('expired'), why: z.enum(EXPIRED_REASONS).optional().catch(undefined) }),
  z.object({ kind: z.literal('stopped'), cancelledBy: z.string().optional() }),
]);

/** The reverse of `outcomeJson`. */
export function toOutcomeJson(outcome: Outcome): string {
  if (outcome.kind !== 'refused') return JSON.stringify(outcome);
  const { lostPermission, ...refused } = outcome;
  return JSON.stringify({ ...refused, lostRight: lostPermission });
}
