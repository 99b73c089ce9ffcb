import { z } from 'zod';

/** JSON kept as text in a column, parsed by `schema`. */
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

/** NULL, which the domain knows as undefined. */
export function orUndefined<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullable().transform((value) => value ?? undefined);
}

/** Milliseconds since 1970, up to the year 9999: what a date can be made of, and Slack can show. */
export const storedTime = z.int().min(0).max(253_402_300_799_999);

/** A count that one can be added to; PostgreSQL's integer ends there. */
export const storedCount = z.int().min(0).max(2_147_483_646);
