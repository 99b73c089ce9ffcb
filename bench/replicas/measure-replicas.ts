import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../lab.ts';
import { type RunningSubject, startSubject, type Usage } from '../subjects.ts';
import type { ScaleWorkload } from '../workloads.ts';
import { mostWithin } from './most-within.ts';
import type { Calls } from './watch-calls.ts';

const REPLICAS = 3;

/** The bot takes each window for so much longer. */
const MARGIN = 1.04;

export type Plan = {
  /** So that the limit of an hour is looked at, and never reached. */
  limit: { requests: number; seconds: number };
  /** For each replica. */
  homes: number;
  idleMs: number;
  warmUps: number;
  /** How often the backlog fills the limit. */
  windows: number;
};

export type Measured = {
  startS: number;
  idleCpuMs: number;
  claimMs: number;
  claimCpuMs: number;
  homeMs: number;
  homeCpuMs: number;
  backlogS: number;
  backlogCpuMs: number;
  /** ColdSend's requests in any time as long as the limit's. */
  most: number;
};

type Deps = { lab: Lab; calls: Calls; plan: Plan };

/**
 * Starts three bots on one database, measures what they do together, and stops them. Times are medians of each replica's work,
 * one at a time; CPU is that of the three and of the database, for each piece of work or for each second without any.
 */
export async function measureReplicas(url: string, workspaces: number, { lab, calls, plan }: Deps): Promise<Measured> {
  const { requests, seconds } = plan.limit;
  const windowMs = seconds * 1000 * MARGIN;
  const each = Math.floor(requests / REPLICAS);
  const [startedAt, replicas] = [performance.now(), await start(url, { lab, calls, plan })];
  // Each looks once whether the workspaces still have the bot installed.
  await calls.waitFor('identified', REPLICAS * workspaces);
  const startS = (performance.now() - startedAt) / 1000;
  try {
    // The look at many workspaces warms a process up more than the look at one.
    for (let times = 0; times < plan.warmUps; times += 1) {
      await measure('claim', each);
      await measure('home', plan.homes);
      await sleep(windowMs);
    }
    const idle = await cpuOf(() => sleep(plan.idleMs));
    const claim = await measure('claim', each);
    const home = await measure('home', plan.homes);
    await sleep(windowMs);
    calls.forget();
    const count = each * REPLICAS * plan.windows;
    let sentAt: number[] = [];
    const backlog = await cpuOf(async () => {
      for (const { port } of replicas) {
        const order = { workload: 'submission', concurrency: 16, ms: Number.MAX_SAFE_INTEGER } as const;
        await lab.measure({ port, usage }, { ...order, most: count / REPLICAS });
      }
      sentAt = await calls.waitFor('sent', count);
    });
    return {
      startS,
      idleCpuMs: idle / (plan.idleMs / 1000),
      claimMs: claim.ms,
      claimCpuMs: claim.cpuMs,
      homeMs: home.ms,
      homeCpuMs: home.cpuMs,
      backlogS: ((sentAt.at(-1) ?? Number.NaN) - (sentAt[0] ?? Number.NaN)) / 1000,
      backlogCpuMs: backlog / count,
      most: mostWithin(sentAt, seconds * 1000),
    };
  } finally {
    await Promise.all(replicas.map((replica) => replica.stop()));
  }

  async function usage(): Promise<Usage> {
    const all = await Promise.all(replicas.map((replica) => replica.usage()));
    const sum = (of: keyof Usage) => all.reduce((total, one) => total + one[of], 0);
    return { cpuMs: sum('cpuMs'), rssMb: sum('rssMb') };
  }

  async function cpuOf(work: () => Promise<unknown>): Promise<number> {
    const before = await usage();
    await work();
    return (await usage()).cpuMs - before.cpuMs;
  }

  async function measure(workload: ScaleWorkload, most: number): Promise<{ ms: number; cpuMs: number }> {
    const measured: { ms: number; cpuMs: number }[] = [];
    for (const { port } of replicas) {
      const order = { workload, concurrency: 1, ms: Number.MAX_SAFE_INTEGER, most };
      const { arrival, cpuMs } = await lab.measure({ port, usage }, order);
      measured.push({ ms: arrival.p50, cpuMs });
    }
    const mean = (of: 'ms' | 'cpuMs') => measured.reduce((total, one) => total + one[of], 0) / measured.length;
    return { ms: mean('ms'), cpuMs: mean('cpuMs') };
  }
}

async function start(databaseUrl: string, { lab, calls, plan }: Deps): Promise<RunningSubject[]> {
  const { requests, seconds } = plan.limit;
  const options = { standInPort: lab.standInPort, databaseUrl, rateLimit: `${requests}/${seconds},20000/3600` };
  calls.forget();
  const first = await startSubject('many', options);
  const others = await Promise.all(
    Array.from({ length: REPLICAS - 1 }, () => startSubject('many', { ...options, sharesDatabase: true })),
  );
  return [first, ...others];
}
