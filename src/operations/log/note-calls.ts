import type { ColdsendCall } from '../../coldsend/client.ts';
import type { SlackCall } from '../../slack/web-api/slack-api.ts';
import type { Metrics } from '../metrics.ts';
import { describeError, findErrorCode, type Log } from './log.ts';

/** An answer that says all that there is to know, in the thread or the form. */
const PLAIN_RESULTS = new Set(['added', 'exists', 'refused', 'works', 'missing_scopes']);

/** What only the operator can mend. */
const COLDSEND_TROUBLES: Record<string, string> = {
  wrong_address: 'ColdSend adds no inboxes at this address: check COLDSEND_API_URL and COLDSEND_ADD_PATH',
  proxy_login: 'A proxy before ColdSend asks for a login',
  too_large: 'A server before ColdSend refuses the request as too large',
  not_coldsend: 'Something before ColdSend refused the request',
};

/** Slack's codes that stay until an operator or admin mends the app, its token or its scopes. */
const LASTING =
  /^(?:missing_scope|not_allowed_token_type|not_authed|invalid_auth|token_\w+|account_inactive|team_\w+)$/;

/** A view that was closed or changed in the meantime, a call that was not made any more. */
const HARMLESS = new Set(['ok', 'not_found', 'hash_conflict', 'not_begun']);

/** Counts each call to ColdSend and Slack, and writes those that went wrong to the log, with why: a code, never a message. */
export function createNoteCalls(log: Log, metrics: Pick<Metrics, 'coldsendAnswered' | 'slackAnswered'>) {
  return {
    coldsend(call: ColdsendCall): void {
      metrics.coldsendAnswered(call);
      const { result, status, ms } = call;
      if (PLAIN_RESULTS.has(result)) return;
      const message = COLDSEND_TROUBLES[result.split(':').at(-1) ?? ''] ?? 'A call to ColdSend went wrong';
      log.warn(message, { outcome: result, status, code: findErrorCode(call.error), ms: Math.round(ms) });
    },
    slack(call: SlackCall): void {
      metrics.slackAnswered(call);
      const { method, result, ms } = call;
      if (HARMLESS.has(result)) return;
      const isReached = result !== 'unavailable';
      const code = isReached ? result : (findErrorCode(call.error) ?? describeError(call.error).code);
      const level = isReached && !LASTING.test(result) ? 'info' : 'warn';
      const message = isReached ? 'Slack refused a call' : 'Slack could not be reached, or is in trouble';
      log[level](message, { method, code, ms: Math.round(ms) });
    },
  };
}
