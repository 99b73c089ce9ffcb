import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sharePostgres } from '../../storage/postgres/start-postgres.ts';
import { confirmBatch } from '../batches/confirm-batch.ts';
import { runAdminCommand } from '../workspaces/run-admin-command.ts';
import { startWorld } from '../world/start-bot.ts';
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

test('a batch that was under way ends on the new database, and its rows are not sent', {
  timeout: 90_000,
}, async (context) => {
  const world = await startWorld(context);
  const { slack, coldsend, member, channelId } = world;
  await confirmBatch(world, ['ann@globex.com', 'bob@globex.com']);
  const env = { ...world.env, DATABASE_URL: await postgres.createDatabase() };
  const { output } = await runAdminCommand(['import', `sqlite:${world.databasePath}`], env);
  assert.match(output, /2 unfinished requests will not be sent/);
  const before = coldsend.ledger.length;
  await world.restart({ DATABASE_URL: env.DATABASE_URL });
  const isEnded = () =>
    member.in(channelId).some(({ rendered, thread }) => rendered.includes('2 inboxes') && thread.length > 0) ||
    undefined;
  await slack.waitFor(isEnded, 'the end of the batch');
  assert.equal(coldsend.ledger.length, before);
  assert.deepEqual(slack.problems, []);
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
