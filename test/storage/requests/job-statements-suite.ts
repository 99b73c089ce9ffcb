import assert from 'node:assert/strict';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { after, describe, type TestContext, test } from 'node:test';
import pg from 'pg';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { createDoStep } from '../../../src/add-inbox/request/do-step.ts';
import { createRateLimitRepository } from '../../../src/storage/rate-limit/rate-limit-repository.ts';
import { createRequestStore } from '../../../src/storage/requests/request-store.ts';
import { createColdsendKeyRepository } from '../../../src/storage/workspaces/coldsend-key-repository.ts';
import { ADDED, ANNOUNCEMENT } from '../../add-inbox/worker/world/request-world.ts';
import { sampleRequest, testSealer } from '../samples.ts';
import type { TestDatabases } from '../test-databases.ts';

const ON_BOTH = {
  'select coldsend_keys': 1,
  'select coldsend_budgets': 1,
};

/**
 * A statement on its own is a commit, too, on PostgreSQL: the acceptance, the reply, and the end. On SQLite, each is in a group.
 * `with requests`: a change of a request, and all that belongs to it.
 */
const EXPECTED = {
  postgres: {
    ...ON_BOTH,
    begin: 2,
    commit: 2,
    // Accepted, armed, settled.
    'with requests': 3,
    'select pg_advisory_xact_lock': 1,
    // Its passwords, and the lock before it is settled.
    'select requests': 2,
    // Replied, reported.
    'update requests': 2,
  },
  sqlite: {
    ...ON_BOTH,
    begin: 5,
    commit: 5,
    savepoint: 3,
    release: 3,
    'insert requests': 1,
    'insert request_passwords': 1,
    'insert audit_entries': 2,
    'insert remembered': 1,
    'select requests': 1,
    'insert coldsend_turns': 1,
    'update requests': 4,
    'delete request_passwords': 1,
  },
};

export function describeJobStatements(databases: TestDatabases) {
  describe(`the statements of a job on ${databases.kind}`, () => {
    after(() => databases.closeAll());

    test('are no more than needed, from its acceptance to its end', async (context) => {
      const count = countStatements(context);
      const database = await databases.open();
      const deps = { database, sealer: testSealer, owner: 'a', leaseMs: 60_000, now: Date.now };
      const keys = createColdsendKeyRepository({ db: database, ...deps });
      const key = { teamId: 'T1', owner: WORKSPACE, apiKey: 'cs_live_x', storedBy: 'U1', missingScopes: [] };
      await keys.save({ ...key, status: 'works' });
      const requests = createRequestStore(deps);
      const { doStep } = createDoStep({
        requests,
        keys,
        slots: createRateLimitRepository({ ...deps, limits: [{ requests: 100, seconds: 60 }] }),
        delivery: {
          announce: async () => ({ kind: 'announced', announcement: ANNOUNCEMENT }),
          reply: async () => ({ kind: 'replied', ts: '1.2' }),
          refresh: async () => ({ kind: 'refreshed' }),
        },
        checkPermission: async () => ({ kind: 'may' }),
        addSenderAccount: async (_key, _account, isStillOurs) => (isStillOurs() ? ADDED : assert.fail('not sent')),
        isStillOurs: () => true,
        onStep: () => {},
        onSettled: () => {},
        onError: (_request, error) => assert.fail(String(error)),
        now: Date.now,
        random: Math.random,
      });
      count();
      const accepted = await requests.accept(sampleRequest('1'));
      assert.ok('fence' in accepted.request);
      for (let next: Awaited<ReturnType<typeof doStep>> = accepted.request; next !== undefined; )
        next = await doStep(next);
      assert.deepEqual(count(), EXPECTED[databases.kind]);
      assert.equal((await requests.find('T1', 'request-1'))?.state, 'reported');
    });
  });
}

/** How often each kind of statement was made since the last call. */
function countStatements({ mock }: TestContext): () => Record<string, number> {
  const queried = mock.method(pg.Client.prototype, 'query').mock;
  const executed = mock.method(DatabaseSync.prototype, 'exec').mock;
  const ran = [mock.method(StatementSync.prototype, 'all').mock, mock.method(StatementSync.prototype, 'run').mock];
  return () => {
    const made = [
      ...queried.calls.map(({ arguments: [query] }) => query),
      ...executed.calls.map(({ arguments: [sql] }) => sql),
      ...ran.flatMap(({ calls }) => calls.map(({ this: statement }) => statement)),
    ];
    for (const each of [queried, executed, ...ran]) each.resetCalls();
    return countEach(made.map(textOf).map(nameOf));
  };
}

/** A statement is made by its text, as a prepared one, or by what SQLite made of it. */
function textOf(made: unknown): string {
  if (made instanceof StatementSync) return made.sourceSQL;
  return typeof made === 'object' && made !== null && 'text' in made ? String(made.text) : String(made);
}

/** Its verb and the first of our tables, or else of what follows. */
function nameOf(sql: string): string {
  const [verb = '', next = ''] = sql.match(/\w+/g) ?? [];
  if (!['select', 'insert', 'update', 'delete', 'with'].includes(verb)) return verb;
  const table = /\b(?:from|into|update) "?(request|remembered|audit|coldsend)(\w*)/.exec(sql);
  return `${verb} ${table === null ? next : `${table[1]}${table[2]}`}`;
}

function countEach(names: string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, names.filter((each) => each === name).length]));
}
