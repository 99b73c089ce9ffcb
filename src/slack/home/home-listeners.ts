import type { Batch } from '../../add-inbox/batch/batch.ts';
import type { OwnedKey } from '../../add-inbox/keys/coldsend-key.ts';
import { mayAdminister } from '../../add-inbox/people/person.ts';
import type { WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { Unreadable } from '../../add-inbox/request/unreadable.ts';
import type { Interaction } from '../bolt/interaction.ts';
import type { Permission, Permissions } from '../permissions/permissions.ts';
import { HOME } from '../sentences/home.ts';
import { sentences } from '../sentences/notices.ts';
import { tryPatiently } from '../web-api/try-patiently.ts';
import { renderHome, renderHomeNotice } from './home.ts';
import { findCardLinks, mergeLatest } from './home-batches.ts';

const LATEST = 10;

/**
 * Publishes the current App Home of one person. Only full members see keys, settings and inboxes. Where Slack does not accept
 * it, the Home is rendered again and published later.
 */
export function createShowHome(deps: {
  permissions: Permissions;
  listKeys(teamId: string): Promise<OwnedKey[]>;
  findSettings(teamId: string): Promise<WorkspaceSettings>;
  latest(teamId: string, limit: number): Promise<(AddInboxRequest | Unreadable)[]>;
  latestBatches(teamId: string, limit: number): Promise<(Batch | Unreadable)[]>;
}): (interaction: Interaction, clientsPage?: number) => Promise<void> {
  return (interaction, clientsPage = 0) => tryPatiently(() => show(interaction, clientsPage));

  async function show(interaction: Interaction, clientsPage: number): Promise<void> {
    const { api, actor } = interaction;
    const { teamId, userId } = actor;
    const settings = await deps.findSettings(teamId);
    const { permission, mayAdd } = await deps.permissions.checkMember(interaction, settings.whoMayAdd);
    if (permission.kind !== 'allowed') {
      const why =
        permission.kind === 'unknown' ? HOME.notLookedUp : sentences.denials[permission.why].paragraphs.join(' ');
      await api.publishHome(userId, renderHomeNotice(why));
      return;
    }
    const isAdmin = mayAdminister(permission.person, teamId);
    const [keys, requests, batches] = await Promise.all([
      deps.listKeys(teamId),
      deps.latest(teamId, LATEST),
      deps.latestBatches(teamId, LATEST),
    ]);
    const latest = mergeLatest(requests, batches, LATEST);
    const links = await findCardLinks(api, latest, userId);
    const mayNotAdd = whyNot(mayAdd);
    await api.publishHome(
      userId,
      renderHome({ userId, isAdmin, mayNotAdd, keys, settings, latest, links, clientsPage }),
    );
  }
}

function whyNot(mayAdd: Permission): keyof typeof HOME.mayNotAdd | undefined {
  if (mayAdd.kind !== 'refused') return undefined;
  return mayAdd.why === 'admins_only' || mayAdd.why === 'not_chosen' ? mayAdd.why : undefined;
}
