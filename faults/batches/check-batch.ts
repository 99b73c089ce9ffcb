import { isDeepStrictEqual } from 'node:util';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { Progress } from '../../src/web/secure/browser/contract.ts';
import { checkFacts } from '../judging/check-facts.ts';
import type { Post, ShownOutcome } from '../judging/facts.ts';
import type { CommittedRow } from '../world/read-committed.ts';
import type { List } from './list.ts';
import type { CommittedBatch } from './read-batches.ts';

/** What outsiders saw of one list that a person added. */
export type BatchFacts = {
  /** The list, and each fix of its failed rows. */
  rounds: List['rounds'];
  pressedStop: boolean;
  /** What was committed each time a process died (undefined: nothing), and whether it held the batch and the row. */
  deaths: { batch: CommittedBatch | undefined; isHeld: boolean; holds(row: CommittedRow | undefined): boolean }[];
  /** What is committed at the end. */
  committed: CommittedBatch | undefined;
  /** With the password of that round. */
  posts(address: string, round: number): Post[];
  isAtColdsend(address: string): boolean;
  /** What the secure page shows at the end; undefined where the list was not added there. */
  shown: Pick<Progress, 'state' | 'counts'> | undefined;
  cards: { text: string; thread: { text: string; files: { name: string; content: string }[] }[] }[];
};

export type BatchVerdict = {
  violations: string[];
  /** The outcome of each row in each round; undefined where nothing was committed. */
  outcomes: (ShownOutcome | undefined)[];
  /** The documented window: Slack took it, and the process died before that was noted. */
  repeatedReplies: number;
  repeatedCards: number;
};

const FAILED: ReadonlySet<string | undefined> = new Set(['refused', 'key_refused', 'unknown', 'expired']);

