import { z } from 'zod';
import type { Installation, ShownInstallation } from '../../add-inbox/people/installation.ts';
import type { Unreadable } from '../../add-inbox/request/unreadable.ts';
import type { Database } from '../database.ts';
import { type OnUnreadable, readRows } from '../rows/read-rows.ts';
import { orUndefined, storedJson, storedTime } from '../rows/stored-json.ts';
import { tokenContext } from '../sealing/seal-contexts.ts';
import type { Sealer } from '../sealing/sealing.ts';
import type { InstallationsTable } from '../tables.ts';
import { createAuditRepository } from './audit-repository.ts';

const SHOWN_COLUMNS = [
  'team_id',
  'team_name',
  'enterprise_id',
  'bot_id',
  'bot_user_id',
  'app_id',
  'scopes',
  'installed_by',
  'installed_at',
] as const satisfies (keyof InstallationsTable)[];

const shownRow = z.object({
  team_id: z.string(),
  team_name: z.string(),
  enterprise_id: orUndefined(z.string()),
  bot_id: z.string(),
  bot_user_id: z.string(),
  app_id: z.string(),
  scopes: storedJson(z.array(z.string())),
  installed_by: z.string(),
  installed_at: storedTime,
});

/** The fields needed to act in a workspace and to remove it. */
type ReadableInstallation = Pick<Installation, 'teamId' | 'botId' | 'botUserId'> & {
  /** A secret; undefined if it can't be opened. */
  botToken: string | undefined;
  /** Undefined if it can't be read. */
  installedAt: number | undefined;
};

/** Other unreadable fields don't prevent acting in the workspace or uninstalling. */
const readableRow = z.object({
  bot_id: shownRow.shape.bot_id.catch(''),
  bot_user_id: shownRow.shape.bot_user_id.catch(''),
  installed_at: storedTime.optional().catch(undefined),
});

export type InstallationRepository = ReturnType<typeof createInstallationRepository>;

/** The workspaces that have installed the bot. The workspace repository removes them. */
export function createInstallationRepository(deps: {
  database: Database;
  sealer: Sealer;
  now: () => number;
  onUnreadable?: OnUnreadable;
}) {
  const { database, sealer, now } = deps;
  const note = (teamId: string, error: unknown) => deps.onUnreadable?.(teamId, error, 'installations');

  return {
    /** Undefined if the bot isn't installed (anymore). @throws SealError; z.ZodError if the row can't be read. */
    async find(teamId: string): Promise<Installation | undefined> {
      const row = await findRow(teamId);
      return row && { ...parseShown(row), botToken: sealer.open(row.sealed_token, tokenContext(row)) };
    },

    /** Like `find`, but with all fields that can be read. */
    async findReadable(teamId: string): Promise<ReadableInstallation | undefined> {
      const row = await findRow(teamId);
      if (row === undefined) return undefined;
      const { bot_id: botId, bot_user_id: botUserId, installed_at: installedAt } = readableRow.parse(row);
      return { teamId, botId, botUserId, installedAt, botToken: openToken(row) };
    },

    /** All workspaces that have the bot installed, with all fields that can be read. */
    async listTeams(): Promise<{ teamId: string }[]> {
      const rows = await database.kysely
        .selectFrom('installations')
        .select('team_id')
        .where('sealed_token', 'is not', null)
        .orderBy('team_id')
        .execute();
      return rows.map(({ team_id: teamId }) => ({ teamId }));
    },

    /** All workspaces that have the bot installed, without their tokens, oldest first. */
    async list(): Promise<(ShownInstallation | Unreadable)[]> {
      const rows = await database.kysely
        .selectFrom('installations')
        .select(SHOWN_COLUMNS)
        .where('sealed_token', 'is not', null)
        .orderBy('installed_at')
        .orderBy('team_id')
        .execute();
      return readRows(rows, parseShown, ({ team_id: id, installed_at: at }) => ({ id, at }), note);
    },

    /** Stores an installation in place of the previous one. All other data of the workspace stays as it is. */
    async save(installation: Omit<Installation, 'installedAt'>): Promise<Installation> {
      const { teamId } = installation;
      return database.transaction(async (within) => {
        const before = await within.kysely
          .selectFrom('installations')
          .select(['installed_at', 'sealed_token'])
          .where('team_id', '=', teamId)
          .executeTakeFirst();
        // The time identifies this installation, so it has to be different even if the clock was set back.
        const installedAt = Math.max(now(), (storedTime.safeParse(before?.installed_at).data ?? 0) + 1);
        const row = {
          team_name: installation.teamName,
          enterprise_id: installation.enterpriseId ?? null,
          sealed_token: sealer.seal(installation.botToken, tokenContext({ team_id: teamId })),
          bot_id: installation.botId,
          bot_user_id: installation.botUserId,
          app_id: installation.appId,
          scopes: JSON.stringify(installation.scopes),
          installed_by: installation.installedBy,
          installed_at: installedAt,
          removed_at: null,
        };
        await within.kysely
          .insertInto('installations')
          .values({ ...row, team_id: teamId })
          .onConflict((conflict) => conflict.column('team_id').doUpdateSet(row))
          .execute();
        const again: Record<string, string> =
          before?.sealed_token === undefined || before.sealed_token === null ? {} : { again: 'yes' };
        await createAuditRepository({ db: within, now }).add({
          teamId,
          userId: installation.installedBy,
          action: 'installed',
          requestId: undefined,
          details: again,
        });
        return { ...installation, installedAt };
      });
    },
  };

  async function findRow(teamId: string) {
    const row = await database.kysely
      .selectFrom('installations')
      .select([...SHOWN_COLUMNS, 'sealed_token'])
      .where('team_id', '=', teamId)
      .executeTakeFirst();
    return row === undefined || row.sealed_token === null ? undefined : { ...row, sealed_token: row.sealed_token };
  }

  function openToken({ team_id, sealed_token }: { team_id: string; sealed_token: string }): string | undefined {
    try {
      return sealer.open(sealed_token, tokenContext({ team_id }));
    } catch (error) {
      note(team_id, error);
      return undefined;
    }
  }
}

function parseShown(row: Pick<InstallationsTable, (typeof SHOWN_COLUMNS)[number]>): ShownInstallation {
  const parsed = shownRow.parse(row);
  return {
    teamId: parsed.team_id,
    teamName: parsed.team_name,
    enterpriseId: parsed.enterprise_id,
    botId: parsed.bot_id,
    botUserId: parsed.bot_user_id,
    appId: parsed.app_id,
    scopes: parsed.scopes,
    installedBy: parsed.installed_by,
    installedAt: parsed.installed_at,
  };
}
