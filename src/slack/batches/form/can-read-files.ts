import { answerInTime } from '../../../add-inbox/worker/time-limit.ts';
import { OPTIONAL_SCOPES } from '../../ids.ts';
import { isOfSlack, type SlackApi } from '../../web-api/slack-api.ts';

/** A person waits for the form. */
const ANSWER_WITHIN_MS = 1_500;

const [READ_FILES] = OPTIONAL_SCOPES;

/**
 * Whether the installation has granted the scope for files at this moment. Slack names the scopes of a token with each answer; the
 * stored ones are those of the time of the installation. False where Slack does not say.
 */
export async function canReadFiles(api: Pick<SlackApi, 'authTest'>): Promise<boolean> {
  const asked = api.authTest().then(({ scopes }) => scopes.includes(READ_FILES));
  return answerInTime(
    asked.catch((error: unknown) => {
      if (isOfSlack(error)) return false;
      throw error;
    }),
    ANSWER_WITHIN_MS,
    () => false,
  );
}
