import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEntry } from '../../../../src/add-inbox/people/audit.ts';
import { AUDIT_PAGE_SIZE, parseAuditCursor, renderAuditPage } from '../../../../src/slack/home/audit/audit-page.ts';
import { assertView, textsOf } from '../../blocks/block-kit.ts';
import { HOSTILE } from '../../examples.ts';

const entries = (count: number, change: Partial<AuditEntry> = {}): AuditEntry[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `e${n}`,
    teamId: 'T1',
    at: Date.UTC(2026, 0, 2, 14, 0),
    userId: 'U1',
    action: 'settings_changed',
    requestId: undefined,
    details: {},
    ...change,
  }));

const place = (skip: number) => ({ until: 1_700_000_000_000, skip });

test('a page shows as many as fit, with buttons only where there is somewhere to go', () => {
  const cases: [skip: number, count: number, buttons: string[]][] = [
    [0, 0, []],
    [0, AUDIT_PAGE_SIZE, []],
    [0, AUDIT_PAGE_SIZE + 1, ['audit_older']],
    [AUDIT_PAGE_SIZE, 3, ['audit_newer']],
    [AUDIT_PAGE_SIZE, AUDIT_PAGE_SIZE + 1, ['audit_newer', 'audit_older']],
  ];
  for (const [skip, count, buttons] of cases) {
    const view = renderAuditPage('U1', place(skip), entries(count));
    assertView(view);
    const ids = [...JSON.stringify(view).matchAll(/"action_id":"(\w+)"/g)].map(([, id]) => id);
    assert.deepEqual(ids, [...buttons, 'audit_export']);
  }
});

test('a button leads to the place it names, and to the first page where it names none', () => {
  const view = JSON.stringify(renderAuditPage('U1', place(20), entries(21)));
  const values = [...view.matchAll(/"value":"([\d.]+)"/g)].map(([, value]) => parseAuditCursor(value ?? '', 5));
  assert.deepEqual(values, [place(0), place(40)]);
  for (const garbage of ['', 'x', '1', '-1.2', '1.2.3', '9'.repeat(40)]) {
    assert.deepEqual(parseAuditCursor(garbage, 5), { until: 5, skip: 0 });
  }
});

test('ids of ours are shown as names, and what is foreign marks nothing up', () => {
  const details = { from: 'chosen: U0123456789, S0123456789', to: 'C0123456789', client: HOSTILE, setting: HOSTILE };
  const view = renderAuditPage('U1', place(0), entries(20, { details }));
  assertView(view);
  const marked = textsOf(view, 'mrkdwn').join('\n');
  assert.match(marked, /from: chosen: <@U0123456789>, <!subteam\^S0123456789> · to: <#C0123456789>/);
  assert.ok(!marked.includes('evil') && !marked.includes('!channel'));
});

test('the longest entries fit', () => {
  const details = Object.fromEntries(
    ['from', 'to', 'client', 'email_address'].map((name) => [name, '<'.repeat(5_000)]),
  );
  assertView(renderAuditPage('U1', place(0), entries(20, { details, requestId: 'R'.repeat(12) })));
});

test('an entry that cannot be read stands in its place, and hides no other', () => {
  const unreadable = { unreadable: true, id: HOSTILE, at: Date.UTC(2026, 0, 2, 14, 0) } as const;
  const view = renderAuditPage('U1', place(0), [...entries(1), unreadable, { ...unreadable, at: undefined }]);
  assertView(view);
  assert.equal(textsOf(view, 'mrkdwn').join('\n').split("I can't read this entry").length, 3);
  assert.match(JSON.stringify(view), /entry\.e0/);
});
