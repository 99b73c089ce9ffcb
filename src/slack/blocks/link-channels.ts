import { FACTS } from '../sentences/thread.ts';

/** As many channels as fit into `limit` characters, as links in mrkdwn, and how many more there are. */
export function linkChannels(channelIds: readonly string[], limit: number): string {
  const links: string[] = [];
  for (const channelId of channelIds) {
    const rest = FACTS.more(channelIds.length - links.length);
    if ([...links, `<#${channelId}>`, rest].join(', ').length > limit) return [...links, rest].join(', ');
    links.push(`<#${channelId}>`);
  }
  return links.join(', ');
}
