import { retry } from '../../add-inbox/worker/back-off.ts';
import { SlackRefusedError, SlackUnavailableError } from './slack-api.ts';
import { isTokenRefused, isViewOutdated } from './slack-errors.ts';

const WAITS_MS = [1_000, 4_000, 15_000];

/**
 * Makes a call that may be made twice again where Slack did not take it: three times, after as long as Slack asks for, else
 * after 1, 4 and 15 s. Throws the last error, and at once what no other try can change.
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
