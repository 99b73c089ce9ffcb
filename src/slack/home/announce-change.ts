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

/** Slack waits 3 s for the answer to a submission; the submission and its posts may take this long together. */
const ANSWER_WITHIN_MS = 2_700;

/**
 * Announces a stored change in the channels it is about. A failed post does not undo the change; the answer then names the
 * channels without a post to the person who submitted the form. Undefined where Slack accepted all posts.
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

/** The message in a channel that was given to a client or chosen for results. The client's name is foreign text. */
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
