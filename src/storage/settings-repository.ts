import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { DEFAULT_SETTINGS, type WorkspaceSettings } from '../add-inbox/workspace-settings.ts';
import type { Executor } from './database.ts';
import { prepareQuery } from './prepare-query.ts';
import { stampOf } from './stamp.ts';
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

/** `stamp` is another one after each change, also where a later change has taken an earlier one back. */
export type StampedSettings = { settings: WorkspaceSettings; stamp: string };

export type SettingsRepository = ReturnType<typeof createSettingsRepository>;

/** What the admins of each workspace have set. Read whenever it matters, so that a change is in force at once everywhere. */
export function createSettingsRepository(db: Executor) {
  return {
    findStamped,

    async find(teamId: string): Promise<WorkspaceSettings> {
      return (await findStamped(teamId)).settings;
    },

    async save(teamId: string, settings: WorkspaceSettings): Promise<void> {
      const row = { settings: JSON.stringify({ ...settings, revision: randomUUID() }) };
      await db.kysely
        .insertInto('workspace_settings')
        .values({ ...row, team_id: teamId })
        .onConflict((conflict) => conflict.column('team_id').doUpdateSet(row))
        .execute();
    },
  };

  async function findStamped(teamId: string): Promise<StampedSettings> {
    const [row] = (await findSettings(db, { teamId })).rows;
    if (row === undefined) return { settings: DEFAULT_SETTINGS, stamp: 'none' };
    const { resultsChannelId, defaultDailyLimit, ...rest } = settingsJson.parse(row.settings);
    return { settings: { ...rest, resultsChannelId, defaultDailyLimit }, stamp: stampOf(row.settings) };
  }
}
