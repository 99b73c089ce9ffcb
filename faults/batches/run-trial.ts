import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageSeen, Person } from '../../playground/local-slack/local-slack.ts';
import { DRAFT_TTL_MS } from '../../src/add-inbox/batch/batch.ts';
import type { Progress } from '../../src/web/secure/browser/contract.ts';
import type { Secrets } from '../judging/check-secrets.ts';
import { countOne } from '../judging/tally.ts';
import { addressOf } from '../world/fault-world.ts';
import { killDuring, type Place } from '../world/kill-in-worlds.ts';
import { createPageClient } from '../world/page-client.ts';
import { createSeededRandom } from '../world/seeded-random.ts';
import type { Death, Died } from '../world/sites.ts';
import { type CardWatcher, watchCards } from './card-watcher.ts';
import { checkBatch } from './check-batch.ts';
import { type List, passwordIn, type Tried } from './list.ts';
import { createListInSlack } from './list-in-slack.ts';
import { createListOnPage } from './list-on-page.ts';
import type { ListPlan, TrialPlan } from './plan-trial.ts';
import type { CommittedBatch } from './read-batches.ts';

/** By the batch's id. */
export type Batches = Map<string, CommittedBatch>;

/** The database says nothing by itself. */
const LOOK_EVERY_MS = 20;

/** A person presses again as soon as the bot may be back. */
const TRY_AGAIN_MS = 50;

const OVER_WITHIN_MS = 30_000;

/** Several processes may die one after the other meanwhile. */
const TOLD_WITHIN_MS = 90_000;

type Planned = { plan: ListPlan; list: List; person: Person; watcher: CardWatcher; isReady: boolean };

