import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
// The package's main file also loads its process metrics and, with them, OpenTelemetry, which is ten times as much code.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Outcome } from '../add-inbox/request/outcome.ts';

/** The operator's metrics. Labels are words of ours or Slack's error codes, never a workspace or an address. */
export type Metrics = {
  acknowledged(listener: string, ms: number): void;
  slackAnswered(call: { method: string; result: string; ms: number }): void;
  coldsendAnswered(call: { result: string; ms: number }): void;
  /** A request got its outcome this long after its submission. */
  settled(outcome: string, ms: number): void;
  /** The bot's own check of one half of a login: `works`, or the reason why not. */
  loginChecked(half: string, result: string, ms: number): void;
  /** A request that came over HTTP was refused. */
  refused(why: string): void;
  /** A stored row of the table can't be read. */
  unreadable(table: string): void;
  /** All metrics in Prometheus's text format. */
  render(): Promise<{ contentType: string; text: string }>;
};

/** The counts that are queried for each scrape. */
export type MetricSources = {
  /** By state. */
  countUnfinished(): Promise<Record<string, { count: number; oldestAcceptedAt: number | undefined }>>;
  /** The number of waiting requests by the reason they wait. */
  countWaiting(): Promise<Record<string, number>>;
  /** The number of unfinished lists of inboxes by state. */
  countBatches(): Promise<Record<string, number>>;
  /** For each window of ColdSend's rate limit, the remaining requests of the key that has the fewest left. */
  countLeft(): Promise<{ seconds: number; left: number }[]>;
  /** The number of log lines dropped so far. */
  countDroppedLines(): number;
};

const ACK_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3];
const CALL_BUCKETS_S = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const LOGIN_BUCKETS_S = [0.1, 0.5, 1, 2.5, 5, 10];
const REQUEST_BUCKETS_S = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 21_600, 86_400];

const OUTCOMES = Object.keys({
  added: true,
  exists: true,
  refused: true,
  key_refused: true,
  unknown: true,
  expired: true,
  stopped: true,
} satisfies Record<Outcome['kind'], true>);

/** The sampling interval of the event-loop delay. */
const LAG_EVERY_MS = 10;

