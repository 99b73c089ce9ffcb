import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { AccountToAdd } from '../../../../src/add-inbox/account/sender-account.ts';
import { type KeyName, type KeyOwner, WORKSPACE } from '../../../../src/add-inbox/keys/key-owner.ts';
import type { Outcome } from '../../../../src/add-inbox/request/outcome.ts';
import type { Database } from '../../../../src/storage/database.ts';
import { createRequestStore } from '../../../../src/storage/requests/request-store.ts';
import { createAdminChanges } from '../../../../src/storage/workspaces/admin-changes.ts';
import { createAuditRepository } from '../../../../src/storage/workspaces/audit-repository.ts';
import { createClientRemoval } from '../../../../src/storage/workspaces/clients/client-removal.ts';
import { createRememberedRepository } from '../../../../src/storage/workspaces/clients/remembered-repository.ts';
import { createColdsendKeyRepository } from '../../../../src/storage/workspaces/coldsend-key-repository.ts';
import { createWorkspaceRepository } from '../../../../src/storage/workspaces/workspace-repository.ts';
import { sampleAccount, sampleRequest, testSealer } from '../../samples.ts';
import { emptyTables, type TestDatabases } from '../../test-databases.ts';
import { listEntries } from '../list-entries.ts';

const ACME: KeyName = { kind: 'client', name: 'Acme', channelId: 'C1' };
const ALL = { contains: '', skip: 0, limit: 100 };

const ADDED: Outcome = {
  kind: 'added',
  account: {
    inbox_id: 'i-1',
    email_address: 'jane@acme.com',
    display_name: 'Jane',
    inbox_type: 'CUSTOM_SMTP',
    daily_limit: 30,
    overall_status: 'ACTIVE',
  },
};
const OTHER_OUTCOMES: Outcome[] = [
  { kind: 'refused', reason: 'Connection failed', fields: [] },
  { kind: 'expired' },
  { kind: 'unknown', why: 'answer_lost' },
];

