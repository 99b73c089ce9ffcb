import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BatchFacts, checkBatch } from '../../../faults/batches/check-batch.ts';
import type { CommittedBatch } from '../../../faults/batches/read-batches.ts';
import type { ShownOutcome } from '../../../faults/judging/facts.ts';

const [ANN, BOB] = ['ann@faults.test', 'bob@faults.test'];

const all = { card: true, failures: true, results: true, summary: true };
const none = { card: false, failures: false, results: false, summary: false };

const TOLD = { addresses: [ANN, BOB], isTold: true };

const ALL = 'All 2 inboxes added.';

const counts = { added: 2, exists: 0, failed: 0, unknown: 0, stopped: 0, left: 0 };

const reported = { state: 'reported', outcome: 'added', replyNoted: false, owner: undefined } as const;

const inOrder = createFacts('added', 'refused');

const fixed = createFixed();

test('a batch that ended as it should breaks nothing', () => {
  assert.deepEqual(checkBatch(inOrder), {
    violations: [],
    outcomes: ['added', 'refused'],
    repeatedReplies: 0,
    repeatedCards: 0,
  });
  const rounds = [{ addresses: [ANN, BOB], isTold: false }];
  const nothing = { ...inOrder, rounds, committed: undefined, cards: [], posts: () => [] };
  assert.deepEqual(checkBatch(nothing).violations, []);
});

test('a batch whose failed row was fixed on the page breaks nothing', () => {
  assert.deepEqual(checkBatch(fixed).violations, []);
  assert.deepEqual(checkBatch(fixed).outcomes, ['added', 'refused', 'added']);
});

test('a second card or reply is counted where a process died before it noted the first, and else a violation', () => {
  const cards = [...inOrder.cards, { text: 'Adding 2 inboxes. 0 of 2.', thread: [] }];
  assert.deepEqual(violationsOf({ cards }), ['list of ann@faults.test: card is there 2 times']);
  const deaths = [{ batch: createBatch('running', none), isHeld: true, holds: () => false }];
  assert.deepEqual(violationsOf({ cards, deaths }), []);
  assert.equal(checkBatch({ ...inOrder, cards, deaths }).repeatedCards, 1);
});

const broken: Record<string, [Partial<BatchFacts>, RegExp]> = {
  'confirmed and lost': [{ committed: undefined, cards: [], posts: () => [] }, /confirmed and lost/],
  'a draft that was sent': [
    { rounds: [{ ...TOLD, isTold: false }], committed: createBatch('discarded', none) },
    /without having been/,
  ],
  'left behind': [{ committed: createBatch('running', all) }, /left behind as running/],
  'a row sent twice': [{ posts: () => [{ status: 200 }, { status: 200 }] }, /sent 2 times/],
  'added, and not at ColdSend': [{ isAtColdsend: () => false }, /ann@.*ColdSend does not have it/],
  'a row too few': [{ rounds: [{ ...TOLD, addresses: [ANN, BOB, 'cat@faults.test'] }] }, /has 2 rows of 3 in round 0/],
  'no summary': [
    { cards: createCards('added', 'refused').map((card) => ({ ...card, thread: [] })) },
    /summary is missing/,
  ],
  'a card that counts wrongly': [{ cards: createCards('added', 'added') }, /no card says how it ended/],
  'stopped by nobody': [createFacts('added', 'stopped'), /stopped by nobody/],
  'known, and called added after a death while armed': [
    { deaths: [{ batch: createBatch('running', all, 'armed'), isHeld: true, holds: () => true }] },
    /died while armed, reported added/,
  ],
  'a fix that is lost': [{ ...fixed, committed: createBatch('finished', all) }, /bob@.*acknowledged and lost/],
  'a fix of a row that did not fail': [
    { ...fixed, committed: { ...fixed.committed, rounds: [...fixed.committed.rounds, new Map([[ANN, reported]])] } },
    /has rows of 3 rounds/,
  ],
  'a fix that is sent twice': [
    { ...fixed, posts: (address) => [...fixed.posts(address, 1), ...fixed.posts(address, 1)] },
    /bob@.*sent 2 times/,
  ],
  'a summary of before the fix': [
    { ...fixed, cards: inOrder.cards.map((card) => ({ ...card, text: ALL })) },
    /summaries say that 1/,
  ],
  'a card of before the fix': [{ ...fixed, cards: inOrder.cards }, /no card says how it ended/],
  'a page that shows what was before the fix': [
    { ...fixed, shown: { state: 'finished', counts: { ...counts, added: 1, failed: 1 } } },
    /the page shows finished .*"failed":1/,
  ],
};

