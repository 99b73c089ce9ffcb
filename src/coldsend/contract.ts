import { z } from 'zod';

/*
 * ColdSend's answers, as in coldsend.openapi.yaml. Undocumented properties are accepted and dropped.
 */

/** The maximum number of list items that are read. Without it, a very long list in an answer would block the process. */
const LIST_LIMIT = 100;

/** A text, or a number in its place; '' if it is missing or something else. */
const readableText = z.union([z.string(), z.number().transform(String)]).catch('');

/**
 * `SenderAccountAdded`. `success: true` alone is enough: the inbox was added, even if other properties are missing or not as
 * documented. Such a text becomes '' and such a number 0.
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

/** The answer to a test email. */
export const emailSent = z.object({ success: z.literal(true) });

/** A 2xx with `success: false`. The documentation does not define its other properties. */
export const senderAccountNotAdded = z.object({ success: z.literal(false) });

/** The shape that identifies ColdSend: an object with a `detail`. */
export const coldsendError = z.object({
  detail: z.union([z.string(), z.array(z.unknown()), z.record(z.string(), z.unknown())]),
  // Problem details (RFC 9457), which gateways write, have both a `detail` and a `title`.
  title: z.undefined().optional(),
});

/**
 * The fields and scopes of a `Refusal`; words.ts reads its words. The status alone determines the result, so an undocumented part
 * doesn't affect the others. The `type` of a detail is not read, because nothing may depend on it.
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