export function describeRemembered(databases: TestDatabases) {
  describe(`what is remembered of added inboxes on ${databases.kind}`, () => {
    let db: Database;
    let time: number;
    const unreadable: string[] = [];
    const now = () => time;
    const remembered = () => createRememberedRepository(db, (id) => void unreadable.push(id));
    const store = () => createRequestStore({ database: db, sealer: testSealer, owner: 'a', leaseMs: 10_000, now });
    const changes = () => createAdminChanges({ database: db, sealer: testSealer, owner: 'a', leaseMs: 10_000, now });
    const keys = () => createColdsendKeyRepository({ db, sealer: testSealer, now });
    const domainsOf = async (owner: KeyName) => (await remembered().page('T1', owner, ALL)).map(({ domain }) => domain);

    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());
    beforeEach(async () => {
      await emptyTables(db);
      time = 1_700_000_000_000;
      await saveKey(WORKSPACE);
      await saveKey({ kind: 'client', name: 'Acme', channelIds: ['C1'] });
    });

    function saveKey(owner: KeyOwner) {
      const key = { teamId: 'T1', owner, apiKey: 'cs_live_1', storedBy: 'U1', missingScopes: [] };
      return keys().save({ ...key, status: 'works' });
    }

    /** A request with this address ends so. */
    async function end(address: string, change: Partial<AccountToAdd> = {}, outcome = ADDED, keyName = ACME) {
      time += 1;
      const account = { ...sampleAccount, email_address: address, ...change };
      const accepted = await store().accept(sampleRequest(`${time}`, { account, keyName }));
      assert.ok('fence' in accepted.request);
      const armed = await store().advance(accepted.request, { state: 'armed' });
      return store().advance(armed, { state: 'settled', outcome });
    }

    test('the servers and the limit of the inbox that was added last with a domain, and no name of anybody', async () => {
      await end('jane@acme.com', { smtp_host: 'first.acme.com' });
      await end('Bob@ACME.com', { smtp_host: 'second.acme.com', smtp_port: 2525, smtp_use_tls: false, daily_limit: 7 });
      for (const outcome of OTHER_OUTCOMES) await end('eve@acme.com', { smtp_host: 'failed.acme.com' }, outcome);
      await end('jane@acme.com', { smtp_host: 'own.acme.com' }, ADDED, WORKSPACE);
      const found = await remembered().findLast('T1', ACME, 'acme.com');
      assert.deepEqual(found, {
        domain: 'acme.com',
        dailyLimit: 7,
        servers: {
          inboxType: 'CUSTOM_SMTP',
          provider: undefined,
          smtpHost: 'second.acme.com',
          smtpPort: 2525,
          smtpUseTls: false,
          imapHost: 'imap.acme.com',
          imapPort: 993,
          imapUseSsl: false,
        },
      });
      assert.equal((await remembered().findLast('T1', WORKSPACE, 'acme.com'))?.servers.smtpHost, 'own.acme.com');
      assert.equal(await remembered().findLast('T2', ACME, 'acme.com'), undefined);
      assert.equal(await remembered().findLast('T1', ACME, 'cme.com'), undefined);
      const rows = JSON.stringify(await db.kysely.selectFrom('remembered').selectAll().execute());
      assert.doesNotMatch(rows, /jane|bob|Dœ|p4ss|U1/i);
    });

    test('the last one of a client, whatever its domain, and domains in ASCII', async () => {
      await end('jane@acme.com', { daily_limit: 10 });
      await end('jane@müller.de', { daily_limit: 20 });
      assert.equal((await remembered().findLast('T1', ACME))?.dailyLimit, 20);
      assert.equal((await remembered().findLast('T1', ACME, 'xn--mller-kva.de'))?.dailyLimit, 20);
      await end('bob@acme.com', { daily_limit: 30 });
      assert.equal((await remembered().findLast('T1', ACME))?.dailyLimit, 30);
    });

    test('an admin forgets one domain, all of a client, or all, with an audit entry where there was something', async () => {
      for (const domain of ['a.com', 'b.com', 'c.com']) await end(`jane@${domain}`);
      await end('jane@own.com', {}, ADDED, WORKSPACE);
      await changes().forget('T1', 'UA', { owner: ACME, domain: 'b.com' });
      await changes().forget('T1', 'UA', { owner: ACME, domain: 'b.com' });
      await changes().forget('T2', 'UA', {});
      assert.deepEqual([await domainsOf(ACME), await domainsOf(WORKSPACE)], [['a.com', 'c.com'], ['own.com']]);
      await changes().forget('T1', 'UA', { owner: ACME });
      assert.deepEqual([await domainsOf(ACME), await domainsOf(WORKSPACE)], [[], ['own.com']]);
      await end('jane@a.com');
      await Promise.all([changes().forget('T1', 'UA', {}), changes().forget('T1', 'UB', {})]);
      assert.deepEqual([await domainsOf(ACME), await domainsOf(WORKSPACE)], [[], []]);
      const entries = await listEntries(createAuditRepository({ db, now }), 'T1');
      assert.deepEqual(
        entries
          .filter(([action]) => action === 'forgotten')
          .map(([, , details]) => JSON.stringify(details))
          .toSorted(),
        ['{"client":"Acme","domain":"b.com","domains":"1"}', '{"client":"Acme","domains":"2"}', '{"domains":"2"}'],
      );
    });

    test('a removed client is forgotten, also by a request that was being sent meanwhile', async () => {
      await end('jane@acme.com');
      await end('jane@own.com', {}, ADDED, WORKSPACE);
      const sent = await store().accept(sampleRequest('sent', { keyName: ACME }));
      assert.ok('fence' in sent.request);
      const armed = await store().advance(sent.request, { state: 'armed' });
      const [, acme] = await keys().list('T1');
      const removal = createClientRemoval({ database: db, sealer: testSealer, now });
      assert.equal(await removal.removeClient('T1', 'UA', ACME, acme?.revision ?? ''), 0);
      await store().advance(armed, { state: 'settled', outcome: ADDED });
      assert.deepEqual([await domainsOf(ACME), await domainsOf(WORKSPACE)], [[], ['own.com']]);
      await saveKey({ kind: 'client', name: 'Acme', channelIds: ['C1'] });
      assert.equal(await remembered().findLast('T1', ACME), undefined);
    });

    test('a workspace that uninstalls is forgotten, and still is when it installs the bot again', async () => {
      await end('jane@acme.com');
      await createWorkspaceRepository({ database: db, now }).clear('T1', 'app_uninstalled');
      await saveKey({ kind: 'client', name: 'Acme', channelIds: ['C1'] });
      assert.deepEqual(await domainsOf(ACME), []);
    });

    test('of ten thousand domains one page is read, in order, and those that contain a text', async () => {
      const row = { team_id: 'T1', client: 'Acme', added_at: 1 };
      await end('jane@zzz.com');
      const { inbox } = await db.kysely.selectFrom('remembered').select('inbox').executeTakeFirstOrThrow();
      const names = Array.from({ length: 10_000 }, (_, index) => `d${String(index).padStart(5, '0')}.com`);
      for (let from = 0; from < names.length; from += 1_000) {
        const piece = names.slice(from, from + 1_000).map((domain) => ({ ...row, domain, inbox }));
        await db.kysely.insertInto('remembered').values(piece).execute();
      }
      const page = async (contains: string, skip: number) =>
        (await remembered().page('T1', ACME, { contains, skip, limit: 3 })).map(({ domain }) => domain);
      assert.deepEqual(await page('', 9_998), ['d09998.com', 'd09999.com', 'zzz.com']);
      assert.deepEqual(await page('777', 0), ['d00777.com', 'd01777.com', 'd02777.com']);
      assert.deepEqual([await page('%', 0), await page('_', 0), await page('!', 0)], [[], [], []]);
    });

    test('a row that nobody can read is none in a form, and hides no others in the list', async () => {
      await end('jane@a.com');
      await end('jane@b.com');
      await db.kysely.updateTable('remembered').set({ inbox: '{' }).where('domain', '=', 'b.com').execute();
      assert.equal(await remembered().findLast('T1', ACME, 'b.com'), undefined);
      const listed = await remembered().page('T1', ACME, ALL);
      assert.deepEqual(
        listed.map(({ domain, servers }) => [domain, servers === undefined]),
        [
          ['a.com', false],
          ['b.com', true],
        ],
      );
      assert.ok(unreadable.includes('b.com'));
    });
  });
}
