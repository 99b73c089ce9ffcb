import { startPostgres, type TestPostgres } from '../test/storage/postgres/start-postgres.ts';
import { killWithBatches } from './batches/kill-batches.ts';
import { meetBacklog } from './campaigns/backlog.ts';
import { breakColdsend, breakSlack } from './campaigns/broken-network.ts';
import { jumpClock } from './campaigns/clock-jump.ts';
import { failFsync } from './campaigns/failing-fsync.ts';
import { killWithForms, planEachPoint } from './campaigns/form-kills.ts';
import { freezeReplicas } from './campaigns/freeze.ts';
import { fillDisk } from './campaigns/full-disk.ts';
import { killWithPages } from './campaigns/page-kills.ts';
import { failPostgres } from './campaigns/postgres-outage.ts';
import { strikeSockets } from './campaigns/socket-faults.ts';
import type { OnTrial, Tally } from './judging/tally.ts';
import type { Settings } from './settings.ts';
import { deliverToAll } from './world/deliver-to-all.ts';

/** Runs what has a count, one campaign after the other; a PostgreSQL is started only where one is needed. */
export async function* runAll(settings: Settings, onTrial?: OnTrial): AsyncGenerator<Tally> {
  const seed = settings.FAULT_SEED;
  const more = onTrial === undefined ? {} : { onTrial };
  const kills = settings.FAULT_SQLITE_KILLS;
  if (kills > 0) yield killWithForms({ seed, kills, ...more });
  const points = settings.FAULT_SQLITE_POINTS * 2;
  if (points > 0) {
    const tally = await killWithForms({ seed: 1, kills: points, plan: planEachPoint, ...more });
    yield { ...tally, name: 'SIGKILL on SQLite at each commit and network write' };
  }
  const batchKills = settings.FAULT_BATCH_KILLS;
  if (batchKills > 0) yield killWithBatches({ seed, kills: batchKills, ...more });
  const pageKills = settings.FAULT_PAGE_KILLS;
  if (pageKills > 0) yield killWithPages({ seed, kills: pageKills, ...more });
  const step = settings.FAULT_NETWORK_STEP;
  if (step > 0) yield breakColdsend({ seed, every: step });
  const requests = settings.FAULT_SLACK_REQUESTS;
  if (requests > 0) yield breakSlack({ seed, requests });
  for (let jump = 0; jump < settings.FAULT_CLOCK_JUMPS; jump += 1) yield jumpClock({ seed: seed + jump });
  if (settings.FAULT_FULL_DISKS > 0) yield fillDisk({ seed, times: settings.FAULT_FULL_DISKS });
  if (settings.FAULT_FSYNCS > 0) yield failFsync({ seed, times: settings.FAULT_FSYNCS, ...more });
  if (!needsPostgres(settings)) return;
  const postgres = await startPostgres();
  try {
    yield* runOnPostgres(postgres, settings, onTrial);
  } finally {
    await postgres.stop();
  }
}

async function* runOnPostgres(postgres: TestPostgres, settings: Settings, onTrial?: OnTrial): AsyncGenerator<Tally> {
  const seed = settings.FAULT_SEED;
  const more = onTrial === undefined ? {} : { onTrial };
  const kills = settings.FAULT_POSTGRES_KILLS;
  if (kills > 0) yield killWithForms({ postgres, seed, kills, ...more });
  const points = settings.FAULT_POSTGRES_POINTS * 2;
  if (points > 0) {
    const tally = await killWithForms({ postgres, seed: 1, kills: points, plan: planEachPoint, ...more });
    yield { ...tally, name: 'SIGKILL on PostgreSQL, 3 replicas, at each statement and network write' };
  }
  const batchKills = settings.FAULT_BATCH_POSTGRES_KILLS;
  if (batchKills > 0) yield killWithBatches({ postgres, seed, kills: batchKills, ...more });
  const pageKills = settings.FAULT_PAGE_POSTGRES_KILLS;
  if (pageKills > 0) yield killWithPages({ postgres, seed, kills: pageKills, ...more });
  const batchFreezes = settings.FAULT_BATCH_FREEZES;
  if (batchFreezes > 0) yield killWithBatches({ postgres, seed, kills: batchFreezes, freezes: true, ...more });
  const freezes = settings.FAULT_FREEZES;
  if (freezes > 0) yield freezeReplicas({ postgres, seed, freezes, ...more });
  const submissions = settings.FAULT_COPIES;
  if (submissions > 0) yield deliverToAll({ postgres, seed, submissions });
  for (let jump = 0; jump < settings.FAULT_CLOCK_JUMPS; jump += 1) yield jumpClock({ seed: seed + jump, postgres });
  const requests = settings.FAULT_BACKLOG;
  if (requests > 0) yield meetBacklog({ postgres, requests });
  const seconds = settings.FAULT_SOCKET_MINUTES * 60;
  if (seconds > 0)
    for (const replicas of [1, 3]) yield strikeSockets({ postgres, seed, replicas, seconds: seconds / 2 });
  const times = settings.FAULT_OUTAGES;
  if (times === 0) return;
  for (const outage of ['crash', 'black_hole', 'no_connections'] as const) {
    yield failPostgres({ postgres, outage, seed, times });
  }
}

function needsPostgres(settings: Settings): boolean {
  const { FAULT_FREEZES, FAULT_BATCH_FREEZES, FAULT_COPIES, FAULT_BACKLOG, FAULT_OUTAGES, FAULT_CLOCK_JUMPS } =
    settings;
  if (settings.FAULT_SOCKET_MINUTES + settings.FAULT_PAGE_POSTGRES_KILLS > 0) return true;
  const kills = settings.FAULT_POSTGRES_KILLS + settings.FAULT_POSTGRES_POINTS + settings.FAULT_BATCH_POSTGRES_KILLS;
  return (
    kills + FAULT_FREEZES + FAULT_BATCH_FREEZES + FAULT_COPIES + FAULT_BACKLOG + FAULT_OUTAGES + FAULT_CLOCK_JUMPS > 0
  );
}
