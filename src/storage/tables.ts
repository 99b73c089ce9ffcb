import type { Generated } from 'kysely';

/** Rows as both databases store them: times in milliseconds since 1970, JSON and sealed values as text. */
export type Tables = {
  requests: RequestsTable;
  request_passwords: RequestPasswordsTable;
  batches: BatchesTable;
  batch_drafts: BatchDraftsTable;
  secure_links: SecureLinksTable;
  coldsend_keys: ColdsendKeysTable;
  coldsend_budgets: ColdsendBudgetsTable;
  coldsend_turns: ColdsendTurnsTable;
  inbox_actions: InboxActionsTable;
  access_requests: AccessRequestsTable;
  installations: InstallationsTable;
  oauth_states: OauthStatesTable;
  workspace_settings: WorkspaceSettingsTable;
  client_presets: ClientPresetsTable;
  remembered: RememberedTable;
  audit_entries: AuditEntriesTable;
  sealed_check: SealedCheckTable;
  write_check: WriteCheckTable;
  migrations: MigrationsTable;
};

export type RequestsTable = {
  id: string;
  team_id: string;
  user_id: string;
  view_id: string;
  channel_id: string;
  /** The one channel for all results at that time; null if results go to the channel where the command was used. */
  results_channel_id: string | null;
  /** The channel whose client's key sends the request; '' for the workspace's own key. */
  key_channel_id: Generated<string>;
  /** That client's label; '' for the workspace's own key. */
  client: Generated<string>;
  retry_of: string | null;
  state: string;
  account: string;
  /** Sealed; null once the outcome is reported. */
  response_url: string | null;
  announcement_channel: string | null;
  announcement_ts: string | null;
  announcement_place: string | null;
  waits_for: string | null;
  not_before: number;
  tries: number;
  outcome: string | null;
  outcome_kind: string | null;
  reply_ts: string | null;
  accepted_at: number;
  armed_at: number | null;
  settled_at: number | null;
  told_at: number | null;
  lease_owner: string | null;
  /** By PostgreSQL's clock; always null on SQLite, where a lease lasts as long as its process. */
  lease_until: number | null;
  fence: number;
  /** The fingerprint of the key whose slot the request is queued for; null unless it is queued. */
  turn_of: string | null;
  /** The time at which a version of the bot could not read the row. The row is skipped until a version can read it. */
  set_aside_at: number | null;
  /** The batch that the request is a row of, and its line there; null for a single inbox. */
  batch_id: string | null;
  line: number | null;
  /** Null in rows of older versions, whose requests expire a day after they were accepted. */
  expires_at: number | null;
};

export type BatchesTable = {
  id: string;
  team_id: string;
  user_id: string;
  channel_id: string;
  results_channel_id: string | null;
  key_channel_id: string;
  client: string;
  file_name: string | null;
  /** The batch whose failed rows this draft replaces; null for a new batch. */
  fix_of: string | null;
  state: string;
  total: number;
  stopped_by: string | null;
  announcement_channel: string | null;
  announcement_ts: string | null;
  announcement_place: string | null;
  /** JSON of what the card shows. */
  shown: string | null;
  failures_ts: string | null;
  summary_ts: string | null;
  results_posted: number;
  not_before: number;
  tries: number;
  created_at: number;
  confirmed_at: number | null;
  finished_at: number | null;
  lease_owner: string | null;
  lease_until: number | null;
  fence: number;
};

/** The rows of a draft, sealed in pieces; deleted when a person confirms or discards it. */
type BatchDraftsTable = { id: string; team_id: string; batch_id: string; piece: number; sealed: string };

/** A request's passwords, kept until it is settled. */
type RequestPasswordsTable = { request_id: string; sealed: string };

