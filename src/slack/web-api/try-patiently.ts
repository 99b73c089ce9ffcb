import { setTimeout as timer } from 'node:timers/promises';
import { SlackRefusedError, SlackUnavailableError } from './slack-api.ts';
import { isTokenRefused, isViewOutdated } from './slack-errors.ts';

const WAITS_MS = [1_000, 4_000, 15_000];

/**
 * Makes a call that may be made twice again where Slack did not take it: three times, after as long as Slack asks for, else
 * after 1, 4 and 15 s. Throws the last error, and at once what no other try can change.
 */
export async function tryPatiently<T>(
  call: () => Promise<T>,
  sleep: (ms: number) => Promise<unknown> = timer,
): Promise<T> {
  for (const waitMs of WAITS_MS) {
    try {
      return await call();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await sleep((error instanceof SlackUnavailableError && error.retryAfterMs) || waitMs);
    }
  }
  return call();
}

function isPassing(error: unknown): boolean {
  if (error instanceof SlackRefusedError) return !isTokenRefused(error.reason) && !isViewOutdated(error.reason);
  return error instanceof SlackUnavailableError;
}
