import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics, type MetricSources } from '../../src/operations/metrics.ts';

const SOURCES: MetricSources = {
  countUnfinished: async () => ({
    accepted: { count: 2, oldestAcceptedAt: 4_000 },
    armed: { count: 0, oldestAcceptedAt: undefined },
  }),
  countWaiting: async () => ({ key: 3, rate_limited: 0 }),
  countBatches: async () => ({ draft: 1, running: 2 }),
  countLeft: async () => [
    { seconds: 60, left: 97 },
    { seconds: 3600, left: 0 },
  ],
  countDroppedLines: () => 5,
};

function createLines(sources: MetricSources) {
  const metrics = createMetrics(sources, () => 10_000);
  return { metrics, render: async () => (await metrics.render()).text.split('\n') };
}

test('what is unfinished, how old it is, what waits and what is left of the rate limits', async () => {
  const { render } = createLines(SOURCES);
  const lines = await render();
  for (const line of [
    'inbox_bot_unfinished_requests{state="accepted"} 2',
    'inbox_bot_unfinished_requests{state="armed"} 0',
    'inbox_bot_oldest_unfinished_seconds{state="accepted"} 6',
    'inbox_bot_oldest_unfinished_seconds{state="armed"} 0',
    'inbox_bot_waiting_requests{for="key"} 3',
    'inbox_bot_waiting_requests{for="rate_limited"} 0',
    'inbox_bot_unfinished_batches{state="draft"} 1',
    'inbox_bot_unfinished_batches{state="running"} 2',
    'inbox_bot_rate_budget_left{window_seconds="60"} 97',
    'inbox_bot_rate_budget_left{window_seconds="3600"} 0',
  ]) {
    assert.ok(lines.includes(line), `${line} in\n${lines.filter((each) => each.startsWith('inbox_bot')).join('\n')}`);
  }
});

test('each outcome is there from the start, so that Prometheus sees the first one as an increase', async () => {
  const { metrics, render } = createLines(SOURCES);
  assert.ok((await render()).includes('inbox_bot_requests_total{outcome="unknown"} 0'));
  metrics.settled('unknown', 1);
  const lines = await render();
  assert.ok(lines.includes('inbox_bot_requests_total{outcome="unknown"} 1'));
  assert.equal(lines.filter((line) => line.startsWith('inbox_bot_requests_total{')).length, 7);
});

test('how many lines of the log were dropped, also the second time', async () => {
  const { render } = createLines(SOURCES);
  await render();
  assert.ok((await render()).includes('inbox_bot_dropped_log_lines_total 5'));
});

test('rows that cannot be read are counted by table, and requests that are set aside stand among the unfinished', async () => {
  const aside = { set_aside: { count: 1, oldestAcceptedAt: 4_000 } };
  const { metrics, render } = createLines({ ...SOURCES, countUnfinished: async () => aside });
  metrics.unreadable('requests');
  const lines = await render();
  assert.ok(lines.includes('inbox_bot_unreadable_rows_total{table="requests"} 1'));
  assert.ok(lines.includes('inbox_bot_unfinished_requests{state="set_aside"} 1'));
});

test('without its database it still tells what it has, and nothing that is no longer known', async () => {
  let isAway = false;
  const unlessAway =
    <T>(ask: () => Promise<T>) =>
    async () => {
      if (isAway) throw new Error('the database is away');
      return ask();
    };
  const { metrics, render } = createLines({
    countUnfinished: unlessAway(SOURCES.countUnfinished),
    countWaiting: unlessAway(SOURCES.countWaiting),
    countBatches: unlessAway(SOURCES.countBatches),
    countLeft: unlessAway(SOURCES.countLeft),
    countDroppedLines: SOURCES.countDroppedLines,
  });
  metrics.settled('added', 1_500);
  await render();
  isAway = true;
  const lines = await render();
  assert.ok(lines.includes('inbox_bot_requests_total{outcome="added"} 1'));
  assert.ok(lines.includes('inbox_bot_failed_look_ups_total 4'));
  assert.deepEqual(
    lines.filter((line) => /^inbox_bot_(unfinished|oldest|waiting|rate)/.test(line)),
    [],
  );
  isAway = false;
  assert.ok((await render()).includes('inbox_bot_waiting_requests{for="key"} 3'));
});

test('the first scrape has what was counted before it, and the numbers of the process', async () => {
  const { metrics, render } = createLines(SOURCES);
  metrics.acknowledged('add_inbox_who', 12);
  const lines = await render();
  assert.ok(lines.includes('inbox_bot_ack_seconds_count{listener="add_inbox_who"} 1'));
  const numberOf = (name: string) => Number(lines.find((line) => line.startsWith(`${name} `))?.split(' ')[1]);
  for (const name of [
    'process_start_time_seconds',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_min_seconds',
  ]) {
    const value = numberOf(name);
    assert.ok(value > 0 && value < 1e12, `${name} ${value}`);
  }
  assert.ok(numberOf('nodejs_eventloop_lag_min_seconds') < 10);
});

test("the bot's own checks of logins are counted by half and result", async () => {
  const { metrics, render } = createLines(SOURCES);
  metrics.loginChecked('imap', 'wrong_login', 2_000);
  const lines = await render();
  assert.ok(lines.includes('inbox_bot_login_check_seconds_bucket{le="2.5",half="imap",result="wrong_login"} 1'));
});