/** Links to the secure page, without their tokens. */
export type SecureLinksTable = {
  /** SHA-256 of the token, as base64url. */
  token_hash: string;
  team_id: string;
  user_id: string;
  purpose: string;
  /** The request, or the draft of a batch, that the purpose is about. */
  subject_id: string;
  created_at: number;
  expires_at: number;
  wrong_tries: number;
  spent_at: number | null;
  /** The page that spent it: see `SecureLinkRepository`. */
  spent_by: string | null;
  /** The matching code that the newest page shows, and that page; null without one. */
  code: string | null;
  code_page: string | null;
  /** The number of codes so far. */
  codes: Generated<number>;
  /** The page that the person of the link has confirmed in Slack. */
  confirmed_page: string | null;
};

export type ColdsendKeysTable = {
  id: string;
  team_id: string;
  /** The channel that the key is bound to; '' for the workspace's own key. */
  channel_id: Generated<string>;
  /** The client's label; '' for the workspace's own key. A client with several channels has a row for each. */
  label: Generated<string>;
  version: number;
  sealed_key: string;
  last_four: string;
  stored_by: string;
  stored_at: number;
  status: string;
  missing_scopes: string;
  checked_at: number | null;
  /** 1 once the API of this key has answered that it has no test emails and removals; null before. */
  lacks_actions: number | null;
};

/** Test emails from inboxes that were added, and removals of such inboxes. */
type InboxActionsTable = {
  id: string;
  team_id: string;
  user_id: string;
  request_id: string;
  kind: string;
  /** '' for a removal. */
  recipient: string;
  /** The same for copies of one press or submission. */
  once: string;
  /** armed, settled, or told once Slack has the outcome. */
  state: string;
  outcome: string | null;
  armed_at: number;
  lease_owner: string | null;
  lease_until: number | null;
};

/** People who asked to be allowed to add inboxes. */
export type AccessRequestsTable = {
  id: string;
  team_id: string;
  user_id: string;
  asked_at: number;
  decided_by: string | null;
  /** approved or declined; null while it is open. */
  decision: string | null;
  /** JSON of the messages to admins that show it. */
  messages: string;
};

/** One row for each key that ColdSend has ever asked to wait. */
type ColdsendBudgetsTable = { key_fingerprint: string; blocked_until: number };

/** One row for each request that was or will be sent with a key, by the time its slot was taken. */
type ColdsendTurnsTable = {
  key_fingerprint: string;
  taken_at: number;
  /** A counter for slots that were taken at the same time. */
  place: number;
  /** Null for the check of a key. */
  team_id: string | null;
  user_id: string | null;
};

type ClientPresetsTable = {
  team_id: string;
  /** The client's label; '' for the workspace's own key. */
  client: string;
  presets: string;
};

/** For each client and domain, the values that the next form suggests. */
type RememberedTable = {
  team_id: string;
  /** The client's label; '' for the workspace's own key. */
  client: string;
  domain: string;
  /** JSON of the provider, the servers and the daily limit. */
  inbox: string;
  added_at: number;
};

type WorkspaceSettingsTable = { team_id: string; settings: string };

/** The audit trail, without secrets. */
export type AuditEntriesTable = {
  id: string;
  team_id: string;
  at: number;
  user_id: string | null;
  action: string;
  request_id: string | null;
  details: string;
};

/** A workspace that has the bot installed. After an uninstall, the row stays without a token. */
export type InstallationsTable = {
  team_id: string;
  team_name: string;
  enterprise_id: string | null;
  /** Null after the workspace has uninstalled the bot. */
  sealed_token: string | null;
  bot_id: string;
  bot_user_id: string;
  app_id: string;
  scopes: string;
  installed_by: string;
  installed_at: number;
  removed_at: number | null;
};

/** OAuth states that were used and have not expired yet. */
type OauthStatesTable = { state_hash: string; expires_at: number };

/** For each encryption key that has sealed anything here: a known text sealed with it. */
export type SealedCheckTable = { key_id: string; sealed: string };

/** The one row that is written to test that writing works. */
type WriteCheckTable = { id: number; written_at: number };

type MigrationsTable = { name: string; applied_at: number };
