import { createHash } from 'node:crypto';

/** A short hash of `text`. Different texts have different stamps. */
export function stampOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}
