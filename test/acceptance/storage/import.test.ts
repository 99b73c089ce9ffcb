import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sharePostgres } from '../../storage/postgres/start-postgres.ts';
import { runAdminCommand } from '../workspaces/run-admin-command.ts';
import { assertNothingIsSentAgain, startUnfinished } from './unfinished-world.ts';

const postgres = await sharePostgres();
after(() => postgres.stop());

test('an SQLite installation moves to PostgreSQL with its keys, and what was unfinished is not sent again', {
  timeout: 90_000,
}, async (context) => {
  const world = await startUnfinished(context);
  const source = `sqlite:${world.databasePath}`;
  const databaseUrl = await postgres.createDatabase();
  const env = { ...world.env, DATABASE_URL: databaseUrl };
  const beside = await runAdminCommand(['import', source], env);
  assert.deepEqual(
    [beside.status, beside.output.match(/Another bot is running on the database .*Stop that bot/)?.length],
    [1, 1],
  );

  await world.bot.stop('SIGKILL');
  const { status, output } = await runAdminCommand(['import', source], env);
  assert.equal(status, 0, output);
  assert.match(output, /^Imported \d+ rows .*\n2 unfinished requests will not be sent\./);
  await assertNothingIsSentAgain(world, databaseUrl);

  const again = await runAdminCommand(['import', source], env);
  assert.deepEqual([again.status, again.output.match(/^The PostgreSQL database is not empty/)?.length], [1, 1]);
});

test('an import without a source, or into SQLite, says what to do', async (context) => {
  const { databasePath, env } = await startUnfinished(context);
  const postgresEnv = { ...env, DATABASE_URL: await postgres.createDatabase() };
  for (const [args, given, status, says] of [
    [['import'], postgresEnv, 2, /"import" needs exactly one sqlite:FILE/],
    [['import', 'sqlite:/nowhere/x.db'], postgresEnv, 1, /^There is no file \/nowhere\/x\.db\./],
    [['import', databasePath], postgresEnv, 1, /^Only sqlite:FILE can be imported\./],
    [['import', `sqlite:${databasePath}`], env, 1, /^DATABASE_URL is an SQLite database\./],
  ] as const) {
    const result = await runAdminCommand([...args], given);
    assert.equal(result.status, status, result.output);
    assert.match(result.output, says);
  }
});
