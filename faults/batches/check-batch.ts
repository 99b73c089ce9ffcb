import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { checkFacts } from '../judging/check-facts.ts';
import type { Post, ShownOutcome } from '../judging/facts.ts';
import type { CommittedBatch } from './read-batches.ts';

/** What outsiders saw of one list that a person pasted. */
export type BatchFacts = {
  addresses: string[];
  /** The person was told that the inboxes are being added. */
  confirmed: boolean;
  pressedStop: boolean;
  /** What was committed each time a process died (undefined: nothing), and whether it held the batch and which rows. */
  deaths: { batch: CommittedBatch | undefined; isHeld: boolean; held: ReadonlySet<string> }[];
  /** What is committed at the end. */
  committed: CommittedBatch | undefined;
  posts(address: string): Post[];
  isAtColdsend(address: string): boolean;
  cards: { text: string; thread: { text: string; files: { name: string; content: string }[] }[] }[];
};

export type BatchVerdict = {
  violations: string[];
  /** The outcome of each row; undefined where nothing was committed. */
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
  const { addresses, cards, committed, deaths } = facts;
  const violations: string[] = [];
  const say = (sentence: string): void => void violations.push(`list of ${addresses[0]}: ${sentence}`);
  const posted = addresses.filter((address) => facts.posts(address).length > 0);

  if (committed === undefined || committed.state === 'discarded') {
    if (facts.confirmed) say('confirmed and lost');
    if (posted.length > 0) say(`${posted.length} rows were sent without having been committed`);
    if (cards.length > 0) say('a card without a batch');
    return { violations, outcomes: addresses.map(() => undefined), repeatedReplies: 0, repeatedCards: 0 };
  }
  if (committed.state !== 'finished') say(`left behind as ${committed.state}`);
  if (!isSame([...committed.rows.keys()], addresses)) say(`has ${committed.rows.size} rows of ${addresses.length}`);

  const thread = cards.flatMap((card) => card.thread);
  const results = thread.flatMap(({ files }) => files.filter(({ name }) => name.endsWith('-results.csv')));
  const tables = [...new Set(results.map(({ content }) => content))].map(readResults);
  if (tables.length > 1) say('the results say different things');
  const [shown = new Map<string, string>()] = tables;
  if (results.length > 0 && !isSame([...shown.keys()], addresses)) say(`the results have ${shown.size} rows`);

  const outcomes = addresses.map((address) => {
    const row = committed.rows.get(address);
    const text = shown.get(address) ?? '';
    const said = { text, shows: WORDS.find(([, words]) => words.test(text))?.[0] };
    const crashes = deaths.filter(({ held }) => held.has(address)).map(({ batch }) => batch?.rows.get(address));
    const verdict = checkFacts({
      ...{ address, crashes, acknowledged: facts.confirmed, committed: row },
      ...{ posts: facts.posts(address), isAtColdsend: facts.isAtColdsend(address) },
      ...{ announcements: [said], replies: [said] },
    });
    violations.push(...verdict.violations);
    return row?.outcome;
  });
  const countOf = (kind: ShownOutcome) => outcomes.filter((outcome) => outcome === kind).length;
  const failed = outcomes.filter((outcome) => FAILED.has(outcome)).length;
  if (countOf('stopped') > 0 && !facts.pressedStop) say('stopped by nobody');

  const isOfEnd = (text: string) =>
    readAdded(text, addresses.length) === countOf('added') &&
    WORDS.slice(1).every(([kind, , words]) => readCount(text, words) === countOf(kind));
  if (!cards.some(({ text }) => isOfEnd(text))) say(`no card says how it ended: ${cards.map(({ text }) => text)}`);

  const expected = failed === 0 ? 0 : 1;
  const failures = thread.filter(({ text }) => text.startsWith('What went wrong'));
  const summaries = thread.filter(({ text }) => /^\d+ inbox(es)? needs? you/.test(text));
  const repeated = {
    card: countRepeated('card', cards.length, 1),
    failures: countRepeated('failures', failures.length, expected),
    results: countRepeated('results', results.length, 1),
    summary: countRepeated('summary', summaries.length, expected),
  };
  for (const { text } of failures) {
    const groups = [...text.matchAll(/ · (\d+)\./g)].reduce((sum, [, count]) => sum + Number(count), 0);
    if (groups !== failed) say(`the thread says that ${groups} rows failed, not ${failed}`);
  }
  for (const { text } of summaries) {
    if (Number.parseInt(text, 10) !== failed) say(`the summary says "${text}", and ${failed} failed`);
  }
  const { card: repeatedCards, ...replies } = repeated;
  return { violations, outcomes, repeatedReplies: Object.values(replies).reduce((a, b) => a + b), repeatedCards };

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

function isConfirmed({ state }: CommittedBatch): boolean {
  return state !== 'draft' && state !== 'discarded';
}

function isSame(some: string[], others: string[]): boolean {
  return JSON.stringify(some.toSorted()) === JSON.stringify(others.toSorted());
}

function readResults(content: string): Map<string, string> {
  const lines = z.array(z.array(z.string())).parse(parse(content, { from: 2 }));
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
