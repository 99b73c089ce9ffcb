import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageSeen } from '../../playground/local-slack/local-slack.ts';
import { DRAFT_TTL_MS } from '../../src/add-inbox/batch/batch.ts';
import { countDeath, countOne, type Tally } from '../judging/tally.ts';
import { addressOf, type FaultWorld } from '../world/fault-world.ts';
import type { Died, Site } from '../world/sites.ts';
import { checkBatch } from './check-batch.ts';
import { createPersonWithList, type PersonWithList } from './person-with-list.ts';
import type { ListPlan, TrialPlan } from './plan-trial.ts';
import type { CommittedBatch } from './read-batches.ts';

/** By the batch's id. */
export type Batches = Map<string, CommittedBatch>;

const OVER_WITHIN_MS = 30_000;

type List = ListPlan & { person: PersonWithList; confirmed: boolean };

/** Some people paste lists, the bot dies as planned, and at the end what they see is compared with the ledgers. */
export async function runTrial(
  { world, site, channelId, tally }: { world: FaultWorld; site: Site<Batches>; channelId: string; tally: Tally },
  seed: number,
  plan: TrialPlan,
): Promise<string[]> {
  const { coldsend, slack } = world;
  const deaths: Died<Batches>[] = [];
  const stops: Promise<void>[] = [];
  coldsend.answerAlways({ kind: 'slow', delayMs: plan.coldsendTakesMs });
  const lists = plan.lists.map((list, index): List => {
    const addresses = Array.from({ length: list.rows }, (_, row) => addressOf(String(seed), index * 100 + row));
    for (const [row, kind] of list.troubles) coldsend.answerNext({ kind }, { forAddress: addresses[row] ?? '' });
    return { ...list, person: createPersonWithList(slack, channelId, addresses), confirmed: false };
  });

  deliver();
  const { first, later, stage } = plan;
  if (stage === 'preview') await site.bot().arm(first.fault);
  const previewed = Promise.all(lists.map(async (list) => ((await list.person.preview()) ? [list] : [])));
  if (stage === 'preview') await die(first, later[0]?.fault);
  const ready = (await previewed).flat();
  if (stage === 'draft') await die({ fault: undefined, ms: 0 }, later[0]?.fault);
  if (stage === 'confirm') {
    await site.bot().arm(first.fault);
    const confirming = confirmAll(ready);
    await die(first, later[0]?.fault);
    await confirming;
  }
  const again = confirmAll(ready.filter(({ confirmed, pressesAgain }) => pressesAgain && !confirmed));
  for (const [index, death] of later.entries()) await die(death, later[index + 1]?.fault);
  await again;
  await confirmAll(ready.filter(({ confirmed, pressesAgain }) => pressesAgain && !confirmed));
  await Promise.all(stops);
  await waitUntil(({ state }) => state === 'draft' || isOver(state));
  await wipeDrafts();
  return judge();

  function deliver(): void {
    slack.deliverTo('all', `${site.url()}/slack/events`);
  }

  async function die(...[death, next]: Parameters<Site<Batches>['die']>): Promise<void> {
    const died = await site.die(death, next);
    for (const { place } of died) countDeath(tally, place);
    deaths.push(...died);
    deliver();
  }

  async function confirmAll(some: List[]): Promise<void> {
    await Promise.all(
      some.map(async (list) => {
        list.confirmed = await list.person.confirm();
        if (list.confirmed && list.stopsAfterMs !== undefined) stops.push(list.person.stop(list.stopsAfterMs));
      }),
    );
  }

  /** Drafts that nobody confirms are wiped after their time. */
  async function wipeDrafts(): Promise<void> {
    const left = [...(await ours()).values()].some(({ state }) => state === 'draft');
    if (!left) return;
    await site.bot().shiftClock(DRAFT_TTL_MS + 1_000);
    await waitUntil(({ state }) => isOver(state));
    await site.bot().shiftClock(-DRAFT_TTL_MS - 1_000);
  }

  async function ours(): Promise<Map<string, CommittedBatch>> {
    const userIds = new Set(lists.map(({ person }) => person.userId));
    return new Map([...(await site.read())].filter(([, { userId }]) => userIds.has(userId)));
  }

  async function waitUntil(isDone: (batch: CommittedBatch) => boolean): Promise<void> {
    const deadline = performance.now() + OVER_WITHIN_MS;
    while (![...(await ours()).values()].every(isDone)) {
      if (performance.now() > deadline) {
        const left = [...(await ours())].map(([id, { state, noted, rows }]) => ({ id, state, noted, rows: [...rows] }));
        throw new Error(`not over within ${OVER_WITHIN_MS} ms: ${JSON.stringify(left)}`);
      }
      await sleep(20);
    }
  }

  async function judge(): Promise<string[]> {
    const batches = await ours();
    for (const { person, confirmed } of lists) {
      const { addresses, userId } = person;
      const [id, committed] = [...batches].findLast(([, batch]) => batch.userId === userId) ?? [undefined, undefined];
      const verdict = checkBatch({
        ...{ addresses, confirmed, committed, pressedStop: person.hasPressedStop() },
        deaths: deaths.map(({ committed: then, held }) => {
          const batch = id === undefined ? undefined : then.get(id);
          const rows = addresses.filter((address) => held(batch?.rows.get(address)?.owner));
          return { batch, isHeld: held(batch?.owner), held: new Set(rows) };
        }),
        posts: world.posts,
        isAtColdsend: (address) => coldsend.accounts.some(({ email_address }) => email_address === address),
        cards: person.cards().map((card) => ({ text: card.text, thread: card.thread.map(toReply) })),
      });
      tally.violations.push(...verdict.violations);
      tally.requests += addresses.length;
      if (confirmed) tally.acknowledged += addresses.length;
      for (const outcome of verdict.outcomes) countOne(tally.outcomes, outcome ?? 'not accepted');
      tally.repeatedReplies += verdict.repeatedReplies;
      tally.repeatedAnnouncements += verdict.repeatedCards;
    }
    return lists.flatMap(({ person }) => person.addresses);
  }

  function toReply({ text, files }: MessageSeen) {
    const stored = files.map((id) => slack.file(id));
    return { text, files: stored.map(({ name, content }) => ({ name, content: content.toString() })) };
  }
}

function isOver(state: CommittedBatch['state']): boolean {
  return state === 'finished' || state === 'discarded';
}
