import type { KeyCheck } from '../add-inbox/keys/key-check.ts';
import type { Answer, Exchange } from './answer.ts';
import { findTrouble } from './read-answer.ts';
import { readError } from './read-error.ts';
import type { CleanText } from './words/foreign-text.ts';

/** The verdict on a key from a POST of `{}`. */
export function readKeyCheck(exchange: Exchange, clean: CleanText): KeyCheck {
  return exchange.kind === 'answered'
    ? readAnswerToEmpty(exchange.answer, clean)
    : { kind: 'unchecked', why: 'no_answer' };
}

function readAnswerToEmpty(answer: Answer, clean: CleanText): KeyCheck {
  const { status } = answer;
  const { reason, missingScopes, isColdsends } = readError(answer, clean);
  const trouble = status >= 200 && status <= 299 ? 'wrong_address' : findTrouble(status);
  if (trouble === 'wrong_address' || trouble === 'proxy_login') return { kind: trouble, status };
  if (status === 429) return { kind: 'unchecked', why: 'rate_limited' };
  if (status >= 500 && status <= 599) return { kind: 'unchecked', why: 'server_error' };
  if (!isColdsends) return { kind: 'unchecked', why: 'not_coldsend' };
  if (status === 400 || status === 422) return { kind: 'works' };
  if (status === 401) return { kind: 'refused', reason };
  if (status === 403) return { kind: 'missing_scopes', reason, missingScopes };
  return { kind: 'unchecked', why: 'unexpected_answer' };
}
