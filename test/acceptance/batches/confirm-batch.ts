import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RowAccount } from '../../../src/add-inbox/batch/check-rows.ts';
import { createDrafts } from '../../../src/add-inbox/batch/drafts.ts';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { openStores } from '../../../src/app/stores.ts';
import { parseConfig } from '../../../src/config.ts';
import type { World } from '../world/start-bot.ts';

/** Planted in each row; it must never come back. */
export const PASSWORD = 'planted-password-of-a-row';

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Rows of Google inboxes for these addresses, as a file has them. */
export function rowsFor(addresses: string[]): { line: number; account: RowAccount }[] {
  return addresses.map((email_address, index) => ({
    line: index + 2,
    account: { email_address, display_name: 'Jane Doe', inbox_type: 'GOOGLE_WORKSPACE', smtp_password: PASSWORD },
  }));
}

/** Commits a batch of the world's member while the bot is away, as a confirmed preview does. Resolves with its id. */
export async function confirmBatch(world: World, addresses: string[], fileName?: string): Promise<string> {
  await world.bot.stop();
  const config = parseConfig(world.env);
  const stores = await openStores(config, SILENT, Date.now, () => {});
  try {
    const drafts = createDrafts({
      store: stores.drafts,
      listFailed: stores.batches.listFailed,
      findServers: async () => ({ kind: 'not_found' }),
      listPresets: stores.presets.list,
      limits: config.coldsend.rateLimits,
      newId: randomUUID,
      onConfirmed: () => {},
      pause: nextTurn,
      now: Date.now,
    });
    const { teamId, userId } = world.member;
    const { id, checked } = await drafts.prepare({
      ...{ teamId, userId, channelId: world.channelId, resultsChannelId: undefined, keyName: WORKSPACE, fileName },
      ...{ fixOf: undefined, defaults: {}, rows: rowsFor(addresses) },
    });
    assert.deepEqual(new Set(checked.map(({ kind }) => kind)), new Set(['ready']));
    const confirmed = await drafts.confirm(
      { teamId, userId, id },
      { withHeld: false, withRefused: false, dailyLimit: undefined },
    );
    assert.equal(confirmed.kind, 'confirmed');
    return id;
  } finally {
    await stores.database.close();
  }
}
