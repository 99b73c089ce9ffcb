import { judgeRequests } from '../judging/judge-requests.ts';
import type { Tally } from '../judging/tally.ts';
import type { FaultPoint } from '../world/fault-points.ts';
import { addressOf, passwordFor } from '../world/fault-world.ts';
import { type KillOptions, killDuring, killInWorlds } from '../world/kill-in-worlds.ts';
import { type CommittedRow, readRows } from '../world/read-committed.ts';
import { createSeededRandom, type SeededRandom } from '../world/seeded-random.ts';
import type { Death, Died } from '../world/sites.ts';

/** Forms that are submitted at once, and how the process dies that takes them. */
export type Round = {
  /** For each form, the bots that it is delivered to at once. */
  deliveredTo: ('victim' | 'any' | 'all')[];
  coldsendTakesMs: number;
  /** The next process dies too, while it takes up what was left. */
  deaths: Death[];
};

/** About as many commits (on PostgreSQL: statements) and network writes does one request make, and a start. */
const POINTS = { sqlite: 16, postgres: 50, restart: 25 };

const MAX_PATH_MS = { sqlite: 80, postgres: 200 };

/** Past all of it, while the housekeeping begins. */
const MAX_AFTERWARDS_MS = 1_300;

/** A process that gets past its fault point is killed at rest. */
const AT_REST_MS = { sqlite: 30_000, postgres: 400 };

/** On PostgreSQL, so many replicas die after each other under load, before anything is judged. */
const ROUNDS_UNDER_LOAD = 25;

const REPORTED_WITHIN_MS = 60_000;

type Rows = Map<string, CommittedRow>;

type Request = { address: string; acknowledged: boolean };

/** Kills the bot, or one of three replicas under load, while people submit the form. */
export function killWithForms(
  options: KillOptions & { plan?: (seed: number, isReplicated: boolean) => Round[] },
): Promise<Tally> {
  const { plan = planRounds, postgres, kills } = options;
  return killInWorlds<Rows>(options, {
    subject: 'single inboxes',
    trialsPerWorld: postgres === undefined ? 50 : 1,
    world: {},
    read: readRows,
    async runTrial(place, seed) {
      const { world, site, tally } = place;
      const random = createSeededRandom(seed);
      const requests: Request[] = [];
      const died: Died<Rows>[] = [];
      for (const { deliveredTo, coldsendTakesMs, deaths } of plan(seed, postgres !== undefined)) {
        if (tally.kills >= kills) break;
        world.coldsend.answerAlways({ kind: 'slow', delayMs: coldsendTakesMs });
        const submit = async (to: Round['deliveredTo'][number], index: number): Promise<Request> => {
          const address = addressOf(String(seed), requests.length + index);
          const all = site.urls();
          const urls = { victim: [site.url()], any: [random.pick([site.url(), ...all])], all };
          return { address, acknowledged: await world.submit(address, urls[to]) };
        };
        const round = await killDuring(
          place,
          deaths,
          () => Promise.all(deliveredTo.map(submit)),
          (submitted) => {
            const accepted = submitted.filter(({ acknowledged }) => acknowledged);
            return world.reports.waitFor(
              accepted.map(({ address }) => address),
              REPORTED_WITHIN_MS,
            );
          },
        );
        requests.push(...round.result);
        died.push(...round.died);
      }
      await judgeRequests(place, requests, died, REPORTED_WITHIN_MS);
      return requests.map(({ address }) => ({ address, typed: [], sendable: [passwordFor(address)] }));
    },
  });
}

function planRounds(seed: number, isReplicated: boolean): Round[] {
  const random = createSeededRandom(seed);
  return isReplicated ? Array.from({ length: ROUNDS_UNDER_LOAD }, () => planUnderLoad(random)) : [planAlone(random)];
}

function planAlone(random: SeededRandom): Round {
  const forms = random.pick([1, 1, 1, 2, 3]);
  const ms = random.between(0, random.next() < 0.03 ? MAX_AFTERWARDS_MS : MAX_PATH_MS.sqlite);
  const first: Death =
    random.next() < 0.5
      ? { fault: { ...pointUpTo(random, POINTS.sqlite * forms), since: 'request' }, ms: AT_REST_MS.sqlite }
      : { fault: undefined, ms };
  const second = { fault: pointUpTo(random, POINTS.restart), ms: MAX_PATH_MS.sqlite };
  return {
    deliveredTo: Array.from({ length: forms }, () => 'victim'),
    coldsendTakesMs: random.pick([0, 0, 5, 15]),
    deaths: random.next() < 0.2 ? [first, second] : [first],
  };
}

function planUnderLoad(random: SeededRandom): Round {
  const fault = { ...pointUpTo(random, POINTS.postgres), since: 'request' } as const;
  const ms = random.between(0, MAX_PATH_MS.postgres);
  return {
    deliveredTo: Array.from({ length: random.between(1, 3) }, () =>
      random.next() < 0.2 ? 'all' : random.pick(['victim', 'victim', 'any']),
    ),
    coldsendTakesMs: random.pick([0, 5, 20]),
    deaths: [random.next() < 0.5 ? { fault, ms: AT_REST_MS.postgres } : { fault: undefined, ms }],
  };
}

function pointUpTo(random: SeededRandom, most: number): FaultPoint {
  return { at: random.between(1, most), side: random.pick(['before', 'after']) };
}

/** One form each; from seed 1 on, the process dies before and after the first point of its path, then the second, and so on. */
export function planEachPoint(seed: number, isReplicated: boolean): Round[] {
  const rounds = isReplicated ? ROUNDS_UNDER_LOAD : 1;
  return Array.from({ length: rounds }, (_, index) => {
    const point = (seed - 1) * rounds + index;
    const side = point % 2 === 0 ? 'before' : 'after';
    const fault = { at: Math.floor(point / 2) + 1, since: 'request', side } as const;
    const ms = isReplicated ? AT_REST_MS.postgres : AT_REST_MS.sqlite;
    return { deliveredTo: ['victim'], coldsendTakesMs: 0, deaths: [{ fault, ms }] };
  });
}
