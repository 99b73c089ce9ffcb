import type { ColdsendKey } from '../../add-inbox/coldsend-key.ts';
import { maySetKey } from '../../add-inbox/person.ts';
import type { AddInboxRequest } from '../../add-inbox/request.ts';
import { renderHome } from '../home.ts';
import type { Actor } from '../payloads.ts';
import type { Rights } from '../rights.ts';
import type { SlackApi } from '../slack-api.ts';

const LATEST = 10;

/** Publishes the App Home of one person as things are now. Who can't be looked up sees what a member sees. */
export function createShowHome(deps: {
  rights: Rights;
  findKey(teamId: string): Promise<ColdsendKey | undefined>;
  latest(teamId: string, limit: number): Promise<AddInboxRequest[]>;
}): (api: SlackApi, actor: Actor) => Promise<void> {
  return async (api, actor) => {
    const right = await deps.rights.check(api, actor);
    const isAdmin = right.kind === 'allowed' && maySetKey(right.person, actor.teamId);
    const [key, latest] = await Promise.all([deps.findKey(actor.teamId), deps.latest(actor.teamId, LATEST)]);
    await api.publishHome(actor.userId, renderHome({ isAdmin, key, latest }));
  };
}