/** The metrics of this process. `sources` are asked at each scrape; `now`: milliseconds since 1970. */
export function createMetrics(sources: MetricSources, now: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  let measuringProcess: Promise<void> | undefined;

  const ack = new Histogram({
    name: 'inbox_bot_ack_seconds',
    help: 'Time from a request of Slack to its acknowledgment; Slack waits 3 s.',
    labelNames: ['listener'],
    buckets: ACK_BUCKETS_S,
    registers,
  });
  const slack = new Histogram({
    name: 'inbox_bot_slack_call_seconds',
    help: "Calls to Slack's Web API by method and result: ok, Slack's error code, or unavailable.",
    labelNames: ['method', 'result'],
    buckets: CALL_BUCKETS_S,
    registers,
  });
  const coldsend = new Histogram({
    name: 'inbox_bot_coldsend_call_seconds',
    help: 'Calls to ColdSend by result.',
    labelNames: ['result'],
    buckets: CALL_BUCKETS_S,
    registers,
  });
  const logins = new Histogram({
    name: 'inbox_bot_login_check_seconds',
    help: "The bot's own checks of mailbox logins, by half (smtp or imap) and result: works, or the reason why not.",
    labelNames: ['half', 'result'],
    buckets: LOGIN_BUCKETS_S,
    registers,
  });
  const outcomes = new Counter({
    name: 'inbox_bot_requests_total',
    help: 'Finished requests by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  // Prometheus sees no increase in a series that begins with its first event.
  for (const outcome of OUTCOMES) outcomes.inc({ outcome }, 0);
  const duration = new Histogram({
    name: 'inbox_bot_request_seconds',
    help: 'Time from submission to outcome.',
    buckets: REQUEST_BUCKETS_S,
    registers,
  });
  const unfinished = new Gauge({
    name: 'inbox_bot_unfinished_requests',
    help: "Unfinished requests by state; set_aside: they can't be read.",
    labelNames: ['state'],
    registers,
  });
  const oldest = new Gauge({
    name: 'inbox_bot_oldest_unfinished_seconds',
    help: 'Age of the oldest request in each state; 0 if there is none.',
    labelNames: ['state'],
    registers,
  });

  const waiting = new Gauge({
    name: 'inbox_bot_waiting_requests',
    help: 'Requests that wait before they are sent, by reason.',
    labelNames: ['for'],
    registers,
  });
  const batches = new Gauge({
    name: 'inbox_bot_unfinished_batches',
    help: 'Unfinished lists of inboxes by state; draft: nobody has confirmed them yet.',
    labelNames: ['state'],
    registers,
  });
  const left = new Gauge({
    name: 'inbox_bot_rate_budget_left',
    help: "Requests left now in each window of ColdSend's rate limit, for the API key with the fewest left.",
    labelNames: ['window_seconds'],
    registers,
  });
  const unreadable = new Counter({
    name: 'inbox_bot_unreadable_rows_total',
    help: 'Stored rows that this process could not read, by table; the log names each once.',
    labelNames: ['table'],
    registers,
  });
  const lookUps = new Counter({
    name: 'inbox_bot_failed_look_ups_total',
    help: 'Failed lookups for a scrape, because the database did not answer; their gauges are missing then.',
    registers,
  });

  const refused = new Counter({
    name: 'inbox_bot_refused_requests_total',
    help: 'Refused HTTP requests by reason. Anyone who reaches the port can make them.',
    labelNames: ['why'],
    registers,
  });
  new Counter({
    name: 'inbox_bot_dropped_log_lines_total',
    help: 'Lost log lines: the reader of stdout is gone or too slow, or the disk is full.',
    registers,
    collect() {
      this.reset();
      this.inc(sources.countDroppedLines());
    },
  });

  return {
    acknowledged: (listener, ms) => ack.observe({ listener }, ms / 1000),
    slackAnswered: ({ method, result, ms }) => slack.observe({ method, result }, ms / 1000),
    coldsendAnswered: ({ result, ms }) => coldsend.observe({ result }, ms / 1000),
    settled: (outcome, ms) => {
      outcomes.inc({ outcome });
      duration.observe(ms / 1000);
    },
    loginChecked: (half, result, ms) => logins.observe({ half, result }, ms / 1000),
    refused: (why) => refused.inc({ why }),
    unreadable: (table) => unreadable.inc({ table }),
    render: async () => {
      measuringProcess ??= measureProcess(registry);
      await measuringProcess;
      await Promise.all([lookUpUnfinished(), lookUpWaiting(), lookUpBatches(), lookUpLeft()]);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };

  function lookUpUnfinished(): Promise<void> {
    return lookUp([unfinished, oldest], sources.countUnfinished, (counts) => {
      const time = now();
      for (const [state, { count, oldestAcceptedAt }] of Object.entries(counts)) {
        unfinished.set({ state }, count);
        oldest.set({ state }, oldestAcceptedAt === undefined ? 0 : Math.max(0, time - oldestAcceptedAt) / 1000);
      }
    });
  }

  function lookUpWaiting(): Promise<void> {
    return lookUp([waiting], sources.countWaiting, (counts) => {
      for (const [what, count] of Object.entries(counts)) waiting.set({ for: what }, count);
    });
  }

  function lookUpBatches(): Promise<void> {
    return lookUp([batches], sources.countBatches, (counts) => {
      for (const [state, count] of Object.entries(counts)) batches.set({ state }, count);
    });
  }

  function lookUpLeft(): Promise<void> {
    return lookUp([left], sources.countLeft, (windows) => {
      for (const window of windows) left.set({ window_seconds: window.seconds }, window.left);
    });
  }

  /** A count that fails is left out, because an old number would look current. */
  async function lookUp<T>(gauges: Gauge[], ask: () => Promise<T>, set: (found: T) => void): Promise<void> {
    try {
      const found = await ask();
      for (const gauge of gauges) gauge.reset();
      set(found);
    } catch {
      for (const gauge of gauges) gauge.reset();
      lookUps.inc();
    }
  }
}

/** Starts with the first scrape, so that a bot without scrapes measures nothing. */
async function measureProcess(register: Registry): Promise<void> {
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: LAG_EVERY_MS });
  // Before its first sample, the histogram reports a minimum delay of 292 years. So reading starts only after that.
  const later = monitorEventLoopDelay({ resolution: LAG_EVERY_MS });
  later.enable();
  while (later.count === 0) await sleep(LAG_EVERY_MS);
  later.disable();
}
