import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { LOST_PERMISSIONS } from '../../../src/add-inbox/people/person.ts';
import { type Outcome, TROUBLE_KINDS } from '../../../src/add-inbox/request/outcome.ts';
import { outcomeJson, toOutcomeJson } from '../../../src/storage/requests/outcome-json.ts';

/** How the version before read these two, which may run beside this one during a deploy. */
const before = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('added'),
    account: z.object({
      inbox_id: z.string(),
      email_address: z.string(),
      display_name: z.string(),
      inbox_type: z.string(),
      daily_limit: z.number(),
      overall_status: z.string(),
    }),
  }),
  z.object({
    kind: z.literal('refused'),
    reason: z.string(),
    fields: z.array(z.object({ field: z.string(), reason: z.string() })),
  }),
  z.object({ kind: z.literal('unknown'), why: z.enum(['answer_lost']) }),
]);

const nothing = { inbox_id: '', email_address: '', display_name: '', inbox_type: '', daily_limit: 0 };

const outcomes: Outcome[] = [
  {
    kind: 'refused',
    reason: 'Connection failed',
    fields: [],
    login: {
      smtp: { kind: 'refused', reason: 'certificate_other_name', certificateName: 'mail.host.com' },
      imap: { kind: 'unknown', reason: 'over_budget' },
    },
    isHeldBack: true,
  },
  { kind: 'added', account: { ...nothing, overall_status: '' } },
  { kind: 'unknown', why: 'answer_lost', status: 503 },
  ...TROUBLE_KINDS.map((kind) => ({
    kind: 'refused' as const,
    reason: 'HTTP 404',
    fields: [],
    trouble: { kind, status: 404, isColdsends: false },
  })),
];

for (const outcome of outcomes) {
  test(`${JSON.stringify(outcome)} is read as it was stored, and by the version before too`, () => {
    const stored: unknown = JSON.parse(toOutcomeJson(outcome));
    assert.deepEqual(outcomeJson.parse(stored), outcome);
    assert.equal(before.parse(stored).kind, outcome.kind);
  });
}

test('a lost permission keeps its stored name', () => {
  for (const lostPermission of LOST_PERMISSIONS) {
    const outcome: Outcome = { kind: 'refused', reason: '', fields: [], lostPermission };
    const stored: unknown = JSON.parse(toOutcomeJson(outcome));
    assert.deepEqual(stored, { kind: 'refused', reason: '', fields: [], lostRight: lostPermission });
    assert.deepEqual(outcomeJson.parse(stored), outcome);
  }
});

test('a trouble that a newer version has added leaves the refusal readable', () => {
  const refused = { kind: 'refused', reason: 'HTTP 418', fields: [] };
  const trouble = { kind: 'teapot', status: 418, isColdsends: false };
  assert.deepEqual(outcomeJson.parse({ ...refused, trouble }), { ...refused, trouble: undefined });
});

test('a verdict that a newer version has added leaves the refusal readable', () => {
  const refused = { kind: 'refused', reason: 'Connection failed', fields: [] };
  const login = { smtp: { kind: 'works' }, imap: { kind: 'refused', reason: 'passkey_needed' } };
  assert.deepEqual(outcomeJson.parse({ ...refused, login }), { ...refused, login: undefined });
});
