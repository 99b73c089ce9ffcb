import type { ActionKind, ActionResult } from '../add-inbox/actions/inbox-action.ts';
import { outcomeOf } from '../add-inbox/request/next-step.ts';
import type { Answer } from './answer.ts';
import { emailSent, senderAccountNotAdded } from './contract.ts';
import { parseJson } from './parse-json.ts';
import { readAnswer } from './read-answer.ts';
import { readError } from './read-error.ts';
import type { CleanText } from './words/foreign-text.ts';

/** FastAPI's own words for a path that it does not have ("Not Found"), and paths in such words, say nothing about an inbox. */
const ABOUT_INBOX = /^(?!.*\/).*\b(?:inbox|account|mailbox)\b/i;

/**
 * The meaning of an answer about an inbox that was added: to a test email or a removal. Never throws. Where the two agree, it is that
 * of the answer to "Add sender account".
 */
export function readActionAnswer(kind: ActionKind, answer: Answer, now: number, clean: CleanText): ActionResult {
  const { status } = answer;
  if (status >= 200 && status <= 299) return readSuccess(kind, answer, clean);
  if (status === 404 || status === 405 || status === 410) return readMissing(answer, clean);
  const result = readAnswer(answer, now, clean);
  if (result.kind === 'not_done') return result;
  const outcome = outcomeOf(result);
  switch (outcome.kind) {
    case 'refused':
    case 'key_refused':
    case 'unknown':
      return outcome;
    default:
      return { kind: 'refused', reason: 'reason' in outcome ? outcome.reason : `HTTP ${status}`, fields: [] };
  }
}

/** The body of a removal's answer is not documented, so an empty one with 204, or any JSON that does not deny it, is enough. */
function readSuccess(kind: ActionKind, answer: Answer, clean: CleanText): ActionResult {
  const body = parseJson(answer.body);
  if (senderAccountNotAdded.safeParse(body).success) {
    const { reason, fields } = readError(answer, clean);
    return { kind: 'refused', reason: reason || `HTTP ${answer.status}`, fields };
  }
  const isDone = kind === 'remove' ? answer.status === 204 || body !== undefined : emailSent.safeParse(body).success;
  return isDone ? { kind: 'done' } : { kind: 'unknown', why: 'unexpected_answer' };
}

function readMissing(answer: Answer, clean: CleanText): ActionResult {
  const { reason, isColdsends } = readError(answer, clean);
  const isAboutInbox = answer.status !== 405 && isColdsends && ABOUT_INBOX.test(reason);
  return isAboutInbox ? { kind: 'gone', reason } : { kind: 'unsupported', status: answer.status };
}
