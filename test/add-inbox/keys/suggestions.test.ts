import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Detection, Servers } from '../../../src/add-inbox/account/detection.ts';
import { NO_PRESETS } from '../../../src/add-inbox/keys/client-presets.ts';
import { type OwnerName, WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { createDetectServers } from '../../../src/app/detect-servers.ts';
import { createFindFormDefaults } from '../../../src/app/form-defaults.ts';

const ACME = { kind: 'client', name: 'Acme' } as const;
const NOT_FOUND: Detection = { kind: 'not_found' };
const BY_MX: Detection = { kind: 'servers', servers: serversAt('mx'), by: 'mx' };

function serversAt(host: string): Servers {
  const ports = { smtpPort: 587, imapPort: 993 };
  return { inboxType: 'CUSTOM_SMTP', provider: undefined, smtpHost: host, imapHost: host, ...ports };
}

/** The domain that is remembered last comes last. */
const findLastOf = (remembered: string[]) => async (_teamId: string, _owner: OwnerName, domain?: string) => {
  const found = domain === undefined ? remembered.at(-1) : remembered.find((each) => each === domain);
  return found === undefined ? undefined : { domain: found, dailyLimit: 17, servers: serversAt(found) };
};

for (const [what, owner, remembered, lookedUp, from] of [
  ['the inbox of the same domain', ACME, ['acme.com', 'b.com'], BY_MX, 'added_before acme.com'],
  ['what is looked up', ACME, ['b.com'], BY_MX, 'mx mx'],
  [
    'the last inbox of the client, where nothing is found',
    ACME,
    ['a.com', 'b.com'],
    NOT_FOUND,
    'added_for_client b.com',
  ],
  ['nothing, where the client has none', ACME, [], NOT_FOUND, 'not_found'],
  ['nothing of another domain of the workspace', WORKSPACE, ['b.com'], NOT_FOUND, 'not_found'],
  ['nothing of the client, where the domain is none', ACME, ['b.com'], { kind: 'no_such_domain' }, 'no_such_domain'],
] as const) {
  test(`servers come from ${what}`, async () => {
    const find = createDetectServers({ findLast: findLastOf([...remembered]), findServers: async () => lookedUp });
    const found = await find({ teamId: 'T1', userId: 'U1', owner, address: 'jane@ACME.com' });
    assert.equal(found.kind === 'servers' ? `${found.by} ${found.servers.smtpHost}` : found.kind, from);
  });
}

test('where the database fails the servers are looked up, and a public provider is never remembered', async () => {
  const findServers = async () => BY_MX;
  const failing = createDetectServers({ findLast: () => Promise.reject(new Error('down')), findServers });
  assert.equal(await failing({ teamId: 'T1', userId: 'U1', owner: ACME, address: 'jane@acme.com' }), BY_MX);
  const find = createDetectServers({ findLast: findLastOf(['gmail.com']), findServers });
  assert.equal(await find({ teamId: 'T1', userId: 'U1', owner: ACME, address: 'jane@gmail.com' }), BY_MX);
});

for (const [what, owner, preset, ofWorkspace, limit] of [
  ['the preset', ACME, 45, 20, 45],
  ['the workspace’s default', ACME, undefined, 20, 20],
  ['that of the client’s last inbox', ACME, undefined, undefined, 17],
  ['none, where only the workspace has added', WORKSPACE, undefined, undefined, undefined],
] as const) {
  test(`the daily limit is ${what}`, async () => {
    const findPresets = async () => ({ ...NO_PRESETS, dailyLimit: preset });
    const find = createFindFormDefaults({ findPresets, findLast: findLastOf(['acme.com']) });
    const found = await find('T1', owner, { defaultDailyLimit: ofWorkspace });
    assert.deepEqual(found, { dailyLimit: limit, namePattern: undefined });
  });
}
