import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startPostgres } from '../../storage/postgres/start-postgres.ts';
import { startWorld } from '../world/start-bot.ts';
import { previewPaste } from './batch-world.ts';

/** What the bot calls for a batch, in this order. `before`: calls of the same method, in the same life of the bot, that Slack answers. */
const STEPS = [
  { what: 'the card', method: 'chat.postMessage', before: 0 },
  { what: 'the failures', method: 'chat.postMessage', before: 1 },
  { what: 'the results', method: 'files.getUploadURLExternal', before: 0 },
  { what: 'the end of the results', method: 'files.completeUploadExternal', before: 0 },
  { what: 'the summary', method: 'chat.postMessage', before: 0 },
];

const ROWS = ['ann', 'bob', 'cat'].map((name) => `${name}@acme.com,abcd efgh ijkl mnop,google`);

const postgres = await startPostgres();
after(() => postgres.stop());

for (const database of ['SQLite', 'PostgreSQL']) {
  test(`on ${database}, a bot that is killed at each step of a batch does each step once`, async (context) => {
    const env = database === 'SQLite' ? {} : { DATABASE_URL: await postgres.createDatabase() };
    const world = await startWorld(context, { env });
    const { slack, coldsend, member, channelId } = world;
    const restart = async () => {
      await world.bot.stop('SIGKILL');
      await world.restart();
    };

    await previewPaste(member, channelId, ['Email,Password,Provider', ...ROWS].join('\n'));
    await restart();
    coldsend.answerNext({ kind: 'login_failed', reason: 'wrong app password' }, { forAddress: 'bob@acme.com' });
    for (const { what, method, before } of STEPS) {
      for (let times = 0; times < before; times++) slack.failNext(method, { answerAfterMs: 0 });
      slack.failNext(method, 'hang');
      const from = slack.ledger.calls.length;
      if (what === 'the card') assert.match((await member.submit()).modal?.rendered ?? '', /Adding 3 inboxes/);
      else await restart();
      const calls = () => slack.ledger.calls.slice(from).filter((call) => call.method === method);
      await slack.waitFor(() => calls()[before], what);
    }
    await restart();

    const thread = () => member.in(channelId)[0]?.thread ?? [];
    await slack.waitFor(() => thread().find(({ rendered }) => /needs? you/.test(rendered)), 'the end');
    assert.equal(member.in(channelId).length, 1);
    assert.match(member.in(channelId)[0]?.rendered ?? '', /of 3 inboxes added/);
    assert.deepEqual(
      thread().map(({ files }) => files.length),
      [0, 2, 0],
      'the failures, the results, the summary',
    );
    // Rows that were under way when the bot was first killed are unknown, if they were sent or not.
    const sent = coldsend.ledger.map(({ body }) => JSON.stringify(body).match(/\w+@acme\.com/)?.[0]);
    assert.deepEqual(sent, [...new Set(sent)], 'no row is sent twice');
    assert.deepEqual(slack.problems, []);
  });
}
