import type { Metrics } from '../metrics.ts';
import { describeError, findErrorCode, type Log } from './log.ts';

/** Answers that the thread or the form already explains in full. */
const PLAIN_RESULTS = new Set(['added', 'exists', 'refused', 'works', 'missing_scopes', 'done', 'gone', 'unsupported']);

/** Failures that only the operator can fix. */
const COLDSEND_TROUBLES: Record<string, string> = {
  wrong_address: 'ColdSend adds no inboxes at this address: check COLDSEND_API_URL and COLDSEND_ADD_PATH',
  proxy_login: 'A proxy before ColdSend asks for a login',
  too_large: 'A server before ColdSend refuses the request as too large',
  not_coldsend: 'Something before ColdSend refused the request',
};

/** The call succeeded, or was no longer made. */
const HARMLESS = new Set(['ok', 'not_begun']);

/** `error`: the reason that no answer came. Its message may quote the request. */
type Call = { result: string; ms: number; error: unknown };

/** The meaning of the known error codes of Slack. */
type SlackErrors = {
  /** It lasts until an operator or admin fixes the app, its token or its scopes. */
  isTokenRefused(code: string): boolean;
  /** A view was closed or changed in the meantime. */
  isViewOutdated(code: string): boolean;
};

/** Counts each call to ColdSend and Slack. Logs the failed ones with a code for the reason, never a message. */
export function createNoteCalls(
  log: Log,
  metrics: Pick<Metrics, 'coldsendAnswered' | 'slackAnswered'>,
  { isTokenRefused, isViewOutdated }: SlackErrors,
) {
  return {
    coldsend(call: Call & { status: number | undefined }): void {
      metrics.coldsendAnswered(call);
      const { result, status, ms } = call;
      if (PLAIN_RESULTS.has(result)) return;
      const message = COLDSEND_TROUBLES[result.split(':').at(-1) ?? ''] ?? 'A call to ColdSend went wrong';
      log.warn(message, { outcome: result, status, code: findErrorCode(call.error), ms: Math.round(ms) });
    },
    slack(call: Call & { method: string }): void {
      metrics.slackAnswered(call);
      const { method, result, ms } = call;
      if (HARMLESS.has(result) || isViewOutdated(result)) return;
      const isReached = result !== 'unavailable';
      const code = isReached ? result : (findErrorCode(call.error) ?? describeError(call.error).code);
      const level = isReached && !isTokenRefused(result) ? 'info' : 'warn';
      const message = isReached ? 'Slack refused a call' : 'Slack could not be reached or had a server error';
      log[level](message, { method, code, ms: Math.round(ms) });
    },
  };
}
