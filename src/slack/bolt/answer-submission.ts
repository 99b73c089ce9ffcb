import { answerInTime } from '../../add-inbox/worker/time-limit.ts';
import type { SubmissionAnswer } from '../modals/submission-answer.ts';

/** Slack waits 3 s for the answer to a submission. */
const ANSWER_WITHIN_MS = 2_500;

/** The work was not done within Slack's time limit for an answer. */
class TooLateError extends Error {
  readonly code = 'too_late';
}

/**
 * Answers a submission within Slack's time limit: with `fail` where the work throws or takes too long.
 *
 * @param work gets a function that throws once the time is over. The person has seen the other answer by then, so nothing that it
 *   denies may be done any more.
 */
export function answerSubmission(
  work: (mustNotBeLate: () => void) => Promise<SubmissionAnswer>,
  fail: (error: unknown) => SubmissionAnswer,
): Promise<SubmissionAnswer> {
  let isLate = false;
  const mustNotBeLate = () => {
    if (isLate) throw new TooLateError();
  };
  return answerInTime(work(mustNotBeLate).catch(fail), ANSWER_WITHIN_MS, () => {
    isLate = true;
    return fail(new TooLateError());
  });
}
