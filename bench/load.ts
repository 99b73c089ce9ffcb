import { createHmac, createSecretKey } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { createId, ID_PLACEHOLDER, msSince } from './clock.ts';
import { createConnection } from './connection.ts';
import {
  createForm,
  SCALE_WORKLOADS,
  type ScaleWorkload,
  SIGNING_SECRET,
  WORKLOADS,
  type Workload,
} from './workloads.ts';

/*
 * The process that plays Slack's side of the requests: signs each, keeps `concurrency` of them under way for `ms`
 * milliseconds, and measures how long until the answer and until what it brings about arrives at the stand-in.
 */

const order = z.object({
  workload: z.enum([...WORKLOADS, ...SCALE_WORKLOADS]),
  port: z.number(),
  concurrency: z.number(),
  ms: z.number(),
  /** Ends after so many requests, whatever the time. */
  most: z.number().default(Number.MAX_SAFE_INTEGER),
});

/** Longer than any subject takes for anything; then the benchmark ends instead of hanging. */
const GIVE_UP_MS = 30_000;

const [eventsPort = ''] = process.argv.slice(2);
const { bodies } = createForm();
const signingKey = createSecretKey(SIGNING_SECRET, 'utf8');
const templates = Object.fromEntries(Object.entries(bodies).map(([name, body]) => [name, body.split(ID_PLACEHOLDER)]));

const waiting = new Map<string, () => void>();
const events = connect(Number(eventsPort), '127.0.0.1');
await once(events, 'connect');
createInterface({ input: events }).on('line', (line) => waiting.get(line)?.());

process.on('message', (message) => {
  void run(order.parse(message)).then((result) => process.send?.(result));
});
process.send?.({});

type Order = z.output<typeof order>;
type Samples = { ack: number[]; arrival: number[] };

async function run({ workload, port, concurrency, ms, most }: Order) {
  const samples: Samples = { ack: [], arrival: [] };
  const startedAt = performance.now();
  let left = most;
  const people = Array.from({ length: concurrency }, async () => {
    const connection = createConnection(port);
    while (performance.now() - startedAt < ms && left > 0) {
      left -= 1;
      await STEPS[workload](connection, samples);
    }
    connection.close();
  });
  await Promise.all(people);
  const seconds = (performance.now() - startedAt) / 1000;
  return { count: samples.ack.length, seconds, ack: spread(samples.ack), arrival: spread(samples.arrival) };
}

type Connection = ReturnType<typeof createConnection>;

/** One round of each workload, for one person. */
const STEPS: Record<Workload | ScaleWorkload, (connection: Connection, samples: Samples) => Promise<void>> = {
  command: async (connection, samples) => {
    const id = createId();
    const opened = arrivalOf('opened', id, samples.arrival);
    await post(connection, 'command', id, { status: 200 });
    samples.ack.push(msSince(id));
    await opened;
  },
  mistake: async (connection, samples) => {
    const id = createId();
    await post(connection, 'mistake', id, { status: 200, says: '"errors"' });
    samples.ack.push(msSince(id));
  },
  submission: async (connection, samples) => {
    const id = createId();
    await post(connection, 'how', id, { status: 200, says: '"update"' });
    samples.ack.push(msSince(id));
  },
  job: async (connection, samples) => {
    const opening = createId();
    const opened = arrivalOf('opened', opening, []);
    await post(connection, 'command', opening, { status: 200 });
    await opened;
    await post(connection, 'who', createId(), { status: 200, says: '"update"' });
    await submit(connection, 'replied', samples);
  },
  claim: (connection, samples) => submit(connection, 'sent', samples),
  home: async (connection, samples) => {
    const id = createId();
    const published = arrivalOf('published', id, samples.arrival);
    await post(connection, 'home', id, { status: 200 });
    samples.ack.push(msSince(id));
    await published;
  },
  forged: async (connection, samples) => {
    const id = createId();
    await post(connection, 'how', id, { status: 401 }, 'v0=forged'.padEnd(67, '0'));
    samples.ack.push(msSince(id));
  },
};

/** A good submission and its whole job. @param until the call that counts as its arrival */
async function submit(connection: Connection, until: 'sent' | 'replied', samples: Samples): Promise<void> {
  const id = createId();
  const isCounted = (kind: string) => (kind === until ? samples.arrival : []);
  const done = ['sent', 'replied', 'finished'].map((kind) => arrivalOf(kind, id, isCounted(kind)));
  await post(connection, 'how', id, { status: 200, says: '"update"' });
  samples.ack.push(msSince(id));
  await Promise.all(done);
}

async function post(
  connection: Connection,
  template: string,
  id: string,
  expected: { status: number; says?: string },
  signature?: string,
): Promise<void> {
  const body = templates[template]?.join(id) ?? '';
  const timestamp = Math.floor(Date.now() / 1000);
  const signed = signature ?? `v0=${createHmac('sha256', signingKey).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  const answer = await connection.send(
    `POST /slack/events HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: ${body.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded'}\r\n` +
      `x-slack-request-timestamp: ${timestamp}\r\nx-slack-signature: ${signed}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  const isRight =
    answer.startLine.startsWith(`HTTP/1.1 ${expected.status}`) && answer.body.includes(expected.says ?? '');
  if (!isRight) throw new Error(`${template} was answered ${answer.startLine}: ${answer.body.slice(0, 300)}`);
}

/** Resolves when the stand-in has seen that call, and notes how long after the id was made. */
async function arrivalOf(kind: string, id: string, samples: number[]): Promise<void> {
  const arrived = Promise.withResolvers<void>();
  const tooLate = setTimeout(() => arrived.reject(new Error(`${kind} of ${id} did not come`)), GIVE_UP_MS);
  waiting.set(`${kind} ${id}`, () => {
    samples.push(msSince(id));
    arrived.resolve();
  });
  await arrived.promise;
  waiting.delete(`${kind} ${id}`);
  clearTimeout(tooLate);
}

function spread(samples: number[]): { p50: number; p99: number } {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
