import { retry } from '../../add-inbox/worker/back-off.ts';
import { SlackRefusedError, SlackUnavailableError } from './slack-api.ts';
import { isTokenRefused, isViewOutdated } from './slack-errors.ts';

const WAITS_MS = [1_000, 4_000, 15_000];

/**
 * Repeats a failed call up to three times, after the wait that Slack asks for or else after 1, 4 and 15 s. The call must be
 * safe to repeat. Throws the last error; throws an error that a repeat can't fix at once.
 */
export async function tryPatiently<T>(call: () => Promise<T>, sleep?: (ms: number) => Promise<unknown>): Promise<T> {
  return retry(call, waitFor, sleep);
}

function waitFor(error: unknown, tries: number): number | undefined {
  const waitMs = isPassing(error) ? WAITS_MS[tries] : undefined;
  return waitMs && ((error instanceof SlackUnavailableError && error.retryAfterMs) || waitMs);
}

function isPassing(error: unknown): boolean {
  if (error instanceof SlackRefusedError) return !isTokenRefused(error.reason) && !isViewOutdated(error.reason);
  return error instanceof SlackUnavailableError;
}
