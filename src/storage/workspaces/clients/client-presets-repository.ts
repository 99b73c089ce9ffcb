import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type ClientPresets, NO_PRESETS, type OwnedPresets } from '../../../add-inbox/keys/client-presets.ts';
import { fromStoredName, type OwnerName, toStoredName } from '../../../add-inbox/keys/key-owner.ts';
import type { Executor } from '../../database.ts';
import { type Given, prepare } from '../../rows/prepare.ts';
import type { OnUnreadable } from '../../rows/read-rows.ts';
import { storedJson } from '../../rows/stored-json.ts';
import { stampOf } from '../stamp.ts';

const presetsJson = storedJson(
  z.object({
    dailyLimit: z.int().min(1).optional(),
    namePattern: z.string().optional(),
    domains: z.array(z.string()).default([]),
  }),
);

const listRows = prepare((kysely, given: Given<{ teamId: string }>) =>
  kysely.selectFrom('client_presets').select(['client', 'presets']).where('team_id', '=', given('teamId')),
);

const findRow = prepare((kysely, given: Given<{ teamId: string; client: string }>) =>
  kysely
    .selectFrom('client_presets')
    .select('presets')
    .where('team_id', '=', given('teamId'))
    .where('client', '=', given('client')),
);

/** `stamp` differs after each change. */
type StampedPresets = { presets: ClientPresets; stamp: string };

/** The presets of each client. Those that can't be read count as none: they only suggest and warn. */
export function createClientPresetsRepository(db: Executor, onUnreadable: OnUnreadable = () => {}) {
  const { kysely } = db;
  return {
    findStamped,

    async find(teamId: string, owner: OwnerName): Promise<ClientPresets> {
      return (await findStamped(teamId, owner)).presets;
    },

    async list(teamId: string): Promise<OwnedPresets[]> {
      const rows = await listRows(db, { teamId });
      return rows.map(({ client, presets }) => ({ owner: fromStoredName(client), presets: read(teamId, presets) }));
    },

    async save(teamId: string, owner: OwnerName, presets: ClientPresets): Promise<void> {
      const row = { presets: JSON.stringify({ ...presets, revision: randomUUID() }) };
      await kysely
        .insertInto('client_presets')
        .values({ ...row, team_id: teamId, client: toStoredName(owner) })
        .onConflict((conflict) => conflict.columns(['team_id', 'client']).doUpdateSet(row))
        .execute();
    },

    async remove(teamId: string, owner: OwnerName): Promise<void> {
      await kysely
        .deleteFrom('client_presets')
        .where('team_id', '=', teamId)
        .where('client', '=', toStoredName(owner))
        .execute();
    },
  };

  async function findStamped(teamId: string, owner: OwnerName): Promise<StampedPresets> {
    const [row] = await findRow(db, { teamId, client: toStoredName(owner) });
    if (row === undefined) return { presets: NO_PRESETS, stamp: 'none' };
    return { presets: read(teamId, row.presets), stamp: stampOf(row.presets) };
  }

  function read(teamId: string, presets: string): ClientPresets {
    const parsed = presetsJson.safeParse(presets);
    if (!parsed.success) {
      onUnreadable(teamId, parsed.error, 'client_presets');
      return NO_PRESETS;
    }
    const { dailyLimit, namePattern, domains } = parsed.data;
    return { dailyLimit, namePattern, domains };
  }
}