for (const [name, [change, sentence]] of Object.entries(broken)) {
  test(`it sees ${name}`, () => assert.match(violationsOf(change).join('\n'), sentence));
}

function violationsOf(change: Partial<BatchFacts>): string[] {
  return checkBatch({ ...inOrder, ...change }).violations;
}

function createFacts(ofAnn: ShownOutcome, ofBob: ShownOutcome): BatchFacts {
  return {
    rounds: [TOLD],
    shown: undefined,
    pressedStop: false,
    deaths: [],
    committed: createBatch('finished', all, 'reported', ofAnn, ofBob),
    posts: (address) => (address === ANN ? [{ status: 200 }] : ofBob === 'stopped' ? [] : [{ status: 422 }]),
    isAtColdsend: (address) => address === ANN,
    cards: createCards(ofAnn, ofBob),
  };
}

function createBatch(
  state: CommittedBatch['state'],
  noted: CommittedBatch['noted'],
  rows: 'reported' | 'armed' = 'reported',
  ofAnn: ShownOutcome = 'added',
  ofBob: ShownOutcome = 'refused',
): CommittedBatch {
  const row = { state: rows, replyNoted: false, owner: undefined };
  const outcomeOf = (outcome: ShownOutcome) => (rows === 'armed' ? undefined : outcome);
  return {
    ...{ state, noted, userId: 'U1', isFix: false, owner: undefined },
    rounds: [
      new Map([
        [ANN, { ...row, outcome: outcomeOf(ofAnn) }],
        [BOB, { ...row, outcome: outcomeOf(ofBob) }],
      ]),
    ],
  };
}

/** Bob's row failed and was added in the second round. */
function createFixed() {
  const first = createBatch('finished', all);
  const [card = { text: '', thread: [] }] = inOrder.cards;
  const summary = { text: 'All fixed: no inbox needs you any more.', files: [] };
  return {
    ...inOrder,
    rounds: [TOLD, { addresses: [BOB], isTold: true }],
    committed: { ...first, rounds: [...first.rounds, new Map([[BOB, reported]])] },
    posts: (address: string, round: number) => (round === 0 ? inOrder.posts(address, 0) : [{ status: 200 }]),
    isAtColdsend: () => true,
    cards: [{ text: ALL, thread: [...card.thread.slice(0, -1), summary] }],
    shown: { state: 'finished', counts },
  } satisfies BatchFacts;
}

function createCards(ofAnn: ShownOutcome, ofBob: ShownOutcome): BatchFacts['cards'] {
  const words = { added: 'added', refused: 'ColdSend refused it', stopped: 'not sent: stopped' };
  const wordsOf = (outcome: ShownOutcome) => Object.entries(words).find(([kind]) => kind === outcome)?.[1] ?? '';
  const content = `line,address,outcome\n2,${ANN},${wordsOf(ofAnn)}\n3,${BOB},${wordsOf(ofBob)}\n`;
  const results = { text: '', files: [{ name: 'inboxes-results.csv', content: `\uFEFF${content}` }] };
  const failures = { text: 'What went wrong. ColdSend refused it · 1. Correct it.', files: [] };
  const summary = { text: '1 inbox needs you. Press “Fix what failed”.', files: [] };
  const ends = { refused: '1 of 2 inboxes added. 1 not added.', stopped: 'Stopped: 1 of 2 inboxes added. 1 not sent.' };
  const end = Object.entries(ends).find(([kind]) => kind === ofBob)?.[1] ?? 'All 2 inboxes added.';
  return [{ text: end, thread: ofBob === 'refused' ? [failures, results, summary] : [results] }];
}
