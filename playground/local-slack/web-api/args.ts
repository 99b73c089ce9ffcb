import { z } from 'zod';

/* Arguments come as JSON, or form-encoded: then objects, numbers and booleans are written as text. */

export const block = z.looseObject({ type: z.string(), block_id: z.string().optional() });

export const anyObject = z.record(z.string(), z.unknown());

export const flag = z
  .union([z.boolean(), z.enum(['true', 'false', '1', '0'])])
  .transform((value) => value === true || value === 'true' || value === '1');

export const count = z.coerce.number().int().min(0);

export function json<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (typeof value === 'string' ? parse(value) : value), schema);
}

export const cursor = z.string().optional();

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
