import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CompiledQuery, sql } from 'kysely';
import type { Database } from '../../../src/storage/database.ts';
import { createRateLimitRepository } from '../../../src/storage/rate-limit/rate-limit-repository.ts';
import { createBatchRepository } from '../../../src/storage/requests/batches/batch-repository.ts';
import { createRequestStore } from '../../../src/storage/requests/request-store.ts';
import { createAuditRepository } from '../../../src/storage/workspaces/audit-repository.ts';
import { sampleAccount, sampleRequest, testSealer } from '../samples.ts';
import type { TestDatabases } from '../test-databases.ts';
import { recordQueries } from './record-queries.ts';

const FINISHED = 20_000;
const QUEUED = 5_000;

/** A plan that reads all requests, all unfinished ones, all slots, or the whole audit trail. */
const READS_ALL = {
  postgres:
    /Seq Scan on (requests|coldsend_turns|audit_entries)|Scan (using|on) requests_unfinished\b[^}]*\}(?!,\s*\{[^}]*Index Cond)/,
  sqlite: /SCAN (requests|coldsend_turns|audit_entries)/,
};

export function describePlans(databases: TestDatabases) {
  describe(`the plans of the hottest queries on ${databases.kind}`, () => {
    let db: Database;
    const deps = { sealer: testSealer, owner: 'a', leaseMs: 60_000, now: Date.now };
    const limits = [{ requests: 100, seconds: 60 }];
    before(async () => {
      db = await databases.open();
      await createRequestStore({ database: db, ...deps }).accept(sampleRequest('first'));
      const account = JSON.stringify(sampleAccount);
      await sql`
        with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(FINISHED)})
        insert into requests (id, team_id, user_id, view_id, channel_id, state, account, not_before, tries, accepted_at,
          settled_at, told_at, fence)
        select 'R' || i, 'T' || i % 500, 'U' || i % 900, 'V' || i, 'C1', 'told', ${account}, i, 0, i, i, i, 1 from n
      `.execute(db.kysely);
      await sql`
        with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(FINISHED)})
        insert into coldsend_turns (key_fingerprint, taken_at, place, team_id, user_id)
        select 'key-' || i % 500, i, 0, 'T1', 'U1' from n
      `.execute(db.kysely);
      const tomorrow = sql.lit(Date.now() + 24 * 60 * 60 * 1000);
      await sql`
        with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(QUEUED)})
        insert into requests (id, team_id, user_id, view_id, channel_id, state, account, waits_for, turn_of, not_before,
          tries, accepted_at, expires_at, batch_id, line, fence)
        select 'Q' || i, 'T' || i % 50, 'U1', 'Q' || i, 'C1', 'announced', ${account}, 'rate_limited', 'queued-' || i % 50,
          ${tomorrow}, 0, i, ${tomorrow}, 'B' || i % 50, i, 0 from n
      `.execute(db.kysely);
      await sql`
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 50)
        insert into batches (id, team_id, user_id, channel_id, key_channel_id, client, state, total, results_posted,
          not_before, tries, created_at, confirmed_at, fence)
        select 'B' || i, 'T' || i, 'U1', 'C1', '', '', 'running', 100, 0, i, 0, i, i, 0 from n
      `.execute(db.kysely);
      await sql`
        with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(FINISHED)})
        insert into audit_entries (id, team_id, at, action, details)
        select 'A' || i, 'T' || i % 500, i, 'inbox_requested', '{}' from n
      `.execute(db.kysely);
      await sql`analyze`.execute(db.kysely);
    });
    after(() => databases.closeAll());

    test('read no more of a large table than they need', async () => {
      const { database, queries } = recordQueries(db);
      const requests = createRequestStore({ database, ...deps });
      const slots = createRateLimitRepository({ database, limits, ...deps });
      const batches = createBatchRepository({ database, ...deps });
      const audit = createAuditRepository({ db: database, now: Date.now });
      // The first looks at all unfinished ones, for times that are absurd.
      await requests.claimDue(1);
      queries.length = 0;
      const accepted = await requests.accept(sampleRequest('1'));
      assert.ok('fence' in accepted.request);
      const taken = await slots.take({ ...accepted.request, state: 'announced' }, 'key-1');
      await requests.openPasswords(taken.request);
      const outcome = { kind: 'expired' } as const;
      const settled = await requests.advance(taken.request, { state: 'settled', outcome });
      await requests.advance(settled, { replyTs: '1.2' });
      await requests.renew([settled]);
      await requests.advance(settled, { state: 'reported' }, { release: true });
      await requests.findByView('T1', 'view-1');
      await requests.find('T1', 'request-1');
      await requests.latest('T1', { limit: 10 });
      await requests.latest('T1', { limit: 10, outcome: 'added' });
      await requests.findThreads('T1', ['request-1']);
      await requests.findSuccessor('T1', 'request-1');
      await requests.findLastOf('T1', 'U1');
      await requests.claimDue(10);
      const { armed } = await slots.claimQueued(100);
      assert.ok(armed.length > 0);
      const [batch] = await batches.claimDue(1);
      assert.ok(batch);
      await batches.renew([batch]);
      await batches.mayStart(batch);
      await batches.countProgress(batch.id);
      await batches.listRows(batch.id);
      await batches.release(batch, Date.now());
      await batches.latest('T1', { limit: 10 });
      await audit.page('T1', { limit: 10 });
      const hot = new Map(queries.map((query) => [query.sql, query]));
      assert.ok(hot.size >= 25, [...hot.keys()].join('\n'));
      for (const { sql: text, parameters } of hot.values()) {
        const plan = await explain(db, text, parameters);
        assert.doesNotMatch(plan, READS_ALL[databases.kind], `${text}\n${plan}`);
      }
    });
  });
}

async function explain({ kind, kysely }: Database, text: string, parameters: readonly unknown[]): Promise<string> {
  const verb = kind === 'sqlite' ? 'explain query plan' : 'explain';
  const { rows } = await kysely.executeQuery(CompiledQuery.raw(`${verb} ${text}`, [...parameters]));
  return JSON.stringify(rows, undefined, 1);
}