/** As people read them: in the CSV, and after a number on the card. */
const WORDS: [ShownOutcome, csv: RegExp, card: string][] = [
  ['added', /^added\b/, 'added'],
  ['exists', /^in ColdSend already$/, 'in ColdSend already'],
  ['refused', /^ColdSend refused it$/, 'not added'],
  ['key_refused', /^ColdSend refused the API key$/, 'not added: API key refused'],
  ['unknown', /^We don't know if it was added$/, 'unknown'],
  ['expired', /^We couldn't send it in time$/, 'not sent in time'],
  ['stopped', /^not sent: stopped$/, 'not sent'],
];

/**
 * Compares what outsiders saw of a batch with the promise: confirmed rows are not lost, each is sent at most once and ends in one
 * outcome, and card, CSV and thread say what ColdSend knows, once. Pure; every sentence it returns is a violation.
 */
export function checkBatch(facts: BatchFacts): BatchVerdict {
  const { rounds, cards, committed, deaths } = facts;
  const [{ addresses, isTold } = { addresses: [], isTold: false }] = rounds;
  const violations: string[] = [];
  const say = (sentence: string): void => void violations.push(`list of ${addresses[0]}: ${sentence}`);

  if (committed === undefined || committed.state === 'discarded') {
    const posted = addresses.filter((address) => facts.posts(address, 0).length > 0);
    if (isTold) say('confirmed and lost');
    if (posted.length > 0) say(`${posted.length} rows were sent without having been committed`);
    if (cards.length > 0) say('a card without a batch');
    return { violations, outcomes: addresses.map(() => undefined), repeatedReplies: 0, repeatedCards: 0 };
  }
  if (committed.state !== 'finished') say(`left behind as ${committed.state}`);
  if (committed.rounds.length > rounds.length) say(`has rows of ${committed.rounds.length} rounds`);

  const thread = cards.flatMap((card) => card.thread);
  const results = thread.flatMap(({ files }) => files.filter(({ name }) => name.endsWith('-results.csv')));
  const tables = [...new Set(results.map(({ content }) => content))].map(readResults);
  if (tables.length > 1) say('the results say different things');
  const [inResults = new Map<string, string>()] = tables;
  if (results.length > 0 && !isSame([...inResults.keys()], addresses)) say(`the results have ${inResults.size} rows`);

  const ends = rounds.map((round, at) => checkRound(round, at, committed.rounds[at] ?? new Map()));
  const latest = rounds.map((_, at) => addresses.map((address) => outcomeAfter(address, at)));
  const failed = latest.map((outcomes) => outcomes.filter((outcome) => FAILED.has(outcome)).length);
  const [failedAtFirst = 0] = failed;
  const countOf = (...kinds: ShownOutcome[]) =>
    latest.at(-1)?.filter((outcome) => outcome !== undefined && kinds.includes(outcome)).length ?? 0;
  if (countOf('stopped') > 0 && !facts.pressedStop) say('stopped by nobody');

  const isOfEnd = (text: string) =>
    readAdded(text, addresses.length) === countOf('added') &&
    WORDS.slice(1).every(([kind, , words]) => readCount(text, words) === countOf(kind));
  if (!cards.some(({ text }) => isOfEnd(text))) say(`no card says how it ended: ${cards.map(({ text }) => text)}`);

  const counts = {
    ...{ added: countOf('added'), exists: countOf('exists'), failed: countOf('refused', 'key_refused', 'expired') },
    ...{ unknown: countOf('unknown'), stopped: countOf('stopped'), left: 0 },
  };
  const { shown = { state: 'finished', counts } } = facts;
  if (shown.state !== 'finished' || !isDeepStrictEqual(shown.counts, counts)) {
    say(`the page shows ${shown.state} ${JSON.stringify(shown.counts)}, where ${JSON.stringify(counts)} is true`);
  }

  const expected = failedAtFirst === 0 ? 0 : 1;
  const failures = thread.filter(({ text }) => text.startsWith('What went wrong'));
  const summaries = thread.filter(({ text }) => /^(\d+ inbox(es)? needs? you|All fixed)/.test(text));
  const repeated = {
    card: countRepeated('card', cards.length, 1),
    failures: countRepeated('failures', failures.length, expected),
    results: countRepeated('results', results.length, 1),
    summary: countRepeated('summary', summaries.length, expected),
  };
  for (const { text } of failures) {
    const groups = [...text.matchAll(/ · (\d+)\./g)].reduce((sum, [, count]) => sum + Number(count), 0);
    if (groups !== failedAtFirst) say(`the thread says that ${groups} rows failed, not ${failedAtFirst}`);
  }
  // One that was posted a second time by a dead process is never heard of again, and stays as it was.
  const said = summaries.map(({ text }) => (text.startsWith('All fixed') ? 0 : Number.parseInt(text, 10)));
  const isTrue = said.every((count) => failed.includes(count)) && said.includes(failed.at(-1) ?? 0);
  if (said.length > 0 && !isTrue) say(`the summaries say that ${said} failed, and ${failed} did after each round`);

  const { card: repeatedCards, ...replies } = repeated;
  return {
    violations,
    outcomes: ends.flatMap((outcomes) => [...outcomes.values()]),
    repeatedReplies: Object.values(replies).reduce((a, b) => a + b),
    repeatedCards,
  };

  /** The outcome of each row of a round. The results show those of the first one. */
  function checkRound(
    { addresses: own, isTold: acknowledged }: List['rounds'][number],
    at: number,
    rows: Map<string, CommittedRow>,
  ): Map<string, ShownOutcome | undefined> {
    if (rows.size > 0 && !isSame([...rows.keys()], own)) say(`has ${rows.size} rows of ${own.length} in round ${at}`);
    const otherRounds = [...rounds.keys()].filter((other) => other !== at);
    return new Map(
      own.map((address) => {
        const row = rows.get(address);
        const text = inResults.get(address) ?? '';
        const shows = at === 0 ? WORDS.find(([, words]) => words.test(text))?.[0] : row?.outcome;
        const saying = row === undefined ? [] : [{ text, shows }];
        const isOfOther = otherRounds.some((other) => facts.posts(address, other).some(mayHaveAdded));
        const verdict = checkFacts({
          ...{ address, acknowledged, committed: row, posts: facts.posts(address, at) },
          crashes: deaths.flatMap(({ batch, holds }) => {
            const then = batch?.rounds[at]?.get(address);
            return holds(then) ? [then] : [];
          }),
          isAtColdsend: facts.isAtColdsend(address) && (row?.outcome === 'added' || !isOfOther),
          ...{ announcements: saying, replies: saying },
        });
        violations.push(...verdict.violations);
        return [address, row?.outcome];
      }),
    );
  }

  /** As people are shown it: an inbox that ColdSend has already was added by an earlier try that nobody knew the end of. */
  function outcomeAfter(address: string, at: number): ShownOutcome | undefined {
    const tries = ends.slice(0, at + 1).flatMap((outcomes) => outcomes.get(address) ?? []);
    return tries.at(-1) === 'exists' && tries.includes('unknown') ? 'added' : tries.at(-1);
  }

  /** A message may be there once more for each process that died before it noted that Slack took it. */
  function countRepeated(what: keyof CommittedBatch['noted'], count: number, due: number): number {
    const couldRepeat = deaths.filter(
      ({ batch, isHeld }) => isHeld && batch && isConfirmed(batch) && !batch.noted[what],
    );
    if (count < due) say(`${what} is missing`);
    if (count > due + (due === 0 ? 0 : couldRepeat.length)) say(`${what} is there ${count} times`);
    return Math.max(0, count - due);
  }
}

function mayHaveAdded({ status = 200 }: Post): boolean {
  return status >= 200 && status <= 299;
}

function isConfirmed({ state }: CommittedBatch): boolean {
  return state !== 'draft' && state !== 'discarded';
}

function isSame(some: string[], others: string[]): boolean {
  return JSON.stringify(some.toSorted()) === JSON.stringify(others.toSorted());
}

function readResults(content: string): Map<string, string> {
  const lines = z.array(z.array(z.string())).parse(parse(content, { bom: true, from: 2 }));
  const table = new Map(lines.map(([, address = '', outcome = '']) => [address, outcome]));
  if (table.size !== lines.length) table.set('an address is there twice', '');
  return table;
}

/** The number of added inboxes that a card says at its end. */
function readAdded(text: string, total: number): number | undefined {
  if (/^All \d+ inboxes added\./.test(text)) return total;
  if (/^None of \d+ inboxes added\./.test(text)) return 0;
  const count = /^(?:Stopped: )?(\d+) of \d+ inboxes added\./.exec(text)?.[1];
  return count === undefined ? undefined : Number(count);
}

function readCount(text: string, words: string): number {
  return Number(new RegExp(`(\\d+) ${words}\\.`).exec(text)?.[1] ?? 0);
}
