import { setTimeout as sleep } from 'node:timers/promises';
import type { Secrets } from '../judging/check-secrets.ts';
import { judgeRequests } from '../judging/judge-requests.ts';
import type { Tally } from '../judging/tally.ts';
import { addressOf, passwordFor } from '../world/fault-world.ts';
import { type KillOptions, killDuring, killInWorlds, type Place } from '../world/kill-in-worlds.ts';
import { createPageClient } from '../world/page-client.ts';
import { type CommittedRow, readRows } from '../world/read-committed.ts';
import { createSeededRandom, type SeededRandom } from '../world/seeded-random.ts';
import type { Death } from '../world/sites.ts';

/** About as many commits and network writes does one inbox make, from asking for the link to its outcome. */
const POINTS_OF_PATH = 40;

const MAX_PATH_MS = 400;

/** A process that gets past its fault point is killed at rest. */
const AT_REST_MS = 1_000;
/** A person presses again as soon as the bot may be back. */
const TRY_AGAIN_MS = 20;

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

type Rows = Map<string, CommittedRow>;

/** What the pages of one person were told, and the tokens of their links. */
type Told = { address: string; saved: Set<string>; tokens: string[] };

/**
 * Kills the bot while people open the secure page, mistype, save and save twice, in one tab or two, until each has been told that the
 * password is saved, or finds that it is.
 */
export function killWithPages(options: KillOptions): Promise<Tally> {
  return killInWorlds<Rows>(options, {
    subject: 'passwords from the secure page',
    trialsPerWorld: 25,
    world: { hasPage: true },
    read: readRows,
    runTrial,
  });
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

async function runTrial(place: Place<Rows>, seed: number): Promise<Secrets[]> {
  const { world, tally } = place;
  const random = createSeededRandom(seed);
  const { people, coldsendTakesMs, deaths } = planTrial(random);
  world.coldsend.answerAlways({ kind: 'slow', delayMs: coldsendTakesMs });
  const { result: told, died } = await killDuring(
    place,
    deaths,
    () =>
      Promise.all(
        people.map((person, index) => enterPassword({ ...place, random }, addressOf(String(seed), index), person)),
      ),
    (entered) =>
      world.reports.waitFor(
        entered.map(({ address }) => address),
        REPORTED_WITHIN_MS,
      ),
  );
  const requests = told.map(({ address, saved }) => ({ address, acknowledged: saved.size > 0 }));
  await judgeRequests(place, requests, died, REPORTED_WITHIN_MS);
  for (const { address, saved } of told) {
    if (saved.size > 1) tally.violations.push(`${address}: ${saved.size} passwords were said to be saved`);
  }
  // All submissions are copies of one, so they share its response URL. Slack takes five messages over each.
  const problems = world.slack.problems.splice(0).filter((problem) => !problem.includes('used_url'));
  world.slack.problems.push(...problems);
  return told.map(({ address, saved, tokens }, index) => {
    const typed = passwordsOf(address, people[index]?.pages ?? 0);
    return { address, typed: [...typed, ...tokens], sendable: saved.size > 0 ? [...saved] : typed };
  });
}

/** One for each page that a person has open. */
function passwordsOf(address: string, pages: number): string[] {
  return Array.from({ length: pages }, (_, page) => passwordFor(`${page}${address}`));
}

/** A person asks for the link and uses it, with a new link where the old one is dead, until the password is saved. */
async function enterPassword(
  { world, site, random }: Pick<Place<Rows>, 'world' | 'site'> & { random: SeededRandom },
  address: string,
  { pages, mistypes, presses }: PersonPlan,
): Promise<Told> {
  const told: Told = { address, saved: new Set(), tokens: [] };
  const client = createPageClient(site, random, address);
  for (const deadline = performance.now() + SAVED_WITHIN_MS; performance.now() < deadline; ) {
    const url = site.url();
    // None while the next process dies at its start.
    const { answer, token } = url === '' ? NO_ANSWER : await world.askForLink(address, url);
    if (answer === 'accepted' && token === undefined) return told;
    if (token === undefined) {
      await sleep(TRY_AGAIN_MS);
      continue;
    }
    told.tokens.push(token);
    await Promise.all(passwordsOf(address, pages).map((password, page) => usePage(token, page, password)));
    if (told.saved.size > 0) return told;
  }
  throw new Error(`${address}: nobody took the password`);

  /** Until an answer comes: the page says that nothing was sent, and the person presses again. */
  async function usePage(token: string, page: number, password: string): Promise<void> {
    const pageId = `${page}`.repeat(32);
    const save = async (typed: string) => {
      const passwords = { smtp_password: typed, imap_password: typed };
      return (await client.ask('save', { token, pageId, ...passwords, isSure: true }))?.kind;
    };
    if ((await client.ask('look', { token }))?.kind === 'gone') return;
    if (mistypes && (await save('x'.repeat(501))) === 'gone') return;
    for (let tries = 0; tries < 200; tries += 1) {
      const answers = await Promise.all(Array.from({ length: presses }, () => save(password)));
      if (answers.includes('saved')) told.saved.add(password);
      if (answers.includes('saved') || answers.includes('gone')) return;
      await sleep(TRY_AGAIN_MS);
    }
  }
}
