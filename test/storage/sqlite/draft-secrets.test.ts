import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { DRAFT_TTL_MS } from '../../../src/add-inbox/batch/batch.ts';
import type { Database } from '../../../src/storage/database.ts';
import { createBatchRepository } from '../../../src/storage/requests/batches/batch-repository.ts';
import { createDraftRepository } from '../../../src/storage/requests/batches/draft-repository.ts';
import { createRequestStore } from '../../../src/storage/requests/request-store.ts';
import { findSecrets } from '../../acceptance/world/find-secrets.ts';
import { DAY, draftOf, rowsOf } from '../requests/batches/batch-set-up.ts';
import { testSealer } from '../samples.ts';
import { setUpSqlite } from './sqlite-set-up.ts';

const { folder, databases } = await setUpSqlite();

const ROWS = 150;
const TIME = 1_700_000_000_000;

const secrets = {
  'SMTP password': `"'\\<&>%+ ü€smtp-${randomBytes(12).toString('hex')}`,
  'IMAP password': `imap-${randomBytes(12).toString('hex')}`,
};
const passwords = { smtp_password: secrets['SMTP password'], imap_password: secrets['IMAP password'] };

const draft = draftOf('one', ROWS);
const planted = {
  ...draft,
  rows: draft.rows.map(({ line, account }) => ({ line, account: { ...account, ...passwords } })),
};

function storesOf(database: Database, now: () => number) {
  const held = { database, sealer: testSealer, owner: 'a', leaseMs: 60_000, now };
  return {
    drafts: createDraftRepository(held),
    batches: createBatchRepository(held),
    requests: createRequestStore(held),
  };
}

type Stores = ReturnType<typeof storesOf>;

/** The ways that a draft's passwords come to their end. */
const ENDS: Record<string, (stores: Stores, pass: (ms: number) => void) => Promise<unknown>> = {
  'it is discarded': ({ drafts }) => drafts.discard('T1', 'U1', draft.id),
  'a later one replaces it': ({ drafts }) => drafts.save({ ...draft, id: 'later', rows: [] }),
  'nobody confirms it, and the bot works': async ({ batches }, pass) => {
    pass(DRAFT_TTL_MS);
    for (const claimed of await batches.claimDue(1)) await batches.discard(claimed);
  },
  'nobody confirms it, and only the housekeeping works': ({ batches }, pass) => {
    pass(DRAFT_TTL_MS + 1);
    return batches.deleteOldDrafts();
  },
  'it is confirmed and its rows are settled': async (stores) => {
    const { requests } = stores;
    await confirm(stores, TIME);
    for (const row of await requests.claimDue(ROWS)) {
      await requests.advance(row, { state: 'reported', outcome: { kind: 'expired' } }, { release: true });
    }
  },
  'it is confirmed and stopped': async (stores) => {
    await confirm(stores, TIME + DAY);
    await stores.batches.stop('T1', draft.id, 'U1');
  },
};

async function confirm({ drafts }: Stores, expiresAt: number): Promise<void> {
  const rows = rowsOf('one', ROWS).map((row) => ({ ...row, passwords }));
  assert.equal((await drafts.confirm(draft, rows, expiresAt)).kind, 'confirmed');
}

for (const [when, end] of Object.entries(ENDS)) {
  test(`a draft's passwords are on disk sealed only, and not at all once ${when}`, async () => {
    const path = folder.createPath();
    const read = () => readdirSync(dirname(path)).map((name) => readFileSync(join(dirname(path), name)));
    const find = () => read().flatMap((bytes) => findSecrets(bytes, secrets));
    let time = TIME;
    const database = await databases.open(`sqlite:${path}`);
    const stores = storesOf(database, () => time);
    await stores.drafts.save(planted);
    const pieces = await database.kysely.selectFrom('batch_drafts').select('sealed').execute();
    assert.equal(pieces.length, 2);
    const sealed = Object.fromEntries(pieces.map((piece, index) => [`piece ${index}`, piece.sealed.slice(-200)]));
    assert.notDeepEqual(
      read().flatMap((bytes) => findSecrets(bytes, sealed)),
      [],
    );
    assert.deepEqual(find(), []);
    await end(stores, (ms) => {
      time += ms;
    });
    assert.deepEqual(find(), []);
    for (const table of ['batch_drafts', 'request_passwords'] as const) {
      assert.deepEqual(await database.kysely.selectFrom(table).selectAll().execute(), []);
    }
    await databases.closeAll();
    assert.deepEqual(
      read().flatMap((bytes) => findSecrets(bytes, sealed)),
      [],
      'nor the sealed value',
    );
  });
}
