import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import pg from 'pg';
import { type BotProcess, startBotProcess } from '../../../playground/bot-process.ts';
import { MIGRATIONS } from '../../../src/storage/migrations/migrations.ts';
import { sharePostgres } from '../../storage/postgres/start-postgres.ts';
import { confirmBatch } from '../batches/confirm-batch.ts';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { closeAll } from '../world/fill-form.ts';
import { deliverTo } from '../world/replicas.ts';
import { API_KEY, MANY_POSTS, startWorld, storeKey, type World } from '../world/start-bot.ts';
import { PREVIOUS_MIGRATION, unpackPreviousVersion } from './previous-version.ts';

const postgres = await sharePostgres();
after(() => postgres.stop());

function postsOf({ coldsend }: World, address: string): number {
  return coldsend.ledger.filter(({ body }) => JSON.stringify(body ?? '').includes(address)).length;
}

async function add(world: World, address: string): Promise<void> {
  await closeAll(world.member);
  const { status } = await addGoogleInbox(world.member, { address, channelId: world.channelId });
  assert.equal(status, 'ok');
}

async function waitForAdded(world: World, addresses: string[]): Promise<void> {
  const isAdded = (address: string) =>
    world.member
      .in(world.channelId)
      .some(({ rendered, thread }) => /^✅/.test(rendered) && rendered.includes(address) && thread.length > 0);
  const areAdded = () => addresses.every(isAdded) || undefined;
  await world.slack.waitFor(areAdded, `${addresses} added`);
  for (const address of addresses) assert.equal(postsOf(world, address), 1, address);
}

async function waitForCard({ slack, member, channelId }: World, inboxes: string): Promise<void> {
  const isFinished = () =>
    member.in(channelId).some(({ rendered }) => rendered.startsWith('✅') && rendered.includes(inboxes)) || undefined;
  await slack.waitFor(isFinished, `the card of ${inboxes}`, { timeoutMs: 60_000 });
}

async function findLatestMigration(url: string): Promise<string | undefined> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ name: string }>('select max(name) as name from migrations');
  await client.end();
  return rows[0]?.name;
}

test('the previous version and this one share a database during a deploy, and one can go back', {
  timeout: 180_000,
}, async (context) => {
  const previous = unpackPreviousVersion(context);
  if (previous === undefined) {
    const why =
      'The commit of the previous version is not in this clone, and origin did not give it. Fetch the whole history.';
    assert.equal(process.env.CI, undefined, why);
    context.skip(why);
    return;
  }
  const first = await startWorld(context, { withKey: false, slack: MANY_POSTS });
  await first.bot.stop();
  const databaseUrl = await postgres.createDatabase();
  const world = { ...first, env: { ...first.env, DATABASE_URL: databaseUrl } };
  const { slack, coldsend, admin } = world;
  const bots: BotProcess[] = [];
  context.after(() => Promise.all(bots.map((bot) => bot.stop('SIGKILL'))));
  const start = async (main?: string) => {
    const bot = await startBotProcess(world.env, main);
    bots.push(bot);
    return bot;
  };

  let older = await start(previous);
  assert.equal(await findLatestMigration(databaseUrl), PREVIOUS_MIGRATION);
  deliverTo(world, older);
  await storeKey(admin, API_KEY);
  await add(world, 'before@acme.com');
  await waitForAdded(world, ['before@acme.com']);

  let newer = await start();
  assert.equal(await findLatestMigration(databaseUrl), MIGRATIONS.at(-1)?.name);
  deliverTo(world, older, newer);
  const beside = ['ann', 'bob', 'cat', 'dan'].map((name) => `${name}@acme.com`);
  for (const address of beside) await add(world, address);
  await waitForAdded(world, beside);

  coldsend.answerNext({ kind: 'server_error', status: 503, retryAfter: '2' }, { forAddress: 'waits@acme.com' });
  deliverTo(world, older);
  await add(world, 'waits@acme.com');
  await coldsend.waitFor(({ body, bodyComplete }) => bodyComplete && JSON.stringify(body).includes('waits@acme.com'));
  await older.stop();
  deliverTo(world, newer);
  const isAdded = () =>
    world.member.in(world.channelId).some(({ rendered }) => /^✅[\s\S]*waits@acme/.test(rendered)) || undefined;
  await slack.waitFor(isAdded, 'the request that the previous version accepted');

  const rows = Array.from({ length: 12 }, (_each, index) => `row${index}@globex.com`);
  await confirmBatch({ ...world, bot: newer }, rows);
  older = await start(previous);
  newer = await start();
  deliverTo(world, older, newer);
  await add(world, 'single@acme.com');
  await waitForAdded(world, ['single@acme.com']);
  await waitForCard(world, '12 inboxes');
  for (const address of rows) assert.equal(postsOf(world, address), 1, address);

  // Back to the previous version, with a batch under way. It knows no batches, so it adds their rows as single inboxes.
  const left = ['eve@globex.com', 'fay@globex.com'];
  await confirmBatch({ ...world, bot: newer }, left);
  deliverTo(world, older);
  await add(world, 'back@acme.com');
  await waitForAdded(world, ['back@acme.com', ...left]);
  await start();
  await waitForCard(world, '2 inboxes');
  for (const address of left) assert.equal(postsOf(world, address), 1, address);
  assert.deepEqual(slack.problems, []);
});
