import type { ColdsendKey } from '../../add-inbox/coldsend-key.ts';
import { maySetKey } from '../../add-inbox/person.ts';
import type { AddInboxRequest } from '../../add-inbox/request.ts';
import { renderHome, renderHomeNotice } from '../home.ts';
import type { Actor } from '../payloads.ts';
import type { Rights } from '../rights.ts';
import { HOME, sentences } from '../sentences.ts';
import type { SlackApi } from '../slack-api.ts';

const LATEST = 10;

/** Publishes the App Home of one person as things are now; of key and inboxes only to those who may add some. */
export function createShowHome(deps: {
  rights: Rights;
  findKey(teamId: string): Promise<ColdsendKey | undefined>;
  latest(teamId: string, limit: number): Promise<AddInboxRequest[]>;
}): (api: SlackApi, actor: Actor) => Promise<void> {
  return async (api, actor) => {
    const right = await deps.rights.check(api, actor);
    if (right.kind !== 'allowed') {
      const why = right.kind === 'unknown' ? HOME.notLookedUp : sentences.refusals[right.why].paragraphs.join(' ');
      await api.publishHome(actor.userId, renderHomeNotice(why));
      return;
    }
    const isAdmin = maySetKey(right.person, actor.teamId);
    const [key, latest] = await Promise.all([deps.findKey(actor.teamId), deps.latest(actor.teamId, LATEST)]);
    await api.publishHome(actor.userId, renderHome({ isAdmin, key, latest }));
  };
}
