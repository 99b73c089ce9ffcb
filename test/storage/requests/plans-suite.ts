import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CompiledQuery, sql } from 'kysely';
import type { Database } from '../../../src/storage/database.ts';
import { createRateLimitRepository } from '../../../src/storage/rate-limit/rate-limit-repository.ts';
import { createRequestStore } from '../../../src/storage/requests/request-store.ts';
import { sampleAccount, sampleRequest, testSealer } from '../samples.ts';
import type { TestDatabases } from '../test-databases.ts';
import { recordQueries } from './record-queries.ts';

const FINISHED = 20_000;

/** A plan that reads all requests, or all slots. */
const READS_ALL = {
  postgres: /Seq Scan on (requests|coldsend_turns)/,
  sqlite: /SCAN (requests|coldsend_turns)(?! USING)/,
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
      await sql`analyze`.execute(db.kysely);
    });
    after(() => databases.closeAll());

    test('read no more of a large table than they need', async () => {
      const { database, queries } = recordQueries(db);
      const requests = createRequestStore({ database, ...deps });
      const slots = createRateLimitRepository({ database, limits, ...deps });
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
      await requests.findLastOf('T1', 'U1');
      await requests.claimDue(10);
      await slots.claimQueued(10);
      const hot = new Map(queries.map((query) => [query.sql, query]));
      assert.ok(hot.size >= 12, [...hot.keys()].join('\n'));
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
