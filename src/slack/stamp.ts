import { createHash } from 'node:crypto';

/** A short text that differs where the values do. */
export function stampOf(values: unknown): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('base64url').slice(0, 12);
}
