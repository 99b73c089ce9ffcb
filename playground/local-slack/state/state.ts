import type { NewChannel, NewPerson, NewWorkspace } from '../api.ts';
import type { Change } from '../ledger/traffic.ts';
import type { Ids } from './ids.ts';
import type { AppConfig, Channel, Installation, PersonRecord, SlackFile, Workspace } from './records.ts';

export type UserGroup = { id: string; teamId: string; handle: string; name: string; members: string[] };

export type TokenStatus = 'active' | 'token_revoked' | 'account_inactive';

export type State = ReturnType<typeof createState>;

export const DEFAULT_SCOPES = ['commands', 'chat:write', 'chat:write.public', 'users:read'];

/** Workspaces, people, channels, user groups, files and tokens: everything but messages and views. */
export function createState({
  ids,
  app,
  now,
  emit,
}: {
  ids: Ids;
  app: AppConfig;
  now: () => number;
  emit: (change: Change) => void;
}) {
  const workspaces = new Map<string, Workspace>();
  const people = new Map<string, PersonRecord>();
  const channels = new Map<string, Channel>();
  const userGroups = new Map<string, UserGroup>();
  const files = new Map<string, SlackFile>();
  const tokens = new Map<string, { teamId: string; status: TokenStatus }>();

  function getWorkspace(teamId: string): Workspace {
    return orThrow(workspaces.get(teamId), `no workspace ${teamId}`);
  }

  function getPerson(userId: string): PersonRecord {
    return orThrow(people.get(userId), `no person ${userId}`);
  }

  function getChannel(channelId: string): Channel {
    return orThrow(channels.get(channelId), `no channel ${channelId}`);
  }

  function getFile(fileId: string): SlackFile {
    return orThrow(files.get(fileId), `no file ${fileId}`);
  }

  function addPerson(given: NewPerson & { teamId: string }): PersonRecord {
    const id = given.id ?? ids.next('U');
    if (people.has(id)) throw new Error(`person ${id} exists already`);
    getWorkspace(given.teamId);
    const person: PersonRecord = {
      real_name: given.name,
      is_admin: given.is_owner === true || given.is_primary_owner === true,
      is_owner: given.is_primary_owner === true,
      is_primary_owner: false,
      is_restricted: given.is_ultra_restricted === true,
      is_ultra_restricted: false,
      deleted: false,
      is_bot: false,
      ...given,
      id,
    };
    people.set(id, person);
    emit({ kind: 'people' });
    return person;
  }

  /** The app's user in the workspace, also after it was uninstalled. */
  function botUserOf(teamId: string): string | undefined {
    return [...people.values()].find((person) => person.teamId === teamId && person.is_bot)?.id;
  }

  /** A reinstallation keeps the token and adds the scopes; after an uninstall everything but the bot user is new. */
  function install(teamId: string, { scopes = DEFAULT_SCOPES, userId = '' } = {}): Installation {
    const workspace = getWorkspace(teamId);
    const current = workspace.installation;
    if (current !== undefined) {
      current.scopes = [...new Set([...current.scopes, ...scopes])];
      current.installedAt = now();
      if (tokens.get(current.botToken)?.status === 'active') return current;
    }
    const botUserId = botUserOf(teamId) ?? addPerson({ name: app.name, teamId, is_bot: true }).id;
    const installation: Installation = {
      teamId,
      botToken: `xoxb-${teamId.slice(1)}-${ids.secret(24)}`,
      botUserId,
      botId: current?.botId ?? ids.next('B'),
      scopes: [...scopes],
      installedBy: userId,
      installedAt: now(),
    };
    tokens.set(installation.botToken, { teamId, status: 'active' });
    people.set(botUserId, { ...getPerson(botUserId), deleted: false });
    workspace.installation = installation;
    return installation;
  }

  return {
    workspaces,
    people,
    channels,
    userGroups,
    files,
    tokens,
    getWorkspace,
    getPerson,
    getChannel,
    getFile,
    addPerson,
    botUserOf,
    install,
    addWorkspace(given: NewWorkspace = {}): Workspace {
      const teamId = given.teamId ?? ids.next('T');
      if (workspaces.has(teamId)) throw new Error(`workspace ${teamId} exists already`);
      const name = given.name ?? 'Acme';
      const domain = given.domain ?? name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
      const workspace: Workspace = { teamId, name, domain, installation: undefined };
      workspaces.set(teamId, workspace);
      if (given.installed !== false) install(teamId, given.scopes === undefined ? {} : { scopes: given.scopes });
      return workspace;
    },
    /** The app is gone from the workspace: its bot is in no channel any more, its token is dead. */
    uninstall(teamId: string): void {
      const workspace = getWorkspace(teamId);
      const { installation } = workspace;
      if (installation === undefined) return;
      tokens.set(installation.botToken, { teamId, status: 'account_inactive' });
      for (const channel of channels.values()) {
        if (channel.kind !== 'im') channel.members.delete(installation.botUserId);
      }
      workspace.installation = undefined;
      emit({ kind: 'people' });
    },
    setPerson(userId: string, change: Partial<Omit<PersonRecord, 'id' | 'teamId'>>): PersonRecord {
      const person = { ...getPerson(userId), ...change };
      people.set(userId, person);
      emit({ kind: 'people' });
      return person;
    },
    addChannel(given: NewChannel & { teamId: string }): Channel {
      const kind = given.kind ?? 'public';
      const id = given.id ?? ids.next(kind === 'im' ? 'D' : 'C');
      if (channels.has(id)) throw new Error(`channel ${id} exists already`);
      const members = new Set(given.members ?? []);
      for (const member of members) getPerson(member);
      const bot = getWorkspace(given.teamId).installation?.botUserId;
      if (given.withBot === true && bot !== undefined) members.add(bot);
      const channel: Channel = {
        id,
        teamId: given.teamId,
        name: given.name ?? (kind === 'im' ? 'directmessage' : id.toLowerCase()),
        kind,
        members,
        is_archived: false,
        sharedWith: new Set(given.sharedWith ?? []),
        created: now(),
      };
      channels.set(id, channel);
      emit({ kind: 'channel', channelId: id });
      return channel;
    },
    findDm(one: string, other: string): Channel | undefined {
      return [...channels.values()].find(
        (channel) => channel.kind === 'im' && channel.members.has(one) && channel.members.has(other),
      );
    },
  };
}

function orThrow<T>(found: T | undefined, message: string): T {
  if (found === undefined) throw new Error(message);
  return found;
}
