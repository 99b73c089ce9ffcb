import { z } from 'zod';
import { startChild } from './child.ts';
import type { RunningSubject } from './subjects.ts';
import type { ScaleWorkload, Workload } from './workloads.ts';

const spread = z.object({ p50: z.number(), p99: z.number() });
const loadResult = z.object({ count: z.number(), seconds: z.number(), ack: spread, arrival: spread });

/** Times in milliseconds. `arrival` is when what the request brings about was seen at the stand-in. */
export type Measured = {
  perSecond: number;
  cpuMs: number;
  ack: { p50: number; p99: number };
  arrival: { p50: number; p99: number };
  count: number;
};

export type Load = { workload: Workload | ScaleWorkload; concurrency: number; ms: number; most?: number };

/** The stand-in for Slack and ColdSend and the load generator, each a process of its own. */
export async function startLab(slackDelayMs: number) {
  const standIn = startChild('stand-in.ts', { args: [`--slack-delay=${slackDelayMs}`] });
  const { port, eventsPort } = await standIn.message(z.object({ port: z.number(), eventsPort: z.number() }));
  const load = startChild('load.ts', { args: [String(eventsPort)] });
  await load.message(z.object({}));
  return {
    standInPort: port,
    /** Tells whoever connects of the calls that the stand-in gets. */
    eventsPort,

    /** Puts a subject under load and says what each request cost. */
    async measure(subject: Pick<RunningSubject, 'port' | 'usage'>, order: Load): Promise<Measured> {
      const before = await subject.usage();
      const { count, seconds, ack, arrival } = await load.ask({ ...order, port: subject.port }, loadResult);
      const after = await subject.usage();
      return { perSecond: count / seconds, cpuMs: (after.cpuMs - before.cpuMs) / count, ack, arrival, count };
    },

    async stop(): Promise<void> {
      await Promise.all([load.stop(), standIn.stop()]);
    },
  };
}

export type Lab = Awaited<ReturnType<typeof startLab>>;
