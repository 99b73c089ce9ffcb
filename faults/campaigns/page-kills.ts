import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { TestPostgres } from '../../test/storage/postgres/start-postgres.ts';
import { checkFacts } from '../judging/check-facts.ts';
import { checkPasswords } from '../judging/check-passwords.ts';
import { gatherFacts } from '../judging/gather-facts.ts';
import { noteProblems } from '../judging/note-problems.ts';
import { countDeath, countVerdict, createTally, type Tally } from '../judging/tally.ts';
import { addressOf, type FaultWorld, passwordFor, spell, startFaultWorld } from '../world/fault-world.ts';
import {
  COMMITTED_QUERY,
  type CommittedRow,
  parseCommitted,
  type Query,
  readAllWhenReported,
} from '../world/read-committed.ts';
import { createSeededRandom, type SeededRandom } from '../world/seeded-random.ts';
import { type Death, type Died, type Site, startPostgresSite, startSqliteSite } from '../world/sites.ts';

const TRIALS_PER_WORLD = 25;

/** Nobody listens there: the pages of all bots say that they come from it. */
const PUBLIC_URL = 'http://127.0.0.1:9';

/** About as many commits and network writes does one inbox make, from asking for the link to its outcome. */
const POINTS_OF_PATH = 40;

const MAX_PATH_MS = 400;

/** A process that gets past its fault point is killed at rest. */
const AT_REST_MS = 1_000;
const SAVED_WITHIN_MS = 90_000;
const REPORTED_WITHIN_MS = 60_000;

/** One person with one inbox. */
type PersonPlan = {
  /** Each page has a password of its own, and they save at the same time. */
  pages: number;
  /** Types something that is no password first. */
  mistypes: boolean;
  /** Presses "Add inbox" so often at once. */
  presses: number;
};

type PagePlan = { people: PersonPlan[]; coldsendTakesMs: number; deaths: Death[] };

const NO_ANSWER = { answer: 'none', token: undefined } as const;

const answerJson = z.object({ kind: z.string() });

type Rows = Map<string, CommittedRow>;

/** What the pages of one person were told. */
type Told = { address: string; saved: Set<string> };

const readRows = async (query: Query): Promise<Rows> => parseCommitted(await query(COMMITTED_QUERY));

/**
 * Kills the bot while people open the secure page, mistype, save and save twice, in one tab or two, until each has been told that the
 * password is saved, or finds that it is.
 */
export async function killWithPages(options: {
  /** One of three replicas dies there; on SQLite without it. */
  postgres?: TestPostgres;
  seed: number;
  kills: number;
  onTrial?: (seed: number, violations: string[], tally: Tally) => void;
}): Promise<Tally> {
  const { seed, kills, postgres } = options;
  const on = postgres === undefined ? 'on SQLite' : 'of one of 3 replicas on PostgreSQL';
  const tally = createTally(`SIGKILL ${on}, with passwords from the secure page`);
  const startedAt = performance.now();
  while (tally.kills < kills) await runWorld(seed + tally.trials);
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;

  async function runWorld(firstSeed: number): Promise<void> {
    const world = await startFaultWorld({ publicUrl: PUBLIC_URL });
    const site =
      postgres === undefined
        ? await startSqliteSite(world, readRows)
        : await startPostgresSite(world, readRows, postgres, createSeededRandom(firstSeed));
    try {
      await world.prepare(site.url());
      for (let trial = 0; trial < TRIALS_PER_WORLD && tally.kills < kills; trial += 1) {
        const before = tally.violations.length;
        try {
          await runTrial({ world, site, tally }, firstSeed + trial);
          // All submissions are copies of one, so they share its response URL. Slack takes five messages over each.
          const problems = world.slack.problems.splice(0).filter((problem) => !problem.includes('used_url'));
          world.slack.problems.push(...problems);
          noteProblems(world, tally);
        } finally {
          tally.trials += 1;
          for (let at = before; at < tally.violations.length; at += 1) {
            tally.violations[at] = `seed ${firstSeed + trial}: ${tally.violations[at]}`;
          }
          options.onTrial?.(firstSeed + trial, tally.violations.slice(before), tally);
        }
      }
    } catch (error) {
      tally.violations.push(`seed ${firstSeed}…: ${error instanceof Error ? error.stack : error}\n${site.output()}`);
      tally.kills += 1;
    } finally {
      await site.close();
      await world.close();
    }
  }
}

function planTrial(random: SeededRandom): PagePlan {
  const people = Array.from({ length: random.pick([1, 1, 2, 3]) }, () => ({
    pages: random.pick([1, 1, 2]),
    mistypes: random.next() < 0.3,
    presses: random.pick([1, 2, 2, 3]),
  }));
  const points = POINTS_OF_PATH * people.length;
  const deaths = Array.from({ length: random.pick([1, 1, 2]) }, (_, index) =>
    planDeath(random, points, index === 0 ? 'request' : 'now'),
  );
  return { people, coldsendTakesMs: random.pick([0, 5, 20]), deaths };
}

