import { z } from 'zod';

/*
 * ColdSend's answers, as in coldsend.openapi.yaml. Properties that are not documented are let through and dropped.
 */

/** How much of a list in an answer is looked at: a list as long as an answer may be would block the process. */
const LIST_LIMIT = 100;

/** A text, or a number in its place; '' where it is missing or something else. */
const readableText = z.union([z.string(), z.number().transform(String)]).catch('');

/**
 * `SenderAccountAdded`. `success: true` alone makes it one: the inbox is there then, whatever else is missing or not as
 * documented. Such a text is '' and such a number is 0.
 */
export const senderAccountAdded = z.object({
  success: z.literal(true),
  inbox_id: readableText,
  email_address: readableText,
  display_name: readableText,
  inbox_type: readableText,
  daily_limit: z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,9}$/)
        .transform(Number),
    ])
    .catch(0),
  overall_status: z.string().catch(''),
});

/** A 2xx with `success: false`. What else such an answer carries is not documented. */
export const senderAccountNotAdded = z.object({ success: z.literal(false) });

/** By this ColdSend is recognised: an object with a `detail`. */
export const coldsendError = z.object({
  detail: z.union([z.string(), z.array(z.unknown()), z.record(z.string(), z.unknown())]),
  // Problem details (RFC 9457), which gateways write, have a `detail` too, and beside it a `title`.
  title: z.undefined().optional(),
});

/**
 * `Refusal`, as far as it is about fields and scopes; its words are read in words.ts. The status alone says what happened, so
 * that a part that is not as documented takes nothing from the others. The `type` of a detail is not read, because nothing
 * may depend on it.
 */
export const errorBody = z.object({
  detail: listOf(z.object({ loc: listOf(z.union([z.string(), z.number()])), msg: z.string() })).catch([]),
  required: listOf(z.string()).catch([]),
  granted: listOf(z.string()).catch([]),
});

export type ErrorBody = z.output<typeof errorBody>;

function listOf<Item>(item: z.ZodType<Item>) {
  return z.array(z.unknown()).transform((list) =>
    list.slice(0, LIST_LIMIT).flatMap((value) => {
      const parsed = item.safeParse(value);
      return parsed.success ? [parsed.data] : [];
    }),
  );
}
