import type { ClientInbox } from '../../../add-inbox/keys/client-inbox.ts';
import type { OwnedKey } from '../../../add-inbox/keys/coldsend-key.ts';
import { findKeyOf, type OwnerName } from '../../../add-inbox/keys/key-owner.ts';
import { renderSection } from '../../blocks/blocks.ts';
import { escapeTopLevel } from '../../blocks/foreign-text.ts';
import type { Interaction, Press } from '../../bolt/interaction.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import { createAdminOnly } from '../../permissions/admin-only.ts';
import type { Permissions } from '../../permissions/permissions.ts';
import { CLIENT_REMOVAL } from '../../sentences/keys.ts';
import { isOfSlack, type Message } from '../../web-api/slack-api.ts';
import { tryPatiently } from '../../web-api/try-patiently.ts';
import { parseRemoval } from '../home-clients.ts';
import { keyOutdated } from '../outdated.ts';
import { renderClientCsv } from './client-csv.ts';

const READ_AT_ONCE = 2_000;

/**
 * Removes a client in one step, for admins and owners. First it sends the client's inboxes as CSV to the admin's DM. Then it removes
 * the key with the channels, and ends the requests that wait. If Slack refuses the file, nothing is removed.
 */
export function createRemoveClient(deps: {
  permissions: Permissions;
  listKeys(teamId: string): Promise<OwnedKey[]>;
  listInboxes(teamId: string, client: OwnerName, skip: number, limit: number): Promise<ClientInbox[]>;
  /** The number of requests that were ended; undefined where the revision is outdated. */
  removeClient(teamId: string, userId: string, client: OwnerName, revision: string): Promise<number | undefined>;
  /** Makes the workers look for what is due. */
  wake(): void;
  /** Never rejects, because the change is already done. */
  refreshHome(interaction: Interaction): Promise<void>;
  now(): number;
}) {
  return createAdminOnly(deps.permissions).does(remove);

  async function remove(press: Press): Promise<void> {
    const { api, actor, triggerId } = press;
    const { teamId, userId } = actor;
    const { owner, stamp } = parseRemoval(press.value);
    const keys = await deps.listKeys(teamId);
    const key = owner.kind === 'client' ? findKeyOf(keys, owner) : undefined;
    if (owner.kind !== 'client' || key?.revision !== stamp) {
      await Promise.all([api.openView(triggerId, renderNotice(keyOutdated(keys, owner))), deps.refreshHome(press)]);
      return;
    }
    const inboxes = await listAll(teamId, owner);
    const said = await exportAll(press, owner.name, inboxes);
    if (said === undefined) return;
    const stopped = await deps.removeClient(teamId, userId, owner, stamp);
    if (stopped !== undefined) deps.wake();
    const text = stopped === undefined ? CLIENT_REMOVAL.outdated : CLIENT_REMOVAL.done(inboxes.length, stopped);
    // The removal is stored. Slack's trouble with the message must not look as if it was not.
    await tryPatiently(() => said(text)).catch(() => {});
    await deps.refreshHome(press);
  }

  /** Sends the file. Returns a way to change its message; undefined where Slack did not accept it, which the admin then knows. */
  async function exportAll({ api, actor, triggerId }: Press, client: string, inboxes: ClientInbox[]) {
    try {
      const { channelId, ts } = await api.postMessage(actor.userId, toMessage(client, CLIENT_REMOVAL.starts));
      const say = (text: string) => api.updateMessage(channelId, ts, toMessage(client, text));
      const name = `inboxes-${new Date(deps.now()).toISOString().slice(0, 10)}.csv`;
      const file = { name, title: CLIENT_REMOVAL.fileTitle, content: renderClientCsv(inboxes) };
      const isSent = await api.uploadFiles(channelId, [file]).then(
        () => true,
        (error: unknown) => (isOfSlack(error) ? false : Promise.reject(error)),
      );
      if (isSent) return say;
      await say(CLIENT_REMOVAL.notSent);
      return undefined;
    } catch (error) {
      if (!isOfSlack(error)) throw error;
      await api.openView(
        triggerId,
        renderNotice({ title: CLIENT_REMOVAL.title, paragraphs: [CLIENT_REMOVAL.notSent] }),
      );
      return undefined;
    }
  }

  async function listAll(teamId: string, client: OwnerName): Promise<ClientInbox[]> {
    const inboxes: ClientInbox[] = [];
    for (let more = READ_AT_ONCE; more === READ_AT_ONCE; ) {
      const piece = await deps.listInboxes(teamId, client, inboxes.length, READ_AT_ONCE);
      inboxes.push(...piece);
      more = piece.length;
    }
    return inboxes;
  }
}

/** The client's name is foreign text. */
function toMessage(client: string, text: string): Message {
  return {
    text: `${escapeTopLevel(client)}: ${text}`,
    blocks: [renderSection('client', client), renderSection('removal', text)],
  };
}
