import { after, before, beforeEach } from 'node:test';
import { type KeyOwner, WORKSPACE } from '../../../../src/add-inbox/keys/key-owner.ts';
import type { WorkspaceSettings } from '../../../../src/add-inbox/people/workspace-settings.ts';
import type { Database } from '../../../../src/storage/database.ts';
import { createAuditedStore } from '../../../../src/storage/requests/audited-store.ts';
import { type AuditRepository, createAuditRepository } from '../../../../src/storage/workspaces/audit-repository.ts';
import { createSettingsRepository } from '../../../../src/storage/workspaces/settings-repository.ts';
import { sampleClient } from '../../../add-inbox/keys/sample-key.ts';
import { testSealer } from '../../samples.ts';
import { emptyTables, type TestDatabases } from '../../test-databases.ts';

export const HOUR = 3_600_000;
export const ACME = sampleClient('Acme', 'C1');

export type AuditedSetUp = ReturnType<typeof setUpAudited>;

/** What the tests of the audit trail share, with a database that is empty before each of them. To be called in a `describe`. */
export function setUpAudited(databases: TestDatabases) {
  let db: Database;
  let time: number;
  let audit: AuditRepository;
  let store: ReturnType<typeof createAuditedStore>;
  const now = () => time;
  before(async () => {
    db = await databases.open();
  });
  after(() => databases.closeAll());
  beforeEach(async () => {
    await emptyTables(db);
    time = 1_700_000_000_000;
    audit = createAuditRepository({ db, now });
    store = createAuditedStore({ database: db, sealer: testSealer, owner: 'a', leaseMs: 10_000, now });
  });

  function pass(ms: number) {
    time += ms;
  }

  const keyOf = (teamId: string) => ({
    teamId,
    owner: WORKSPACE,
    apiKey: 'cs_live_first1234',
    storedBy: 'U1',
    status: 'works' as const,
    missingScopes: [],
  });

  const listed = async (teamId = 'T1') =>
    (await audit.page(teamId, { until: time, skip: 0, limit: 100 }))
      .toReversed()
      .map((entry) => ('unreadable' in entry ? ['unreadable'] : [entry.action, entry.userId, entry.details]));

  const saveKey = async (key: Omit<ReturnType<typeof keyOf>, 'owner'> & { owner: KeyOwner }) =>
    store.saveKey({ ...key, stamp: await store.keyStamp(key.teamId, key.owner) });

  const saveSettings = async (settings: WorkspaceSettings, userId = 'U1') =>
    store.saveSettings('T1', userId, settings, (await createSettingsRepository(db).findStamped('T1')).stamp);

  return { db: () => db, audit: () => audit, store: () => store, now, pass, keyOf, listed, saveKey, saveSettings };
}
