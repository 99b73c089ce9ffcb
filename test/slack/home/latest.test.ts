import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OUTCOME_GROUPS } from '../../../src/add-inbox/lists/page.ts';
import { findLinks } from '../../../src/slack/home/latest/find-links.ts';
import {
  encodePlace,
  type HomePlace,
  movePlace,
  NEWEST_PLACE,
  parsePlace,
  toOwnerValue,
} from '../../../src/slack/home/latest/home-place.ts';
import { type LatestToShow, renderLatestList } from '../../../src/slack/home/latest/latest-list.ts';
import { toCursorValue } from '../../../src/slack/modals/trail.ts';
import { type SlackApi, SlackRefusedError } from '../../../src/slack/web-api/slack-api.ts';
import { sampleBatch, sampleCounts } from '../../add-inbox/batch/sample-batch.ts';
import { sampleClient } from '../../add-inbox/keys/sample-key.ts';
import { assertView, textsOf } from '../blocks/block-kit.ts';
import { HOSTILE, outcomes, request } from '../examples.ts';

const LINK = 'https://acme.slack.com/archives/C1/p11?a=1&b=2';
const ACME = { kind: 'client', name: 'Acme' } as const;

function renderList(shown: Partial<LatestToShow>, clients = [sampleClient('Acme', 'C1')]) {
  const latest = { entries: [], next: undefined };
  const blocks = renderLatestList(
    { userId: 'U0', isAdmin: false, latest, links: new Map(), place: NEWEST_PLACE, ...shown },
    clients,
  );
  assertView({ type: 'home', blocks });
  return blocks;
}