function planDeath(random: SeededRandom, points: number, since: 'request' | 'now'): Death {
  if (random.next() < 0.4) return { fault: undefined, ms: random.between(0, MAX_PATH_MS) };
  return { fault: { at: random.between(1, points), side: random.pick(['before', 'after']), since }, ms: AT_REST_MS };
}

async function runTrial(
  { world, site, tally }: { world: FaultWorld; site: Site<Rows>; tally: Tally },
  seed: number,
): Promise<void> {
  const random = createSeededRandom(seed);
  const { people, coldsendTakesMs, deaths } = planTrial(random);
  world.coldsend.answerAlways({ kind: 'slow', delayMs: coldsendTakesMs });
  await site.bot().arm(deaths[0]?.fault);
  const entering = Promise.all(
    people.map((person, index) => enterPassword({ world, site, random }, addressOf(String(seed), index), person)),
  );
  // It is awaited once the deaths are over.
  entering.catch(() => {});
  const died: Died<Rows>[] = [];
  for (const [index, death] of deaths.entries()) died.push(...(await site.die(death, deaths[index + 1]?.fault)));
  for (const { place } of died) countDeath(tally, place);
  const told = await entering;
  const addresses = told.map(({ address }) => address);
  await world.reports.waitFor(addresses, REPORTED_WITHIN_MS);
  const rows = await readAllWhenReported(site.read, addresses, REPORTED_WITHIN_MS);
  for (const { address, saved } of told) {
    const crashes = died.flatMap(({ committed, held }) => {
      const row = committed.get(address);
      return held(row?.owner) ? [row] : [];
    });
    const facts = gatherFacts(world, address, { acknowledged: saved.size > 0, crashes, committed: rows.get(address) });
    countVerdict(tally, checkFacts(facts), facts.acknowledged);
    if (saved.size > 1) tally.violations.push(`${address}: ${saved.size} passwords were said to be saved`);
  }
  const typed = people.map(({ pages }, index) => passwordsOf(addresses[index] ?? '', pages));
  const sendable = told.map(({ saved }, index) => (saved.size > 0 ? [...saved] : (typed[index] ?? [])));
  const checked = new Map(addresses.map((address, index) => [address, sendable[index] ?? []]));
  tally.violations.push(...(await checkPasswords(world, site, checked)));
  const files = await site.files();
  const readable = typed
    .flat()
    .flatMap(spell)
    .filter((password) => files.some((bytes) => bytes.includes(password)));
  if (readable.length > 0) tally.violations.push(`${readable.length} typed passwords can be read in the files`);
}

/** One for each page that a person has open. */
function passwordsOf(address: string, pages: number): string[] {
  return Array.from({ length: pages }, (_, page) => passwordFor(`${page}${address}`));
}

/** A person asks for the link and uses it, with a new link where the old one is dead, until the password is saved. */
async function enterPassword(
  { world, site, random }: { world: FaultWorld; site: Site<Rows>; random: SeededRandom },
  address: string,
  { pages, mistypes, presses }: PersonPlan,
): Promise<Told> {
  const saved = new Set<string>();
  for (const deadline = performance.now() + SAVED_WITHIN_MS; performance.now() < deadline; ) {
    const url = site.url();
    // None while the next process dies at its start.
    const { answer, token } = url === '' ? NO_ANSWER : await world.askForLink(address, url);
    if (answer === 'accepted' && token === undefined) return { address, saved };
    if (token === undefined) await sleep(20);
    else await Promise.all(passwordsOf(address, pages).map((password, page) => usePage(token, page, password)));
    if (saved.size > 0) return { address, saved };
  }
  throw new Error(`${address}: nobody took the password`);

  /** Until an answer comes: the page says that nothing was sent, and the person presses again. */
  async function usePage(token: string, page: number, password: string): Promise<void> {
    const pageId = `${page}`.repeat(32);
    const save = async (typed: string) => {
      const passwords = { smtp_password: typed, imap_password: typed };
      return ask('save', { token, pageId, ...passwords, isSure: true });
    };
    if ((await ask('look', { token })) === 'gone') return;
    if (mistypes && (await save('x'.repeat(501))) === 'gone') return;
    for (let tries = 0; tries < 200; tries += 1) {
      const answers = await Promise.all(Array.from({ length: presses }, () => save(password)));
      if (answers.includes('saved')) saved.add(password);
      if (answers.includes('saved') || answers.includes('gone')) return;
      await sleep(20);
    }
  }

  /** The kind of the answer; undefined without one. Each person has an address of their own: one has only so many tries. */
  async function ask(what: 'look' | 'save', body: object): Promise<string | undefined> {
    const urls = site.urls();
    const from = random.next() < 0.6 ? site.url() : urls[random.between(0, urls.length - 1)];
    try {
      const response = await fetch(`${from}/secure/${what}`, {
        method: 'POST',
        headers: { origin: PUBLIC_URL, 'content-type': 'application/json', 'x-forwarded-for': address },
        body: JSON.stringify(body),
      });
      return answerJson.parse(await response.json()).kind;
    } catch {
      return undefined;
    }
  }
}
