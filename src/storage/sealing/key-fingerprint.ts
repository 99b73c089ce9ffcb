import { createHash } from 'node:crypto';

/**
 * Identifies an API key without revealing it. ColdSend's keys are long and random, so the hash can't be reversed by guessing. The
 * same key has the same budget, even if several workspaces use it.
 */
export function keyFingerprint(apiKey: string): string {
  return createHash('sha256').update(`coldsend key ${apiKey}`).digest('base64url').slice(0, 22);
}