test('an inbox is its address and one line: the outcome, the person, the time, its thread, its status and client', () => {
  const keyName = { ...ACME, channelId: 'C1' };
  const entries = Object.values(outcomes).map((outcome, index) => ({
    ...request,
    keyName,
    id: `req_${index}`,
    outcome,
  }));
  const links = new Map([['req_0', LINK]]);
  const blocks = renderList({ latest: { entries, next: undefined }, links });
  const lines = textsOf(blocks, 'mrkdwn');
  assert.equal(lines.length, entries.length);
  for (const line of lines) assert.match(line, /\*Inbox|\*We don't know/);
  assert.equal(
    lines[0],
    '✅ *Inbox added* · <@U1> · <!date^1767362400^{date_short_pretty} at {time}|2026-01-02 14:00 UTC> · ' +
      '<https://acme.slack.com/archives/C1/p11?a=1&amp;b=2|Open thread>',
  );
  assert.doesNotMatch(lines[1] ?? '', /Open thread/);
  const plain = textsOf(blocks, 'plain_text');
  assert.equal(plain.filter((text) => text === 'jane@acme.com').length, entries.length);
  assert.ok(plain.includes('overall_status: PENDING'));
  assert.equal(plain.filter((text) => text === 'Client: Acme').length, entries.length);
  const rows = blocks.filter(({ block_id }) => /^(inbox|state)\./.test(block_id ?? ''));
  assert.equal(rows.length, 2 * entries.length);
});

test('a test email and a removal are in its menu, for who added it and for admins', () => {
  const entries = [{ ...request, outcome: outcomes.added }];
  const menuFor = (shown: Partial<LatestToShow>) =>
    JSON.stringify(renderList({ latest: { entries, next: undefined }, ...shown })).match(/"(test|remove) req_01"/g);
  assert.equal(menuFor({})?.length, undefined);
  assert.equal(menuFor({ isAdmin: true })?.length, 2);
  assert.equal(menuFor({ userId: 'U1' })?.length, 2);
  const refused = { entries: [{ ...request, outcome: outcomes.refused }], next: undefined };
  assert.equal(menuFor({ isAdmin: true, latest: refused }), null);
});

test('a batch is its file and one line', () => {
  const shown = {
    state: 'running',
    at: 0,
    waitsForKey: false,
    counts: sampleCounts({ added: 231, refused: 9 }),
  } as const;
  const batch = sampleBatch({ id: 'B1', state: 'finished', total: 240, fileName: HOSTILE, shown });
  const waiting = sampleBatch({ id: 'B2', state: 'waiting', total: 1, fileName: undefined });
  const blocks = renderList({ latest: { entries: [batch, waiting], next: undefined }, links: new Map([['B1', LINK]]) });
  const marked = textsOf(blocks, 'mrkdwn').join('\n');
  assert.match(marked, /✅ \*231 of 240 inboxes added\* · 9 need you · <@U1> · <!date.* · <https:.*\|Open thread>/);
  assert.match(marked, /🕒 \*Waiting to add 1 inbox\* · <@U1>/);
  assert.doesNotMatch(marked, /evil/);
  const plain = textsOf(blocks, 'plain_text').join('\n');
  assert.match(plain, /240 inboxes from <!channel>/);
  assert.match(plain, /1 inbox from pasted rows/);
});

test('it can be narrowed down by client and by result, and says what is chosen', () => {
  const place: HomePlace = { ...NEWEST_PLACE, filter: { owner: ACME, outcome: 'not_added' } };
  const chosen = JSON.stringify(renderList({ place })).matchAll(/"initial_option":\{"value":"([^"]+)"/g);
  assert.deepEqual(
    [...chosen].map(([, value]) => value),
    ['of:Acme', 'not_added'],
  );
  const texts = textsOf(renderList({ place }), 'plain_text');
  for (const text of ['All clients', "The workspace's own key", 'Acme', 'All results', 'Not added', "We don't know"]) {
    assert.ok(texts.includes(text), text);
  }
  assert.ok(texts.includes('No inbox matches. Choose something else above.'));
  const latest = { entries: [], next: { at: 5, id: '' } };
  assert.match(
    textsOf(renderList({ place, latest }), 'plain_text').join('\n'),
    /among those I looked at\. Press “Older”/,
  );
});

test('without clients there is no menu of clients, and any number of them fits into it', () => {
  const latest = { entries: [request], next: undefined };
  assert.doesNotMatch(JSON.stringify(renderList({ latest }, [])), /home_filter_client/);
  const many = Array.from({ length: 310 }, (_, n) => sampleClient(`${'😀'.repeat(15)} ${n}`, `C${n}`));
  assert.equal(
    textsOf(renderList({ latest }, many), 'plain_text').filter((text) => /^😀+ \d+$/u.test(text)).length,
    310,
  );
});

test('there and back: each press leads on from the place that the Home carries', () => {
  const press = (from: HomePlace, action: string, value: string) =>
    parsePlace(encodePlace(movePlace(parsePlace(encodePlace(from)), action, value)));
  const [first, second] = [
    { at: 20, id: 'B' },
    { at: 10, id: '' },
  ];
  const filtered = press({ ...NEWEST_PLACE, clientsPage: 3 }, 'home_filter_client', toOwnerValue(ACME));
  const once = press(filtered, 'home_older_inboxes', toCursorValue(first));
  const twice = press(once, 'home_older_inboxes', toCursorValue(second));
  assert.deepEqual(twice, { clientsPage: 3, filter: { owner: ACME, outcome: undefined }, trail: [first, second] });
  assert.deepEqual(press(twice, 'home_newer_inboxes', 'newer'), once);
  assert.deepEqual(press(twice, 'home_filter_outcome', 'added').trail, [], 'a new filter starts at the newest');
  assert.deepEqual(press(once, 'home_filter_client', toOwnerValue({ kind: 'workspace' })).filter.owner, {
    kind: 'workspace',
  });
  assert.equal(press(filtered, 'home_filter_client', 'any').filter.owner, undefined);
  for (const outcome of OUTCOME_GROUPS) {
    assert.equal(press(NEWEST_PLACE, 'home_filter_outcome', outcome).filter.outcome, outcome);
  }
  for (const garbage of ['', 'x', '{}{', '{"w":"U1","c":"C1"}']) {
    assert.deepEqual(parsePlace(garbage), NEWEST_PLACE);
    assert.deepEqual(movePlace(once, 'home_older_inboxes', garbage).trail, []);
  }
  const far = Array.from({ length: 500 }, (_, n) => ({ at: 1_700_000_000_000 - n, id: 'ABCDEFGHIJKL' }));
  const place = far.reduce((from, next) => press(from, 'home_older_inboxes', toCursorValue(next)), NEWEST_PLACE);
  assert.ok(encodePlace(place).length <= 3_000);
  assert.deepEqual(place.trail.at(-1), far.at(-1));
});

test('a thread in a DM is linked only for its owner, and a link that Slack does not give is left out', async () => {
  const announcement = { channelId: 'D1', ts: '1.1', surface: 'dm' } as const;
  const inDm = { ...request, id: 'R1', userId: 'U1', announcement };
  const fromHome = sampleBatch({ id: 'B3', userId: 'U1', announcement: { ...announcement, surface: 'channel' } });
  const gone = sampleBatch({ id: 'B2', announcement: { ...announcement, channelId: 'C9', surface: 'channel' } });
  const api: Pick<SlackApi, 'getPermalink'> = {
    getPermalink: async (channelId) => {
      if (channelId === 'C9') throw new SlackRefusedError('chat.getPermalink', 'message_not_found');
      return `https://acme.slack.com/${channelId}`;
    },
  };
  const linksFor = async (userId: string) => [...(await findLinks(api, [inDm, fromHome, gone, sampleBatch()], userId))];
  assert.deepEqual(await linksFor('U1'), [
    ['R1', 'https://acme.slack.com/D1'],
    ['B3', 'https://acme.slack.com/D1'],
  ]);
  assert.deepEqual(await linksFor('U2'), []);
});
