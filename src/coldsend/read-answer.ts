import type { AddedAccount, SendResult, UnknownWhy } from '../add-inbox/outcome.ts';
import type { Answer } from './answer.ts';
import { senderAccountAdded, senderAccountNotAdded } from './contract.ts';
import type { CleanText } from './foreign-text.ts';
import { parseJson } from './parse-json.ts';
import { readRefusal } from './read-refusal.ts';
import { findRateLimitWaitMs, findRetryAfterMs } from './retry-after.ts';

/**
 * What an answer to "Add sender account" means. Never throws, whatever the answer is.
 *
 * A 4xx says that nothing was added by its status alone: that its body was cut off, too long or no JSON takes the words away,
 * not the meaning. A 2xx says nothing without its body. `reason` is `HTTP <status>` where ColdSend gave no words, and empty
 * where the fields say it all.
 *
 * @param now milliseconds since 1970
 * @param clean makes the foreign text in the result fit to be kept and shown
 */
export function readAnswer(answer: Answer, now: number, clean: CleanText): SendResult {
  const { status, headers } = answer;
  if (status >= 200 && status <= 299) return readSuccess(answer, clean);
  if (status === 503) return { kind: 'not_done', why: 'unavailable', retryAfterMs: findRetryAfterMs(headers, now) };
  if (status >= 500 && status <= 599) return unknown('server_error');
  if (status >= 400 && status <= 499) return readClientError(answer, now, clean);
  return unknown('unexpected_answer');
}

function readSuccess(answer: Answer, clean: CleanText): SendResult {
  const body = parseJson(answer.body);
  const added = senderAccountAdded.safeParse(body);
  if (added.success) return { kind: 'added', account: cleanAccount(added.data, clean) };
  const notAdded = senderAccountNotAdded.safeParse(body);
  if (!notAdded.success) return unknown('unexpected_answer');
  return { kind: 'refused', reason: clean(notAdded.data.message ?? '') || statusOf(answer), fields: [] };
}

function readClientError(answer: Answer, now: number, clean: CleanText): SendResult {
  const { reason, fields, missingScopes } = readRefusal(answer, clean);
  switch (answer.status) {
    case 401:
      return { kind: 'key_refused', reason: reason || statusOf(answer), missingScopes: [] };
    case 403:
      return { kind: 'key_refused', reason: reason || statusOf(answer), missingScopes };
    case 409:
      return { kind: 'exists', reason: reason || statusOf(answer) };
    case 429: {
      const retryAfterMs = findRateLimitWaitMs(answer.headers, reason, now);
      return { kind: 'not_done', why: 'rate_limited', retryAfterMs };
    }
    default:
      return { kind: 'refused', reason: reason || (fields.length > 0 ? '' : statusOf(answer)), fields };
  }
}

function cleanAccount(added: AddedAccount, clean: CleanText): AddedAccount {
  return {
    inbox_id: added.inbox_id,
    email_address: clean(added.email_address),
    display_name: clean(added.display_name),
    inbox_type: clean(added.inbox_type),
    daily_limit: added.daily_limit,
    overall_status: clean(added.overall_status),
  };
}

function unknown(why: UnknownWhy): SendResult {
  return { kind: 'unknown', why };
}

function statusOf({ status }: Answer): string {
  return `HTTP ${status}`;
}
