import type { FaultWorld } from '../world/fault-world.ts';
import { shownIn } from '../world/watch-reports.ts';
import type { RequestFacts } from './facts.ts';

/** What Slack and ColdSend saw of an address, beside what is known of it otherwise. */
export function gatherFacts(
  world: FaultWorld,
  address: string,
  known: Pick<RequestFacts, 'acknowledged' | 'crashes' | 'committed' | 'network'>,
): RequestFacts {
  const look = ({ text }: { text: string }) => ({ text, shows: shownIn(text) });
  return {
    ...known,
    address,
    posts: world.posts(address),
    isAtColdsend: world.coldsend.accounts.some(({ email_address }) => email_address === address),
    announcements: world.reports.announcements(address).map(look),
    replies: world.reports.replies(address).map(look),
  };
}
