import type { JsonObject } from '../json.ts';

/*
 * What the core keeps, and shows to callers as it is. Times are milliseconds since 1970 unless they are a `ts`.
 */

export type Block = JsonObject & { type: string; block_id?: string | undefined };

/** The app under test; one app, installed in any number of workspaces. */
export type AppConfig = {
  appId: string;
  clientId: string;
  clientSecret: string;
  signingSecret: string;
  /** The app-level token (`xapp-…`) for `apps.connections.open`. */
  appToken: string;
  name: string;
  /** Declared slash commands, like `/add-inbox`; `'all'` takes any. */
  commands: string[] | 'all';
  /** Subscribed bot events; `'all'` delivers any. */
  events: string[] | 'all';
  /** Bot scopes that may be asked for when installing; `'all'` allows any. */
  scopes: string[] | 'all';
  /** Those of them that may be declined when installing (`bot_optional` in the manifest). */
  optionalScopes: string[];
  redirectUrls: string[] | 'any';
};

export type Installation = {
  teamId: string;
  botToken: string;
  botUserId: string;
  botId: string;
  scopes: string[];
  installedBy: string;
  installedAt: number;
};

export type Workspace = {
  teamId: string;
  name: string;
  domain: string;
  /** Undefined while the app isn't installed there. */
  installation: Installation | undefined;
};

export type PersonRecord = {
  id: string;
  teamId: string;
  name: string;
  real_name: string;
  is_admin: boolean;
  is_owner: boolean;
  is_primary_owner: boolean;
  is_restricted: boolean;
  is_ultra_restricted: boolean;
  deleted: boolean;
  is_bot: boolean;
  /** Shown to apps with the scope users:read.email. */
  email?: string | undefined;
  /**
   * Of somebody in an organization (Enterprise Grid): what payloads and `users.info` give as their `team_id`, another
   * workspace of it or the organization itself, and all workspaces they are in.
   */
  organization?: { teamId: string; teams: string[] } | undefined;
};

export type ChannelKind = 'public' | 'private' | 'im' | 'mpim';

export type Channel = {
  id: string;
  /** The workspace that hosts it. */
  teamId: string;
  name: string;
  kind: ChannelKind;
  members: Set<string>;
  is_archived: boolean;
  /** Other workspaces it is shared with (Slack Connect). */
  sharedWith: Set<string>;
  created: number;
};

export type StoredMessage = {
  channelId: string;
  ts: string;
  threadTs: string | undefined;
  /** Who posted: a bot's user id or a person's. */
  userId: string;
  botId: string | undefined;
  text: string;
  blocks: Block[];
  attachments: JsonObject[];
  metadata: JsonObject | undefined;
  editedTs: string | undefined;
  /** Only this person sees it; undefined where everybody in the channel does. */
  onlyFor: string | undefined;
  /** Ids of files shared by it. */
  files: string[];
  mrkdwn: boolean;
};

export type SlackFile = {
  id: string;
  /** The workspace whose app may see it. */
  teamId: string;
  /** Who uploaded it: the app's bot or a person. */
  userId: string;
  name: string;
  title: string;
  /** Empty until the bytes have come, and again once it is deleted. */
  content: Buffer;
  channelId: string | undefined;
  created: number;
  deleted: boolean;
};

/** `state.values` as Slack sends it: block_id → action_id → the element's value. */
export type StateValues = { [blockId: string]: { [actionId: string]: JsonObject } };

/** A view as `views.*` answers it and payloads carry it. */
export type View = {
  id: string;
  team_id: string;
  type: 'modal' | 'home';
  title: JsonObject | undefined;
  submit: JsonObject | null;
  close: JsonObject | null;
  blocks: Block[];
  private_metadata: string;
  callback_id: string;
  external_id: string;
  clear_on_close: boolean;
  notify_on_close: boolean;
  hash: string;
  root_view_id: string;
  previous_view_id: string | null;
  app_id: string;
  app_installed_team_id: string;
  bot_id: string;
};
