import { z } from 'zod';

/*
 * ColdSend's answers, as in coldsend.openapi.yaml. Properties that are not documented are let through and dropped.
 */

/** How much of a list in an answer is looked at: a list as long as an answer may be would block the process. */
const LIST_LIMIT = 100;

/** `SenderAccountAdded` with `success: true`. */
export const senderAccountAdded = z.object({
  success: z.literal(true),
  message: z.string(),
  inbox_id: z.guid(),
  email_address: z.string(),
  display_name: z.string(),
  inbox_type: z.string(),
  daily_limit: z.int(),
  overall_status: z.string(),
  // FastAPI writes times without a zone where the server's code has none.
  created_at: z.iso.datetime({ offset: true, local: true }),
});

/** A 2xx with `success: false`. What else such an answer carries is not documented. */
export const senderAccountNotAdded = z.object({
  success: z.literal(false),
  message: z.string().optional().catch(undefined),
});

/**
 * `Refusal`. The status alone says what happened, so that a part that is not as documented takes nothing from the others;
 * `error` and the `type` of a detail are not read, because nothing may depend on them.
 */
export const refusal = z.object({
  detail: z
    .union([z.string(), listOf(z.object({ loc: listOf(z.union([z.string(), z.number()])), msg: z.string() }))])
    .optional()
    .catch(undefined),
  required: listOf(z.string()).optional().catch(undefined),
  granted: listOf(z.string()).optional().catch(undefined),
});

export type Refusal = z.output<typeof refusal>;

function listOf<Item>(item: z.ZodType<Item>) {
  return z.array(z.unknown()).transform((list) =>
    list.slice(0, LIST_LIMIT).flatMap((value) => {
      const parsed = item.safeParse(value);
      return parsed.success ? [parsed.data] : [];
    }),
  );
}
