import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureFloods } from '../../../bench/floods.ts';
import { startWorld } from '../world/start-bot.ts';

/** Small, so that they take seconds; without a bound the first of them takes some 150 MB, the second 250. */
const FLOODS = {
  chunks: { connections: 8, chunks: 32 * 1024 },
  idle: { connections: 800, bytes: 256 * 1024 },
};

const MAX_GROWTH_MB = { chunks: 80, idle: 160 };

test('floods without a signature take bounded memory, and Slack is served meanwhile and afterwards', async (context) => {
  const { slack, bot, member, channelId } = await startWorld(context);
  const readRssMb = async () => {
    const metrics = await (await fetch(`${bot.url}/metrics`)).text();
    return Number(/^process_resident_memory_bytes (\d+)$/m.exec(metrics)?.[1]) / 1024 / 1024;
  };
  const flooded = measureFloods(Number(new URL(bot.url).port), readRssMb, FLOODS);
  const help = async () => {
    const { status, ephemeral } = await member.command('/add-inbox help', { channelId });
    assert.equal(status, 'ok');
    assert.match(ephemeral?.text ?? '', /opens a form/);
  };
  await help();
  const { chunks, idle } = await flooded;
  assert.ok(chunks < MAX_GROWTH_MB.chunks, `${chunks} MB more for bodies in chunks of one byte`);
  assert.ok(idle < MAX_GROWTH_MB.idle, `${idle} MB more for idle connections`);
  await help();
  assert.deepEqual(slack.problems, []);
  assert.doesNotMatch(bot.output(), /"level":(50|"error")/);
});
