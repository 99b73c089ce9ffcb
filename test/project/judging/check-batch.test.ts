import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BatchFacts, checkBatch } from '../../../faults/batches/check-batch.ts';
import type { CommittedBatch } from '../../../faults/batches/read-batches.ts';
import type { ShownOutcome } from '../../../faults/judging/facts.ts';

const [ANN, BOB] = ['ann@faults.test', 'bob@faults.test'];

const all = { card: true, failures: true, results: true, summary: true };
const none = { card: false, failures: false, results: false, summary: false };

const inOrder = createFacts('added', 'refused');

test('a batch that ended as it should breaks nothing', () => {
  assert.deepEqual(checkBatch(inOrder), {
    violations: [],
    outcomes: ['added', 'refused'],
    repeatedReplies: 0,
    repeatedCards: 0,
  });
  const nothing = { ...inOrder, confirmed: false, committed: undefined, cards: [], posts: () => [] };
  assert.deepEqual(checkBatch(nothing).violations, []);
});

test('a second card or reply is counted where a process died before it noted the first, and else a violation', () => {
  const cards = [...inOrder.cards, { text: 'Adding 2 inboxes. 0 of 2.', thread: [] }];
  assert.deepEqual(violationsOf({ cards }), ['list of ann@faults.test: card is there 2 times']);
  const deaths = [{ batch: createBatch('running', none), isHeld: true, held: new Set<string>() }];
  assert.deepEqual(violationsOf({ cards, deaths }), []);
  assert.equal(checkBatch({ ...inOrder, cards, deaths }).repeatedCards, 1);
});

const broken: Record<string, [Partial<BatchFacts>, RegExp]> = {
  'confirmed and lost': [{ committed: undefined, cards: [], posts: () => [] }, /confirmed and lost/],
  'a draft that was sent': [{ confirmed: false, committed: createBatch('discarded', none) }, /without having been/],
  'left behind': [{ committed: createBatch('running', all) }, /left behind as running/],
  'a row sent twice': [{ posts: () => [{ status: 200 }, { status: 200 }] }, /sent 2 times/],
  'added, and not at ColdSend': [{ isAtColdsend: () => false }, /ann@.*ColdSend does not have it/],
  'a row too few': [{ addresses: [ANN, BOB, 'cat@faults.test'] }, /has 2 rows of 3/],
  'no summary': [
    { cards: createCards('added', 'refused').map((card) => ({ ...card, thread: [] })) },
    /summary is missing/,
  ],
  'a card that counts wrongly': [{ cards: createCards('added', 'added') }, /no card says how it ended/],
  'stopped by nobody': [createFacts('added', 'stopped'), /stopped by nobody/],
  'known, and called added after a death while armed': [
    { deaths: [{ batch: createBatch('running', all, 'armed'), isHeld: true, held: new Set([ANN]) }] },
    /died while armed, reported added/,
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
    addresses: [ANN, BOB],
    confirmed: true,
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
    ...{ state, noted, userId: 'U1', owner: undefined },
    rows: new Map([
      [ANN, { ...row, outcome: outcomeOf(ofAnn) }],
      [BOB, { ...row, outcome: outcomeOf(ofBob) }],
    ]),
  };
}

function createCards(ofAnn: ShownOutcome, ofBob: ShownOutcome): BatchFacts['cards'] {
  const words = { added: 'added', refused: 'ColdSend refused it', stopped: 'not sent: stopped' };
  const wordsOf = (outcome: ShownOutcome) => Object.entries(words).find(([kind]) => kind === outcome)?.[1] ?? '';
  const content = `line,address,outcome\n2,${ANN},${wordsOf(ofAnn)}\n3,${BOB},${wordsOf(ofBob)}\n`;
  const results = { text: '', files: [{ name: 'inboxes-results.csv', content }] };
  const failures = { text: 'What went wrong. ColdSend refused it · 1. Correct it.', files: [] };
  const summary = { text: '1 inbox needs you. Press “Fix what failed”.', files: [] };
  const ends = { refused: '1 of 2 inboxes added. 1 not added.', stopped: 'Stopped: 1 of 2 inboxes added. 1 not sent.' };
  const end = Object.entries(ends).find(([kind]) => kind === ofBob)?.[1] ?? 'All 2 inboxes added.';
  return [{ text: end, thread: ofBob === 'refused' ? [failures, results, summary] : [results] }];
}
