import { z } from 'zod';
import { DEFAULT_SETTINGS, type WorkspaceSettings } from '../add-inbox/workspace-settings.ts';
import type { Executor } from './database.ts';
import { prepareQuery } from './prepare-query.ts';
import { storedJson } from './stored-json.ts';

/** What an older version has not stored is as it is by default. */
const settingsJson = storedJson(
  z.object({
    whoMayAdd: z
      .discriminatedUnion('kind', [
        z.object({ kind: z.literal('everyone') }),
        z.object({ kind: z.literal('admins') }),
        z.object({ kind: z.literal('chosen'), userIds: z.array(z.string()), userGroupIds: z.array(z.string()) }),
      ])
      .default(DEFAULT_SETTINGS.whoMayAdd),
    resultsChannelId: z.string().optional(),
    defaultDailyLimit: z.number().optional(),
    elsewhere: z.enum(['workspace_key', 'nothing']).default(DEFAULT_SETTINGS.elsewhere),
  }),
);

const findSettings = prepareQuery((kysely, { teamId }: { teamId: string }) =>
  kysely.selectFrom('workspace_settings').select('settings').where('team_id', '=', teamId),
);

export type SettingsRepository = ReturnType<typeof createSettingsRepository>;

/** What the admins of each workspace have set. Read whenever it matters, so that a change is in force at once everywhere. */
export function createSettingsRepository(db: Executor) {
  return {
    async find(teamId: string): Promise<WorkspaceSettings> {
      const [row] = (await findSettings(db, { teamId })).rows;
      if (row === undefined) return DEFAULT_SETTINGS;
      const { resultsChannelId, defaultDailyLimit, ...rest } = settingsJson.parse(row.settings);
      return { ...rest, resultsChannelId, defaultDailyLimit };
    },

    async save(teamId: string, settings: WorkspaceSettings): Promise<void> {
      const row = { settings: JSON.stringify(settings) };
      await db.kysely
        .insertInto('workspace_settings')
        .values({ ...row, team_id: teamId })
        .onConflict((conflict) => conflict.column('team_id').doUpdateSet(row))
        .execute();
    },
  };
}
