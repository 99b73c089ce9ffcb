import { answerInTime } from '../../add-inbox/worker/time-limit.ts';
import { renderContext, renderSection } from '../blocks/blocks.ts';
import { escapeTopLevel } from '../blocks/foreign-text.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import type { Interaction } from '../bolt/interaction.ts';
import { renderNotice } from '../modals/notice-page.ts';
import type { SubmissionAnswer } from '../modals/submission-answer.ts';
import { sentences } from '../sentences/notices.ts';
import { FACTS } from '../sentences/thread.ts';
import { isOfSlack, type Message, type SlackApi } from '../web-api/slack-api.ts';

/** Of Slack's three seconds, what all of a submission may take with its posts. */
const ANSWER_WITHIN_MS = 2_700;

/**
 * Posts a change that is stored already in the channels it is about. A post that fails changes nothing about that: the answer
 * then says so to who submitted the form. Undefined where Slack took all of them.
 */
export async function announceChange(
  { api, startedAt }: { api: Pick<SlackApi, 'postNow'> } & Pick<Interaction, 'startedAt'>,
  channelIds: string[],
  message: Message,
): Promise<SubmissionAnswer | undefined> {
  const withinMs = Math.max(ANSWER_WITHIN_MS - (performance.now() - startedAt), 300);
  const posts = await Promise.all(
    channelIds.map((channelId) => answerInTime(isPosted(api, channelId, message), withinMs, () => false)),
  );
  const missing = channelIds.filter((_, index) => posts[index] !== true);
  if (missing.length === 0) return undefined;
  return { response_action: 'update', view: renderNotice(sentences.notAnnounced(missing)) };
}

/** What is posted in a channel that has become a client's, or the one for results. The client's name is foreign. */
export function renderChange(text: string, client?: string): Message {
  const introduction = renderSection('introduction', mrkdwn(text));
  if (client === undefined) return { text, blocks: [introduction] };
  const about = `${FACTS.client}: ${client}`;
  return { text: `${text} ${escapeTopLevel(about)}.`, blocks: [introduction, renderContext('client', about)] };
}

async function isPosted(api: Pick<SlackApi, 'postNow'>, channelId: string, message: Message): Promise<boolean> {
  try {
    await api.postNow(channelId, message);
    return true;
  } catch (error) {
    if (isOfSlack(error)) return false;
    throw error;
  }
}
