import { createHash } from 'node:crypto';

/**
 * Names an API key without telling it: ColdSend's keys are long and random, so nobody finds one by its hash. The same key
 * has the same budget, whichever workspaces use it.
 */
export function keyFingerprint(apiKey: string): string {
  return createHash('sha256').update(`coldsend key ${apiKey}`).digest('base64url').slice(0, 22);
}
