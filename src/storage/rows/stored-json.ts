import { z } from 'zod';

/** JSON stored as text in a column, parsed by `schema`. */
export function storedJson<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'is no JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

/** Reads NULL as undefined, which the domain uses. */
export function orUndefined<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullable().transform((value) => value ?? undefined);
}

/** Milliseconds since 1970, up to the year 9999, so that both JavaScript and Slack can show it as a date. */
export const storedTime = z.int().min(0).max(253_402_300_799_999);

/** A count that can still be incremented within PostgreSQL's integer range. */
export const storedCount = z.int().min(0).max(2_147_483_646);
