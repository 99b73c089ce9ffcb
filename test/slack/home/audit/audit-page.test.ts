import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cursor } from '../../../../src/add-inbox/lists/page.ts';
import { AUDIT_ACTIONS, type AuditEntry } from '../../../../src/add-inbox/people/audit.ts';
import { AUDIT_PAGE_SIZE, type ListedEntry, renderAuditPage } from '../../../../src/slack/home/audit/audit-page.ts';
import {
  ACTIONS_OF,
  type AuditPlace,
  moveAudit,
  NEWEST_ENTRIES,
  parseStoredPlace,
  toAuditFilter,
} from '../../../../src/slack/home/audit/audit-place.ts';
import { toCursorValue } from '../../../../src/slack/modals/trail.ts';
import { readView } from '../../../../src/slack/modals/view-state.ts';
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

const render = (
  shown: ListedEntry[],
  { place = NEWEST_ENTRIES, next, links = new Map<string, string>() }: Shown = {},
) => renderAuditPage('U1', place, { entries: shown, next }, links);

type Shown = { place?: AuditPlace; next?: Cursor; links?: Map<string, string> };

test('a page has buttons only where there is somewhere to go', () => {
  const cursor = { at: 5, id: 'e' };
  const cases: [shown: Shown, buttons: string[]][] = [
    [{}, []],
    [{ next: cursor }, ['audit_older']],
    [{ place: { trail: [cursor] } }, ['audit_newer']],
    [{ place: { trail: [cursor], topic: 'keys' }, next: cursor }, ['audit_newer', 'audit_older', 'audit_all']],
  ];
  for (const [shown, buttons] of cases) {
    const view = render(entries(AUDIT_PAGE_SIZE), shown);
    assertView(view);
    const [, last] = JSON.stringify(view).split('"audit_buttons"');
    const ids = [...(last ?? '').matchAll(/"action_id":"(\w+)"/g)].map(([, id]) => id);
    assert.deepEqual(ids, [...buttons, 'audit_export']);
  }
});

test('each press leads on from the place that the page carries', () => {
  const press = (from: AuditPlace, action: string, value: string) => {
    const view = render([], { place: moveAudit(from, action, value) });
    assertView(view);
    return parseStoredPlace(readView({ ...view, id: 'V1', state: { values: {} } }).metadata.more);
  };
  const cursor = { at: 5, id: '4f9d6c0a-7b1e-4d8e-9a3c-2f1f0c9b8a7d' };
  const person = press(NEWEST_ENTRIES, 'audit_person', 'U0123456789');
  const topic = press(person, 'audit_topic', 'refused');
  const period = press(topic, 'audit_period', '7');
  const older = press(period, 'audit_older', toCursorValue(cursor));
  assert.deepEqual(older, { userId: 'U0123456789', topic: 'refused', days: 7, trail: [cursor] });
  assert.deepEqual(press(older, 'audit_newer', 'newer'), period);
  assert.deepEqual(press(older, 'audit_topic', 'any'), { ...period, topic: undefined });
  assert.deepEqual(press(older, 'audit_period', 'any'), { ...topic });
  assert.deepEqual(press(older, 'audit_person', ''), { ...period, userId: undefined });
  assert.deepEqual(press(older, 'audit_all', 'all').trail, []);
  for (const garbage of ['', 'x', '1', '{}']) assert.deepEqual(press(older, 'audit_older', garbage).trail, []);
  let far = NEWEST_ENTRIES;
  for (let at = 1_700_000_000_000; at < 1_700_000_000_200; at += 1) {
    far = press(far, 'audit_older', toCursorValue({ ...cursor, at }));
  }
  assert.equal(far.trail.at(-1)?.at, 1_700_000_000_199);
});

test('the menus show what is chosen, and what is found for it', () => {
  const place: AuditPlace = { userId: 'U0123456789', topic: 'refused', days: 7, trail: [] };
  const view = JSON.stringify(render([], { place }));
  assert.match(view, /"initial_user":"U0123456789"/);
  assert.match(view, /"initial_option":\{"value":"refused".*"initial_option":\{"value":"7"/);
  assert.match(view, /No entry matches these filters/);
  assert.match(JSON.stringify(render([], { place, next: { at: 1, id: '' } })), /among those I looked at/);
  assert.match(JSON.stringify(render([])), /There is nothing here yet/);
  assert.deepEqual(toAuditFilter(place, 8 * 24 * 3_600_000), {
    userId: 'U0123456789',
    actions: ['refused_attempt', 'link_denied'],
    since: 24 * 3_600_000,
  });
});

test('every action is found under one topic', () => {
  assert.deepEqual(Object.values(ACTIONS_OF).flat().toSorted(), [...AUDIT_ACTIONS].toSorted());
});

test('an entry leads to the thread of its inbox', () => {
  const links = new Map([['R1', 'https://acme.slack.com/archives/C1/p1?a&b']]);
  const marked = textsOf(
    render([...entries(1, { requestId: 'R1' }), ...entries(1, { requestId: 'R2', id: 'x' })], { links }),
    'mrkdwn',
  );
  assert.match(marked[0] ?? '', / · <https:\/\/acme\.slack\.com\/archives\/C1\/p1\?a&amp;b\|Open thread>$/);
  assert.doesNotMatch(marked[1] ?? '', /Open thread/);
});

test('outcomes and settings are said in words, and a client whose name is one of them keeps its name', () => {
  const said = (details: Record<string, string>) => {
    const view = render(entries(1, { details }));
    return [...textsOf(view, 'plain_text'), ...textsOf(view, 'mrkdwn')].join('\n');
  };
  assert.match(said({ outcome: 'exists' }), /outcome: in ColdSend already/);
  assert.match(said({ outcome: 'unknown' }), /outcome: we don't know/);
  assert.match(said({ from: 'everyone', to: 'admins' }), /from: everyone except guests · to: admins and owners/);
  assert.match(said({ client: 'guest', outcome: 'constructor' }), /client: guest · outcome: constructor/);
  const login = { smtp: 'smtp.acme.com:587 works', imap: 'imap.acme.com:993 refused wrong_login' };
  assert.match(
    said(login),
    /sending: smtp\.acme\.com:587 – the login works · reading: .* – login refused \(wrong login\)/,
  );
});

test('ids of ours are shown as names, and what is foreign marks nothing up', () => {
  const details = { from: 'chosen: U0123456789, S0123456789', to: 'C0123456789', client: HOSTILE, setting: HOSTILE };
  const view = render(entries(20, { details }));
  assertView(view);
  const marked = textsOf(view, 'mrkdwn').join('\n');
  assert.match(marked, /from: chosen: <@U0123456789>, <!subteam\^S0123456789> · to: <#C0123456789>/);
  assert.ok(!marked.includes('evil') && !marked.includes('!channel'));
});

test('the longest entries fit', () => {
  const details = Object.fromEntries(
    ['from', 'to', 'client', 'email_address'].map((name) => [name, '<'.repeat(5_000)]),
  );
  assertView(render(entries(20, { details, requestId: 'R'.repeat(12) })));
});

test('an entry that cannot be read stands in its place, and hides no other', () => {
  const unreadable = { unreadable: true, id: HOSTILE, at: Date.UTC(2026, 0, 2, 14, 0) } as const;
  const view = render([...entries(1), unreadable, { ...unreadable, at: undefined }]);
  assertView(view);
  assert.equal(textsOf(view, 'mrkdwn').join('\n').split("I can't read this entry").length, 3);
  assert.match(JSON.stringify(view), /entry\.e0/);
});
