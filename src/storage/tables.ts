/** Rows as both databases hold them: times in milliseconds since 1970, JSON as text, sealed values as text. */
export type Tables = {
  requests: RequestsTable;
  coldsend_keys: ColdsendKeysTable;
  coldsend_budgets: ColdsendBudgetsTable;
  coldsend_turns: ColdsendTurnsTable;
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
  retry_of: string | null;
  state: string;
  account: string;
  /** Sealed; null once the request is settled. */
  passwords: string | null;
  /** Sealed; null once the outcome is told. */
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
  /** By the clock of PostgreSQL; always null on SQLite, where a lease lasts as long as its process. */
  lease_until: number | null;
  fence: number;
  /** Fingerprint of the key whose turn it waits for; null unless it stands in line. */
  turn_of: string | null;
};

export type ColdsendKeysTable = {
  id: string;
  team_id: string;
  version: number;
  /** Null once removed; the row stays, so that the versions go on counting. */
  sealed_key: string | null;
  last_four: string;
  stored_by: string;
  stored_at: number;
  status: string;
  missing_scopes: string;
  checked_at: number | null;
};

/** One row a key that was ever used; it is locked by whoever deals with the key's turns. */
export type ColdsendBudgetsTable = { key_fingerprint: string; blocked_until: number };

/** Each request that was or will be sent with a key, by the time its turn was taken. */
export type ColdsendTurnsTable = { key_fingerprint: string; taken_at: number };

/** For each encryption key that has sealed anything here, a known text sealed with it. */
export type SealedCheckTable = { key_id: string; sealed: string };

/** One row that is written to find out whether writing works. */
export type WriteCheckTable = { id: number; written_at: number };

export type MigrationsTable = { name: string; applied_at: number };