/** Some people add lists, the bot dies as planned, and at the end what they see is compared with the ledgers. */
export async function runTrial(
  place: Place<Batches>,
  seed: number,
  { lists, deaths, stage, fixes, coldsendTakesMs }: TrialPlan,
): Promise<Secrets[]> {
  const { world, site, tally } = place;
  const { coldsend, slack } = world;
  const { id: channelId } = slack.addChannel({ name: `lists-${seed}`, withBot: true });
  const random = createSeededRandom(seed);
  const died: Died<Batches>[] = [];
  const stops: Promise<void>[] = [];
  coldsend.answerAlways({ kind: 'slow', delayMs: coldsendTakesMs });
  const people = lists.map(toPerson);

  if (stage !== 'preview') await previewAll();
  await killWhile(deaths, async () => {
    if (stage === 'preview') await previewAll();
    await confirmAll();
  });
  await Promise.all(stops);
  await waitUntil(isAtRest);
  for (const [index, death] of fixes.entries()) await fixAll(death, index + 1 < fixes.length);
  const ends = await Promise.all(people.map(({ list }) => list.findProblems()));
  tally.violations.push(...ends.flatMap(({ problems }) => problems));
  await wipeDrafts();
  const batches = await ours();
  for (const [index, planned] of people.entries()) judge(planned, batches, ends[index]?.shown);
  return people.flatMap(({ list }) => secretsOf(list));

  function toPerson(plan: ListPlan, index: number): Planned {
    const addresses = Array.from({ length: plan.rows }, (_, row) => addressOf(String(seed), index * 100 + row));
    for (const [row, kind] of plan.troubles) coldsend.answerNext({ kind }, { forAddress: addresses[row] ?? '' });
    const person = slack.as(slack.addPerson({ name: 'pat' }).id);
    slack.join(channelId, person.userId);
    const client = createPageClient(site, random, person.userId);
    const list =
      plan.where === 'slack'
        ? createListInSlack(person, channelId, addresses)
        : createListOnPage(person, channelId, addresses, { client, presses: plan.presses });
    return { plan, person, list, watcher: watchCards(slack, person, channelId), isReady: false };
  }

  async function killWhile(deathsThen: Death[], work: () => Promise<void>): Promise<void> {
    const killed = await killDuring(place, deathsThen, work, () => waitUntil(isAtRest));
    died.push(...killed.died);
  }

  async function previewAll(): Promise<void> {
    await Promise.all(
      people.map(async (planned) => {
        planned.isReady = await tryOn(planned.plan, planned.list.preview);
      }),
    );
  }

  async function confirmAll(): Promise<void> {
    const ready = people.filter(({ isReady }) => isReady);
    await Promise.all(
      ready.map(async ({ plan, list, watcher }) => {
        const isTold = await tryOn(plan, list.confirm);
        if (isTold && plan.stopsAfterMs !== undefined) stops.push(watcher.stop(plan.stopsAfterMs));
      }),
    );
  }

  /** One more round with all rows that failed, if there are any. Where another one follows, one of the rows fails again. */
  async function fixAll(death: Death, isFollowed: boolean): Promise<void> {
    const begun = await Promise.all(people.map(async ({ list }) => ((await list.beginFix()) ? [list] : [])));
    const fixing = begun.flat();
    if (fixing.length === 0) return;
    for (const { rounds } of isFollowed ? fixing : []) {
      coldsend.answerNext({ kind: 'login_failed' }, { forAddress: rounds.at(-1)?.addresses[0] ?? '' });
    }
    await killWhile([death], async () => {
      await Promise.all(fixing.map((list) => tryOn({ triesAgain: true }, list.confirm)));
    });
    await waitUntil(isAtRest);
  }

  /** Drafts that nobody confirms are wiped after their time. */
  async function wipeDrafts(): Promise<void> {
    const left = [...(await ours()).values()].some(({ state }) => state === 'draft');
    if (!left) return;
    await site.bot().shiftClock(DRAFT_TTL_MS + 1_000);
    await waitUntil(({ state }) => isOver(state));
    await site.bot().shiftClock(-DRAFT_TTL_MS - 1_000);
  }

  async function ours(): Promise<Batches> {
    const userIds = new Set(people.map(({ person }) => person.userId));
    return new Map([...(await site.read())].filter(([, { userId }]) => userIds.has(userId)));
  }

  async function waitUntil(isDone: (batch: CommittedBatch) => boolean): Promise<void> {
    const deadline = performance.now() + OVER_WITHIN_MS;
    while (![...(await ours()).values()].every(isDone)) {
      if (performance.now() > deadline) {
        const left = [...(await ours()).values()].map((batch) => [batch, batch.rounds.map((rows) => [...rows])]);
        throw new Error(`not over within ${OVER_WITHIN_MS} ms: ${JSON.stringify(left)}`);
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  function judge({ list, person, watcher }: Planned, batches: Batches, shown: Progress | undefined): void {
    const [id, committed] = [...batches].findLast(([, { userId, isFix }]) => userId === person.userId && !isFix) ?? [];
    const verdict = checkBatch({
      ...{ rounds: list.rounds, committed, shown, pressedStop: watcher.hasPressedStop() },
      deaths: died.map(({ committed: then, held }) => {
        const batch = id === undefined ? undefined : then.get(id);
        return { batch, isHeld: held(batch?.owner), holds: (row) => held(row?.owner) };
      }),
      posts: (address, round) => world.posts(address, passwordIn(round, address)),
      isAtColdsend: (address) => coldsend.accounts.some(({ email_address }) => email_address === address),
      cards: watcher.cards().map((card) => ({ text: card.text, thread: card.thread.map(toReply) })),
    });
    tally.violations.push(...verdict.violations);
    for (const [at, { addresses, isTold }] of list.rounds.entries()) {
      tally.requests += addresses.length;
      if (isTold) tally.acknowledged += addresses.length;
      if (isTold)
        countOne(tally.answers, list.tokens.length === 0 ? 'added in Slack' : `added on the page, round ${at}`);
    }
    for (const outcome of verdict.outcomes) countOne(tally.outcomes, outcome ?? 'not accepted');
    tally.repeatedReplies += verdict.repeatedReplies;
    tally.repeatedAnnouncements += verdict.repeatedCards;
  }

  function toReply({ text, files }: MessageSeen) {
    const stored = files.map((id) => slack.file(id));
    return { text, files: stored.map(({ name, content }) => ({ name, content: content.toString() })) };
  }
}

/** Of all rounds; an address has a password of its own in each. */
function secretsOf({ rounds, tokens }: List): Secrets[] {
  const [first] = rounds;
  return (first?.addresses ?? []).map((address) => ({
    address,
    typed: tokens,
    sendable: rounds.flatMap(({ addresses }, round) =>
      addresses.includes(address) ? [passwordIn(round, address)] : [],
    ),
  }));
}

/** Once, or until it works: the bot may be dead for the moment. */
async function tryOn({ triesAgain }: Pick<ListPlan, 'triesAgain'>, work: () => Promise<Tried>): Promise<boolean> {
  for (const deadline = performance.now() + TOLD_WITHIN_MS; ; await sleep(TRY_AGAIN_MS)) {
    const tried = await work();
    if (tried !== 'nothing' || !triesAgain) return tried === 'done';
    if (performance.now() > deadline) throw new Error('a person who tries again and again is told nothing');
  }
}

/** Nobody waits for the draft of a fix whose answer was lost: it has no rows. */
function isAtRest({ state }: CommittedBatch): boolean {
  return state === 'draft' || isOver(state);
}

function isOver(state: CommittedBatch['state']): boolean {
  return state === 'finished' || state === 'discarded';
}
