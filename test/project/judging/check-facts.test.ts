import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFacts } from '../../../faults/judging/check-facts.ts';
import type { Committed, RequestFacts } from '../../../faults/judging/facts.ts';

const reported: Committed = { state: 'reported', outcome: 'added', replyNoted: true };
const added = { text: 'Inbox added – jane@faults.test', shows: 'added' } as const;
const unknown = { text: "We don't know if the inbox was added", shows: 'unknown' } as const;
const armed: Committed = { state: 'armed', outcome: undefined, replyNoted: false };

const inOrder: RequestFacts = {
  address: 'jane@faults.test',
  acknowledged: true,
  crashes: [],
  committed: reported,
  posts: [{ status: 200 }],
  isAtColdsend: true,
  announcements: [added],
  replies: [added],
};

const asUnknown: Partial<RequestFacts> = {
  committed: { ...reported, outcome: 'unknown' },
  announcements: [unknown],
  replies: [unknown],
};

const kept: Record<string, Partial<RequestFacts>> = {
  'added, reported once': {},
  'never accepted, and nothing happened': {
    acknowledged: false,
    committed: undefined,
    posts: [],
    isAtColdsend: false,
    announcements: [],
    replies: [],
  },
  'accepted without having been able to say so': { acknowledged: false },
  'unknown after a death while armed': { ...asUnknown, crashes: [armed] },
  'unknown after a death while armed, before it was sent': {
    ...asUnknown,
    crashes: [armed],
    posts: [],
    isAtColdsend: false,
  },
  'unknown where the answer was lost': { ...asUnknown, posts: [{ status: undefined }] },
  'unknown after a 500': { ...asUnknown, posts: [{ status: 500 }], isAtColdsend: false },
  'sent again after a 503 and a 429': { posts: [{ status: 503 }, { status: 429 }, { status: 200 }] },
};

for (const [name, change] of Object.entries(kept)) {
  test(`the promise is kept: ${name}`, () => {
    assert.deepEqual(checkFacts({ ...inOrder, ...change }).violations, []);
  });
}

test('the one window in which a reply comes twice is counted, not a violation', () => {
  const crashes: Committed[] = [{ state: 'settled', outcome: 'added', replyNoted: false }];
  const verdict = checkFacts({ ...inOrder, crashes, replies: [added, added] });
  assert.deepEqual(verdict.violations, []);
  assert.equal(verdict.repeatedReplies, 1);
});

const broken: [string, Partial<RequestFacts>, RegExp][] = [
  ['lost', { committed: undefined, posts: [], replies: [], announcements: [] }, /acknowledged and lost/],
  ['left half-way', { committed: armed }, /left behind as armed/],
  ['deleted', { committed: undefined, crashes: [armed] }, /gone from the database/],
  ['sent before it was on disk', { acknowledged: false, committed: undefined }, /sent without having been committed/],
  ['sent twice', { posts: [{ status: 200 }, { status: 409 }] }, /sent 2 times/],
  ['sent again after a lost answer', { posts: [{ status: undefined }, { status: 200 }] }, /sent 2 times/],
  ['never reported', { replies: [] }, /no outcome was reported/],
  ['reported twice without a reason', { replies: [added, added] }, /reported 2 times/],
  [
    'reported twice though the first was noted',
    { replies: [added, added], crashes: [{ state: 'settled', outcome: 'added', replyNoted: true }] },
    /reported 2 times/,
  ],
  ['reported differently', { replies: [added, unknown] }, /several outcomes were reported/],
  ['announced twice', { announcements: [added, added] }, /announced 2 times/],
  ['announced without its outcome', { announcements: [{ text: 'Adding', shows: undefined }] }, /without its outcome/],
  ['announced as something else', { announcements: [unknown] }, /announced as unknown, reported as added/],
  ['reported added, which is not so', { isAtColdsend: false }, /ColdSend does not have it/],
  ['reported added, where it answered 500', { posts: [{ status: 500 }] }, /ColdSend answered 500/],
  ['reported unknown, where it was known', asUnknown, /though it was known/],
  [
    'reported unknown, where nothing was sent',
    { ...asUnknown, posts: [], isAtColdsend: false, network: 'nothing_sent' },
    /though nothing was sent/,
  ],
  ['reported added after a death while armed', { crashes: [armed] }, /died while armed/],
  [
    'reported otherwise than it was settled',
    { crashes: [{ state: 'settled', outcome: 'refused', replyNoted: false }] },
    /settled as refused, reported added/,
  ],
  [
    'reported refused, though it was added',
    { committed: { ...reported, outcome: 'refused' }, replies: [{ text: 'no', shows: 'refused' }] },
    /ColdSend has it/,
  ],
  [
    'reported expired, though it was sent',
    { committed: { ...reported, outcome: 'expired' }, replies: [{ text: 'late', shows: 'expired' }] },
    /but it was sent/,
  ],
  ['reported what is no outcome', { replies: [{ text: 'hm', shows: undefined }] }, /no outcome/],
];

for (const [name, change, sentence] of broken) {
  test(`a violation is found: ${name}`, () => {
    assert.match(checkFacts({ ...inOrder, ...change }).violations.join('\n'), sentence);
  });
}
