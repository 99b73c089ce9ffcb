import assert from 'node:assert/strict';
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import pg from 'pg';
import { createAuthority, createCertificate } from '../../../playground/local-mail/certificate.ts';
import { DatabaseUnusableError } from '../../../src/storage/database.ts';
import { openDatabase } from '../../../src/storage/open-database.ts';
import { inspectPostgres } from '../../../src/storage/postgres/inspect-postgres.ts';
import { testSealer } from '../samples.ts';
import type { TestPostgres } from './start-postgres.ts';

const HARD_PASSWORD = `p@ss/w#rd?%:'"é`;

/** PostgreSQL as companies have it: with TLS, roles and schemas; and each way that it can be wrong. */
export function describePostgresSetUps(postgres: TestPostgres) {
  describe('set-ups of PostgreSQL', () => {
    test('TLS: only with a certificate that the operator trusts, for the right name', async (t) => {
      const url = new URL(await postgres.createDatabase());
      url.hostname = 'localhost';
      await refused(withOptions(url, { sslmode: 'require' }), /remove sslmode from DATABASE_URL/);

      const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-tls-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const authorityFile = join(folder, 'authority.pem');
      writeFileSync(authorityFile, await turnTlsOn(url.href));
      await refused(withOptions(url, { sslmode: 'require' }), /Set sslrootcert=FILE in DATABASE_URL/);
      await refused(withOptions(url, { sslmode: 'verify-full', sslrootcert: '/no/file' }), /Check the files/);
      const trusted = { sslmode: 'require', sslrootcert: authorityFile };
      await refused(
        withOptions(url, trusted).replace('localhost', '127.0.0.1'),
        /Use the name that the certificate is for/,
      );
      for (const options of [trusted, { ...trusted, sslmode: 'verify-ca' }, { sslmode: 'no-verify' }]) {
        const db = await open(t, withOptions(url, options));
        const { rows } = await sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(db.kysely);
        assert.deepEqual(rows, [{ ssl: true }]);
        assert.equal((await inspectPostgres(withOptions(url, options))).isEncrypted, true);
      }
    });

    test('a user without rights but on a schema of its own, whose password has every kind of character', async (t) => {
      const { url, admin } = await createUser(postgres, 'owner_of_schema');
      await admin('create schema bot authorization owner_of_schema');
      await admin('alter role owner_of_schema set search_path = bot');
      const db = await open(t, url.replace(encodeURIComponent(HARD_PASSWORD), HARD_PASSWORD));
      await db.check();
      const tables = await admin(
        "select distinct schemaname from pg_tables where tablename in ('requests', 'migrations')",
      );
      assert.deepEqual(tables, [{ schemaname: 'bot' }]);
      const { user, schema, mayCreate, ownsTables } = await inspectPostgres(url);
      assert.deepEqual([user, schema, mayCreate, ownsTables], ['owner_of_schema', 'bot', true, true]);
      await admin('alter table bot.requests owner to postgres');
      assert.equal((await inspectPostgres(url)).ownsTables, false);
    });

    test('a doctor leaves an empty database as it is, and one of an older version too', async () => {
      const url = await postgres.createDatabase();
      const facts = await inspectPostgres(url);
      assert.deepEqual([facts.pooler, facts.isReadOnly], ['none', false]);
      const look = () => openDatabase(url, { sealer: testSealer, role: 'reader' });
      await assert.rejects(look(), /The database is empty\. Start the bot/);
      assert.deepEqual(await query(url, "select tablename from pg_tables where schemaname = 'public'"), []);
      const bot = await openDatabase(url, { sealer: testSealer });
      await bot.close();
      await (await look()).close();
      await query(url, 'delete from migrations where name = (select max(name) from migrations)');
      await assert.rejects(look(), /lacks \d{4}-\S+\. Start this version of the bot/);
      await assert.rejects(look(), /lacks/, 'it is not added by looking');
    });

    test('a user that may not create tables, and a schema that is not there', async () => {
      const { url, admin } = await createUser(postgres, 'stranger');
      assert.equal((await inspectPostgres(url)).mayCreate, false);
      await refused(url, /permission denied for schema public\. Let the user in DATABASE_URL create tables/);
      await admin('alter role stranger set search_path = gone');
      assert.equal((await inspectPostgres(url)).schema, undefined);
      await refused(url, /Create the schema that search_path names/);
      await admin('alter role stranger connection limit 0');
      await refused(url, /Each bot uses at most 11 connections/);
    });

    test('a database that is not there, a wrong user, no server', async () => {
      const url = new URL(await postgres.createDatabase());
      const gone = new URL(url);
      gone.pathname = '/gone';
      await refused(gone.href, /Create the database, or check its name/);
      const wrong = new URL(url);
      wrong.username = 'nobody';
      await refused(wrong.href, /Check the user and the password in DATABASE_URL/);
      const closed = new URL(url);
      closed.port = '1';
      await refused(closed.href, /ECONNREFUSED.*Check the host and the port in DATABASE_URL/);
      await refused('postgres://bot:secret', /Quote the value in \.env if it has a #/);
    });

    test('a primary that became a replica: the bot connects again, and does not start on a replica', async (t) => {
      const url = await postgres.createDatabase();
      const db = await open(t, url, { poolSize: 1 });
      await sql`set session characteristics as transaction read only`.execute(db.kysely);
      await assert.rejects(db.check(), /read-only/);
      await db.check();
      await sql`set session characteristics as transaction read only`.execute(db.kysely);
      await assert.rejects(
        db.transaction(({ kysely }) => sql`create table x (id int)`.execute(kysely)),
        /read-only/,
      );
      await db.check();
      await query(url, `alter database ${new URL(url).pathname.slice(1)} set default_transaction_read_only = on`);
      assert.equal((await inspectPostgres(url)).isReadOnly, true);
      await refused(url, /DATABASE_URL must lead to the primary/);
    });
  });
}

async function open(t: TestContext, url: string, options: { poolSize?: number } = {}) {
  const db = await openDatabase(url, { sealer: testSealer, ...options });
  t.after(() => db.close());
  return db;
}

/** The sentence says what to do, and nothing that is secret. */
async function refused(url: string, sentence: RegExp): Promise<void> {
  const password = URL.parse(url)?.password;
  await assert.rejects(openDatabase(url, { sealer: testSealer }), (error) => {
    assert.ok(error instanceof DatabaseUnusableError, String(error));
    assert.match(error.message, sentence);
    for (const secret of ['secret', password, decodeURIComponent(password ?? '')]) {
      assert.ok(!secret || !error.message.includes(secret));
    }
    return true;
  });
}

function withOptions(url: URL, options: Record<string, string>): string {
  const changed = new URL(url);
  for (const [name, value] of Object.entries(options)) changed.searchParams.set(name, value);
  return changed.href;
}

/** @returns the certificate of the authority */
async function turnTlsOn(url: string): Promise<string> {
  const authority = createAuthority();
  const { cert, key } = createCertificate(['localhost'], authority);
  const [row] = await query(url, 'show data_directory');
  const folder = String(row?.data_directory);
  const { uid, gid } = statSync(folder);
  for (const [file, text] of Object.entries({ 'server.crt': cert, 'server.key': key })) {
    writeFileSync(join(folder, file), text, { mode: 0o600 });
    chownSync(join(folder, file), uid, gid);
  }
  await query(url, 'alter system set ssl = on');
  await query(url, 'select pg_reload_conf()');
  while ((await query(url, 'show ssl'))[0]?.ssl !== 'on');
  return authority.cert;
}

/** A login without any rights, on a database of its own. `admin` asks that database as a superuser. */
async function createUser(postgres: TestPostgres, name: string) {
  const url = new URL(await postgres.createDatabase());
  const admin = (text: string) => query(superuser, text);
  const superuser = url.href;
  await admin(`create role ${name} login password ${pg.escapeLiteral(HARD_PASSWORD)}`);
  url.username = name;
  url.password = encodeURIComponent(HARD_PASSWORD);
  return { url: url.href, admin };
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
