import type { Batch } from '../../add-inbox/batch/batch.ts';
import type { OwnedKey } from '../../add-inbox/keys/coldsend-key.ts';
import { type Cursor, type InboxFilter, mergePages, type Page, readUntilFound } from '../../add-inbox/lists/page.ts';
import { mayAdminister } from '../../add-inbox/people/person.ts';
import type { WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { Unreadable } from '../../add-inbox/request/unreadable.ts';
import type { Interaction, Press } from '../bolt/interaction.ts';
import type { Permission, Permissions } from '../permissions/permissions.ts';
import { HOME } from '../sentences/home.ts';
import { sentences } from '../sentences/notices.ts';
import { tryPatiently } from '../web-api/try-patiently.ts';
import { renderHome, renderHomeNotice } from './home.ts';
import { findLinks, type WithThread } from './latest/find-links.ts';
import { type HomePlace, movePlace, parsePlace } from './latest/home-place.ts';
import { cursorOf, type Latest } from './latest/latest-list.ts';

const LATEST = 10;

type PageQuery = { before: Cursor | undefined; limit: number };

/**
 * Publishes the current App Home of one person. Only full members see keys, settings and inboxes. Where Slack does not accept
 * it, the Home is rendered again and published later.
 */
export function createHomePages(deps: {
  permissions: Permissions;
  /** Whether this installation serves the secure page. */
  hasSecurePage: boolean;
  listKeys(teamId: string): Promise<OwnedKey[]>;
  findSettings(teamId: string): Promise<WorkspaceSettings>;
  latest(teamId: string, query: PageQuery & InboxFilter): Promise<Page<AddInboxRequest | Unreadable>>;
  latestBatches(teamId: string, query: PageQuery & Omit<InboxFilter, 'outcome'>): Promise<Page<Batch | Unreadable>>;
  /** The threads of requests and batches. */
  findThreads(teamId: string, ids: string[]): Promise<WithThread[]>;
}) {
  return { showHome, turnInboxes };

  /** A press in the Home shows the place it was made in. Everything else shows the newest inboxes. */
  function showHome(interaction: Interaction & Pick<Press, 'metadata'>, clientsPage?: number): Promise<void> {
    const place = parsePlace(interaction.metadata ?? '');
    return tryPatiently(() => show(interaction, { ...place, clientsPage: clientsPage ?? place.clientsPage }));
  }

  /** Turns the pages of inboxes, or narrows them down. `show` decides what the person may see. */
  function turnInboxes(press: Press): Promise<void> {
    const place = movePlace(parsePlace(press.metadata ?? ''), press.what, press.value);
    return tryPatiently(() => show(press, place));
  }

  async function show(interaction: Interaction, place: HomePlace): Promise<void> {
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
    const { filter, trail } = place;
    const [keys, latest] = await Promise.all([
      deps.listKeys(teamId),
      readUntilFound((before) => readLatest(teamId, filter, before), trail.at(-1)),
    ]);
    const readable = latest.entries.flatMap((entry) => ('unreadable' in entry ? [] : entry.id));
    const links = await findLinks(api, await deps.findThreads(teamId, readable), userId);
    const mayNotAdd = whyNot(mayAdd);
    const { hasSecurePage } = deps;
    await api.publishHome(
      userId,
      renderHome({ userId, isAdmin, mayNotAdd, keys, settings, hasSecurePage, latest, links, place }),
    );
  }

  /** Only inboxes have an outcome, so with one to look for, the rows of batches are listed instead of batches. */
  async function readLatest(teamId: string, filter: InboxFilter, before: Cursor | undefined): Promise<Page<Latest>> {
    const query = { before, limit: LATEST };
    const inboxes = deps.latest(teamId, { ...query, ...filter });
    if (filter.outcome !== undefined) return inboxes;
    const batches = deps.latestBatches(teamId, { ...query, owner: filter.owner });
    return mergePages<Latest>(await Promise.all([inboxes, batches]), cursorOf, LATEST);
  }
}

function whyNot(mayAdd: Permission): keyof typeof HOME.mayNotAdd | undefined {
  if (mayAdd.kind !== 'refused') return undefined;
  return mayAdd.why === 'admins_only' || mayAdd.why === 'not_chosen' ? mayAdd.why : undefined;
}
