import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** The workspaces that have installed the bot, and the OAuth states of installations in progress. */
export const installations: Migration = {
  name: '0004-installations',
  async up({ kysely }) {
    // A workspace that uninstalls keeps its row, without a token, for a while. The bot uses it to find and delete data that
    // arrives late.
    await sql`
      create table installations (
        team_id text not null primary key,
        team_name text not null,
        enterprise_id text,
        sealed_token text,
        bot_id text not null,
        bot_user_id text not null,
        app_id text not null,
        scopes text not null,
        installed_by text not null,
        installed_at bigint not null,
        removed_at bigint
      )`.execute(kysely);
    await sql`create table oauth_states (state_hash text not null primary key, expires_at bigint not null)`.execute(
      kysely,
    );
    await sql`create index oauth_states_oldest on oauth_states (expires_at)`.execute(kysely);
    // The cleanup after an uninstall must not read the finished requests of all workspaces.
    await sql`create index requests_unfinished_of_team on requests (team_id) where state <> 'told'`.execute(kysely);
  },
};
