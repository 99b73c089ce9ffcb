import type { KeyTrial } from '../add-inbox/key-trial.ts';
import type { Answer, Exchange } from './answer.ts';
import type { CleanText } from './foreign-text.ts';
import { readRefusal } from './read-refusal.ts';

/** What a POST of `{}` tells about the key it was made with. */
export function readKeyTrial(exchange: Exchange, clean: CleanText): KeyTrial {
  return exchange.kind === 'answered'
    ? readAnswerToEmpty(exchange.answer, clean)
    : { kind: 'unchecked', why: 'no_answer' };
}

function readAnswerToEmpty(answer: Answer, clean: CleanText): KeyTrial {
  const { status } = answer;
  const { reason, missingScopes } = readRefusal(answer, clean);
  if (status === 400 || status === 422) return { kind: 'works' };
  if (status === 401) return { kind: 'refused', reason: reason || `HTTP ${status}` };
  if (status === 403) return { kind: 'missing_scopes', reason: reason || `HTTP ${status}`, missingScopes };
  if (status === 404 || status === 405 || (status >= 200 && status <= 399)) return { kind: 'wrong_address', status };
  if (status === 429) return { kind: 'unchecked', why: 'rate_limited' };
  if (status >= 500 && status <= 599) return { kind: 'unchecked', why: 'server_error' };
  return { kind: 'unchecked', why: 'unexpected_answer' };
}
