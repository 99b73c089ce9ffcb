import type { AddedAccount, SendResult, TroubleKind, UnknownWhy } from '../add-inbox/request/outcome.ts';
import type { Answer } from './answer.ts';
import { senderAccountAdded, senderAccountNotAdded } from './contract.ts';
import { parseJson } from './parse-json.ts';
import { type ErrorWords, readError } from './read-error.ts';
import { findRateLimitWaitMs, findRetryAfterMs } from './retry-after.ts';
import type { CleanText } from './words/foreign-text.ts';
import { isPage } from './words/words.ts';

/**
 * The meaning of an answer to "Add sender account". Never throws, whatever the answer is.
 *
 * The status of a 3xx or 4xx alone shows that nothing was added. If its body is truncated, too long or not JSON, only the words
 * are lost. A 2xx has no meaning without its body. A 401, 403, 409 or 503 counts as ColdSend's only if the answer is recognizably
 * from ColdSend. `reason` is `HTTP <status>` if there were no words, and empty if the fields say everything.
 *
 * @param now milliseconds since 1970
 * @param clean makes the foreign text in the result fit to be stored and shown
 */
export function readAnswer(answer: Answer, now: number, clean: CleanText): SendResult {
  const { status } = answer;
  if (status >= 200 && status <= 299) return readSuccess(answer, clean);
  if (status >= 300 && status <= 499) return readClientError(answer, now, clean);
  if (status >= 502 && status <= 504) return readUnavailable(answer, now, clean);
  return unknown(status >= 500 && status <= 599 ? 'server_error' : 'unexpected_answer');
}

/** The problem that prevents every request and that the operator has to fix; undefined for every other status. */
export function findTrouble(status: number): Exclude<TroubleKind, 'not_coldsend'> | undefined {
  if (status === 407) return 'proxy_login';
  if (status === 413) return 'too_large';
  const leadsElsewhere = status >= 300 && status <= 399;
  return leadsElsewhere || [404, 405, 410].includes(status) ? 'wrong_address' : undefined;
}

function readSuccess(answer: Answer, clean: CleanText): SendResult {
  const body = parseJson(answer.body);
  const added = senderAccountAdded.safeParse(body);
  if (added.success) return { kind: 'added', account: cleanAccount(added.data, clean) };
  if (!senderAccountNotAdded.safeParse(body).success) return unknown('unexpected_answer');
  return refused(answer, readError(answer, clean));
}

/** The statuses of a gateway timeout, while ColdSend may be adding the inbox. Only a 503 can be ColdSend's own "not now". */
function readUnavailable(answer: Answer, now: number, clean: CleanText): SendResult {
  const { status } = answer;
  if (!readError(answer, clean).isColdsends) return { kind: 'unknown', why: 'answer_lost', status };
  if (status !== 503) return unknown('server_error');
  return { kind: 'not_done', why: 'unavailable', retryAfterMs: findRetryAfterMs(answer.headers, now) };
}

function readClientError(answer: Answer, now: number, clean: CleanText): SendResult {
  const words = readError(answer, clean);
  const { isColdsends, missingScopes } = words;
  const { status } = answer;
  const reason = words.reason || statusOf(answer);
  if (status === 429) {
    return { kind: 'not_done', why: 'rate_limited', retryAfterMs: findRateLimitWaitMs(answer.headers, reason, now) };
  }
  if (isColdsends && status === 401) return { kind: 'key_refused', reason, missingScopes: [] };
  if (isColdsends && status === 403) return { kind: 'key_refused', reason, missingScopes };
  const proof = isColdsends ? { provesKey: true } : {};
  if (status === 409 && !isPage(answer.body)) return { kind: 'exists', reason, ...proof };
  const isBetween = status === 401 || status === 403 || isPage(answer.body);
  const trouble = findTrouble(status) ?? (isBetween ? 'not_coldsend' : undefined);
  if (trouble === undefined) return { ...refused(answer, words), ...proof };
  return { ...refused(answer, words), trouble: { kind: trouble, status, isColdsends } };
}

function refused(answer: Answer, { reason, fields }: ErrorWords) {
  return { kind: 'refused' as const, reason: reason || (fields.length > 0 ? '' : statusOf(answer)), fields };
}

function cleanAccount(added: AddedAccount, clean: CleanText): AddedAccount {
  return {
    inbox_id: clean(added.inbox_id),
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
