import type { Announcement } from '../../../add-inbox/request/request.ts';
import { isBetweenPeople } from '../../web-api/conversation.ts';
import { findLink } from '../../web-api/find-link.ts';
import type { SlackApi } from '../../web-api/slack-api.ts';

/** Where an inbox or a batch has its thread, and whose it is. */
export type WithThread = { id: string; userId: string; announcement: Announcement | undefined };

/** The links to the threads that this person may see, by the id of the inbox or batch. A DM is only its owner's. */
export async function findLinks(
  api: Pick<SlackApi, 'getPermalink'>,
  listed: WithThread[],
  userId: string,
): Promise<Map<string, string>> {
  const links = new Map<string, string>();
  await Promise.all(
    listed.map(async ({ id, userId: ownerId, announcement }) => {
      if (announcement === undefined) return;
      const { channelId, ts, surface } = announcement;
      if ((surface === 'dm' || isBetweenPeople(channelId)) && ownerId !== userId) return;
      const link = await findLink(api, channelId, ts);
      if (link !== undefined) links.set(id, link);
    }),
  );
  return links;
}
