import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What is counted for the operator; labels are words of ours or Slack's error codes, never a workspace or an address. */
export type Metrics = {
  acknowledged(listener: string, ms: number): void;
  slackAnswered(call: { method: string; result: string; ms: number }): void;
  coldsendAnswered(call: { result: string; ms: number }): void;
  /** A request got its outcome, so long after its submission. */
  settled(outcome: string, ms: number): void;
  /** All of it in Prometheus's text format. */
  render(): Promise<{ contentType: string; text: string }>;
};

export type Unfinished = Record<string, { count: number; oldestAcceptedAt: number | undefined }>;

const ACK_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3];
const CALL_BUCKETS_S = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const REQUEST_BUCKETS_S = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 21_600, 86_400];

/** @param countUnfinished asked at each scrape */
export function createMetrics(countUnfinished: () => Promise<Unfinished>, now: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const ack = new Histogram({
    name: 'inbox_bot_ack_seconds',
    help: 'From receiving a request of Slack to acknowledging it; Slack waits 3 s.',
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
    help: 'Calls to ColdSend by what came of them.',
    labelNames: ['result'],
    buckets: CALL_BUCKETS_S,
    registers,
  });
  const outcomes = new Counter({
    name: 'inbox_bot_requests_total',
    help: 'Requests that ended, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'inbox_bot_request_seconds',
    help: 'From submission to outcome.',
    buckets: REQUEST_BUCKETS_S,
    registers,
  });
  const unfinished = new Gauge({
    name: 'inbox_bot_unfinished_requests',
    help: 'Requests that have not been told yet, by state.',
    labelNames: ['state'],
    registers,
  });
  const oldest = new Gauge({
    name: 'inbox_bot_oldest_unfinished_seconds',
    help: 'Age of the oldest request in each state; 0 where there is none.',
    labelNames: ['state'],
    registers,
  });

  return {
    acknowledged: (listener, ms) => ack.observe({ listener }, ms / 1000),
    slackAnswered: ({ method, result, ms }) => slack.observe({ method, result }, ms / 1000),
    coldsendAnswered: ({ result, ms }) => coldsend.observe({ result }, ms / 1000),
    settled: (outcome, ms) => {
      outcomes.inc({ outcome });
      duration.observe(ms / 1000);
    },
    render: async () => {
      const time = now();
      for (const [state, { count, oldestAcceptedAt }] of Object.entries(await countUnfinished())) {
        unfinished.set({ state }, count);
        oldest.set({ state }, oldestAcceptedAt === undefined ? 0 : Math.max(0, time - oldestAcceptedAt) / 1000);
      }
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
