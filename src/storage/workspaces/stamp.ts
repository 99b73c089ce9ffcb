import { createHash } from 'node:crypto';

/** A short text that differs where `text` does. */
export function stampOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}
