import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { Kysely, sql } from 'kysely';
import { openDatabase } from '../../src/storage/open-database.ts';
import { createPostgresDialect } from '../../src/storage/postgres-database.ts';
import { DatabaseUnusableError } from '../../src/storage/storage-error.ts';
import type { Tables } from '../../src/storage/tables.ts';
import { testSealer } from './samples.ts';
import type { TestPostgres } from './start-postgres.ts';

export function describePostgresConnections(postgres: TestPostgres) {
  describe('connections to PostgreSQL', () => {
    test('64-bit integers and counts are numbers', async () => {
      const db = await openDatabase(await postgres.createDatabase(), { sealer: testSealer });
      const { rows } = await sql<{
        big: unknown;
        count: unknown;
      }>`select 9007199254740991 as big, count(*) as count`.execute(db.kysely);
      assert.deepEqual(rows, [{ big: 9_007_199_254_740_991, count: 1 }]);
      await db.close();
    });

    test('a crash of PostgreSQL, in a transaction and beside it, is an error and not the end of the process', async () => {
      const lost: Error[] = [];
      const url = await postgres.createDatabase();
      const db = await openDatabase(url, { sealer: testSealer, onConnectionError: (error) => lost.push(error) });
      await db.check();
      await assert.rejects(
        db.transaction(async (within) => {
          await sql`select 1`.execute(within.kysely);
          await postgres.crash();
          await sql`select 1`.execute(within.kysely);
        }),
      );
      await assert.rejects(db.check());
      assert.ok(lost.length > 0);

      await postgres.start();
      await db.check();
      await db.close();
    });

    test('a connection that no longer answers is given up, and the next query gets another', async (t) => {
      const url = new URL(await postgres.createDatabase());
      const proxy = await startProxy(Number(url.port));
      url.port = String(proxy.port);
      const kysely = new Kysely<Tables>({
        dialect: createPostgresDialect(url.href, {
          poolSize: 1,
          timeouts: { statementMs: 5_000, answerMs: 200 },
          onConnectionError: () => {},
        }),
      });
      t.after(async () => {
        await proxy.stop();
        await kysely.destroy();
      });
      await sql`select 1`.execute(kysely);
      proxy.swallowEverything();
      await assert.rejects(sql`select 1`.execute(kysely), /Query read timeout/);
      await sql`select 1`.execute(kysely);
      assert.equal(proxy.connections(), 2);
    });

    test('a server that is not there or refuses the password is named in a sentence, without the password', async () => {
      const url = new URL(await postgres.createDatabase());
      const { password } = url;
      url.port = '1';
      await assert.rejects(openDatabase(url.href, { sealer: testSealer }), (error) => {
        assert.ok(error instanceof DatabaseUnusableError);
        assert.match(error.message, /ECONNREFUSED/);
        assert.ok(!error.message.includes(password));
        return true;
      });
      const wrong = new URL(await postgres.createDatabase());
      wrong.password = 'planted-secret';
      await assert.rejects(openDatabase(wrong.href, { sealer: testSealer }), (error) => {
        assert.ok(error instanceof DatabaseUnusableError);
        assert.match(error.message, /password authentication failed/);
        assert.ok(!error.message.includes('planted-secret'));
        return true;
      });
    });
  });
}

/** Passes bytes on until told to swallow those of the connections there are; later ones are passed on again. */
async function startProxy(target: number) {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    connections += 1;
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    client.pipe(upstream).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    connections: () => connections,
    swallowEverything() {
      for (const socket of sockets) {
        socket.unpipe();
        socket.resume();
      }
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
