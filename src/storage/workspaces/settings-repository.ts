import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { DEFAULT_SETTINGS, type WhoMayAdd, type WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import type { Executor } from '../database.ts';
import { type Given, prepare } from '../rows/prepare.ts';
import type { OnUnreadable } from '../rows/read-rows.ts';
import { storedJson } from '../rows/stored-json.ts';
import { stampOf } from './stamp.ts';

const whoMayAdd: z.ZodType<WhoMayAdd> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('everyone') }),
  z.object({ kind: z.literal('admins') }),
  z.object({ kind: z.literal('chosen'), userIds: z.array(z.string()), userGroupIds: z.array(z.string()) }),
]);

/** Settings as they are stored. A setting that an older version did not store has its default. */
const settingsObject = z.object({
  whoMayAdd: whoMayAdd.default(DEFAULT_SETTINGS.whoMayAdd),
  resultsChannelId: z.string().optional(),
  defaultDailyLimit: z.int().min(1).optional(),
  elsewhere: z.enum(['workspace_key', 'nothing']).default('workspace_key'),
  passwordsIn: z.enum(['slack_or_page', 'secure_page']).default('slack_or_page'),
  matchingCode: z.boolean().default(false),
  checkLoginFirst: z.boolean().default(false),
});

const settingsJson = storedJson(settingsObject);

type StoredSettings = z.output<typeof settingsObject>;

/** A value that can't be read is replaced by the strictest one. A newer version may have a choice that is stricter than ours. */
const CLOSED: StoredSettings = {
  whoMayAdd: { kind: 'unreadable' },
  resultsChannelId: undefined,
  defaultDailyLimit: undefined,
  elsewhere: 'nothing',
  passwordsIn: 'secure_page',
  matchingCode: true,
  checkLoginFirst: false,
};

/** The readable settings, each read separately. */
const readableJson = storedJson(
  z.object({
    whoMayAdd: settingsObject.shape.whoMayAdd.or(z.unknown().transform(() => CLOSED.whoMayAdd)),
    resultsChannelId: settingsObject.shape.resultsChannelId.catch(CLOSED.resultsChannelId),
    defaultDailyLimit: settingsObject.shape.defaultDailyLimit.catch(CLOSED.defaultDailyLimit),
    elsewhere: settingsObject.shape.elsewhere.catch(CLOSED.elsewhere),
    passwordsIn: settingsObject.shape.passwordsIn.catch(CLOSED.passwordsIn),
    matchingCode: settingsObject.shape.matchingCode.catch(CLOSED.matchingCode),
    checkLoginFirst: settingsObject.shape.checkLoginFirst.catch(CLOSED.checkLoginFirst),
  }),
);

const findRow = prepare((kysely, given: Given<{ teamId: string }>) =>
  kysely.selectFrom('workspace_settings').select('settings').where('team_id', '=', given('teamId')),
);

/** `stamp` differs after each change, even if a later change restores an earlier value. */
type StampedSettings = { settings: WorkspaceSettings; stamp: string };

/**
 * The settings of each workspace. They are read at each use, so that a change takes effect at once on all replicas.
 *
 * @param hasLoginChecks false where the operator has switched the bot's logins off
 */
export function createSettingsRepository(
  db: Executor,
  onUnreadable: OnUnreadable = () => {},
  hasLoginChecks: boolean = true,
) {
  return {
    findStamped,

    async find(teamId: string): Promise<WorkspaceSettings> {
      return (await findStamped(teamId)).settings;
    },

    async save(teamId: string, settings: WorkspaceSettings): Promise<void> {
      const row = { settings: JSON.stringify({ ...toStored(settings), revision: randomUUID() }) };
      await db.kysely
        .insertInto('workspace_settings')
        .values({ ...row, team_id: teamId })
        .onConflict((conflict) => conflict.column('team_id').doUpdateSet(row))
        .execute();
    },
  };

  async function findStamped(teamId: string): Promise<StampedSettings> {
    const [row] = await findRow(db, { teamId });
    if (row === undefined) return { settings: shown(DEFAULT_SETTINGS), stamp: 'none' };
    const parsed = settingsJson.safeParse(row.settings);
    if (!parsed.success) onUnreadable(teamId, parsed.error, 'workspace_settings');
    const stored = parsed.data ?? readableJson.safeParse(row.settings).data ?? CLOSED;
    return { settings: shown(fromStored(stored)), stamp: stampOf(row.settings) };
  }

  function shown(settings: WorkspaceSettings): WorkspaceSettings {
    return hasLoginChecks ? settings : { ...settings, checkLoginFirst: undefined };
  }
}

function toStored({ channelsWithoutClient, checkLoginFirst = false, ...rest }: WorkspaceSettings): StoredSettings {
  const elsewhere = channelsWithoutClient === 'blocked' ? 'nothing' : channelsWithoutClient;
  return { ...rest, elsewhere, checkLoginFirst };
}

function fromStored({ elsewhere, ...rest }: StoredSettings): WorkspaceSettings {
  const { whoMayAdd, resultsChannelId, defaultDailyLimit, checkLoginFirst, passwordsIn, matchingCode } = rest;
  const channelsWithoutClient = elsewhere === 'nothing' ? 'blocked' : elsewhere;
  return {
    whoMayAdd,
    resultsChannelId,
    defaultDailyLimit,
    channelsWithoutClient,
    checkLoginFirst,
    passwordsIn,
    matchingCode,
  };
}
