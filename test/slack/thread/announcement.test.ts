import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../../../src/add-inbox/request/outcome.ts';
import type { AddInboxRequest, WaitsFor } from '../../../src/add-inbox/request/request.ts';
import { renderAnnouncement } from '../../../src/slack/thread/announcement.ts';
import type { Message } from '../../../src/slack/web-api/slack-api.ts';
import { assertMessage, textsOf } from '../blocks/block-kit.ts';
import { added, HOSTILE, longestAccount, outcomes, request } from '../examples.ts';

const WAITS: WaitsFor[] = ['no_connection', 'unavailable', 'rate_limited', 'key'];

test('it says who adds which inbox with which provider, in blocks and in the text', () => {
  const message = renderAnnouncement(request);
  assertMessage(message);
  assert.equal(message.text, 'Adding an inbox… – jane@acme.com (Jane Doe). Requested by <@U1> · Google Workspace.');
  assert.deepEqual(linesOf(message), [
    '⏳ Adding an inbox…',
    'jane@acme.com · Jane Doe',
    'Requested by U1 · Google Workspace',
  ]);
  assert.match(JSON.stringify(message.blocks), /"text":"jane@acme\.com","style":\{"bold":true\}/);
});

test('a client stands after the provider, and another provider has its server', () => {
  const keyName = { kind: 'client', name: HOSTILE, channelId: 'C1' } as const;
  const account = { ...request.account, inbox_type: 'CUSTOM_SMTP', smtp_host: 'smtp.acme.com' } as const;
  const message = renderAnnouncement({ ...request, account, keyName });
  assertMessage(message);
  assert.equal(linesOf(message)[2], `Requested by U1 · Other provider (smtp.acme.com) · ${HOSTILE}`);
  assert.doesNotMatch(message.text, /<!channel>/);
});

test('it has at most four lines, whatever state it is in, and says nothing twice', () => {
  const dm = { channelId: 'D1', ts: '1.1', surface: 'dm' } as const;
  const states: Partial<AddInboxRequest>[] = [
    {},
    { waitsFor: 'password' },
    ...WAITS.map((waitsFor) => ({ waitsFor })),
    ...Object.values(outcomes).map((outcome) => ({ outcome })),
  ];
  for (const state of states) {
    for (const change of [{}, { announcement: dm }, { account: longestAccount }]) {
      const lines = linesOf(renderAnnouncement({ ...request, ...change, ...state }));
      assert.ok(lines.length <= 4, lines.join('\n'));
      assert.equal(new Set(lines).size, lines.length);
    }
  }
});

test('each state has a title of its own, in blocks and in the text', () => {
  const requests: AddInboxRequest[] = [
    request,
    { ...request, waitsFor: 'no_connection' },
    ...Object.values(outcomes).map((outcome) => ({ ...request, outcome })),
  ];
  const leads = requests.map((each) => {
    const message = renderAnnouncement(each);
    assertMessage(message);
    const [lead = ''] = linesOf(message);
    const title = lead.slice(lead.indexOf(' ') + 1);
    assert.ok(message.text.startsWith(`${title} – jane@acme.com (Jane Doe).`), message.text);
    return lead;
  });
  assert.equal(new Set(leads).size, requests.length);
});

for (const waitsFor of WAITS) {
  test(`waiting (${waitsFor}) says for what`, () => {
    const message = renderAnnouncement({ ...request, waitsFor });
    assertMessage(message);
    const words = textsOf(message, 'mrkdwn').at(-1) ?? '';
    assert.ok(message.text.includes(words));
    if (waitsFor === 'key') assert.match(words, /admin or owner .* can add another key/);
    else assert.match(words, /try again at <!date\^\d+\^\{time\}\|14:05 UTC>/);
    assert.equal(words.includes('<!date'), waitsFor !== 'key');
  });
}

test('waiting for its password has a button, and no link, until it has one or ends', () => {
  const waiting = { ...request, waitsFor: 'password' } as const;
  const message = renderAnnouncement(waiting);
  assertMessage(message);
  assert.match(linesOf(message).join('\n'), /^🔑 Waiting for the password\n[\s\S]*Only the person who asked/);
  const hasButton = (shown: object) => JSON.stringify(shown).includes('"action_id":"enter_password"');
  assert.ok(hasButton(message));
  assert.ok(!JSON.stringify(message).includes('http'));
  assert.ok(!hasButton(renderAnnouncement(request)));
  assert.ok(!hasButton(renderAnnouncement({ ...waiting, outcome: { kind: 'expired', why: 'no_password' } })));
});

for (const [overall_status, words] of Object.entries({
  PENDING: 'overall_status: PENDING',
  ACTIVE: 'overall_status: ACTIVE',
  PAUSED: 'overall_status: PAUSED',
  DISABLED: 'overall_status: DISABLED',
  WARMING_UP: 'overall_status: WARMING_UP',
  constructor: 'overall_status: constructor',
  active: 'overall_status: active',
  ' Pending': 'overall_status: Pending',
  paused: 'overall_status: paused',
  CONNECTION_ERROR: 'overall_status: CONNECTION_ERROR',
  FAILED: 'overall_status: FAILED',
  '': 'overall_status: no status given',
  ' ': 'overall_status: no status given',
})) {
  test(`once added it shows the status “${overall_status}”, with a check mark only where that is known to be good`, () => {
    const outcome: Outcome = { kind: 'added', account: { ...added, overall_status } };
    const message = renderAnnouncement({ ...request, outcome });
    assertMessage(message);
    assert.equal(textsOf(message, 'plain_text').at(-1), words);
    assert.match(message.text, /overall_status/);
    const isGood = ['PENDING', 'ACTIVE', 'active', ' Pending'].includes(overall_status);
    assert.equal(linesOf(message)[0]?.includes('✅'), isGood);
  });
}

test('in the DM it says why it is there, and how to invite the bot', () => {
  const announcement = { channelId: 'D1', ts: '1.1', surface: 'dm' as const };
  const message = renderAnnouncement({ ...request, announcement });
  assertMessage(message);
  assert.match(textsOf(message, 'mrkdwn').at(-1) ?? '', /can't post in <#C1>.*\/invite @inbox-bot.*archived/);
  assert.match(message.text, /\/invite @inbox-bot/);
});

test('in the DM about a conversation between people it tells to use a channel', () => {
  const announcement = { channelId: 'D1', ts: '1.1', surface: 'dm' as const };
  const message = renderAnnouncement({ ...request, channelId: 'D2', announcement });
  assert.match(message.text, /in a channel, type the command there/);
  assert.doesNotMatch(message.text, /invite/);
});

test('where it was asked for in the DM itself nothing has to be explained', () => {
  for (const surface of ['dm', 'channel'] as const) {
    const announcement = { channelId: 'D1', ts: '1.1', surface };
    assert.doesNotMatch(renderAnnouncement({ ...request, channelId: 'D1', announcement }).text, /can't post/);
  }
});

test('foreign words are plain text in blocks and inert in the text, also the longest', () => {
  const outcome: Outcome = { kind: 'added', account: { ...added, overall_status: HOSTILE.repeat(40) } };
  for (const account of [{ ...request.account, display_name: HOSTILE }, longestAccount]) {
    const message = renderAnnouncement({ ...request, account, outcome });
    assertMessage(message);
    for (const marked of ['<!channel>', '<@U666>', '*b*', ':tada:', '://']) assert.ok(!message.text.includes(marked));
    assert.deepEqual(textsOf(message, 'mrkdwn'), []);
    assert.equal(linesOf(message)[0], '⚠️ Inbox added');
  }
});

/** What stands on the screen, line by line, with the ids of people. */
function linesOf({ blocks }: Message): string[] {
  const [state, ...others] = blocks;
  assert.equal(state?.type, 'rich_text');
  const parts = JSON.stringify(state).matchAll(/"text":("(?:[^"\\]|\\.)*")|"user_id":("\w+")/g);
  const top = [...parts].map(([, text, user]) => JSON.parse(text ?? user ?? '""')).join('');
  const last = others.flatMap((block) =>
    block.type === 'context' ? [[...textsOf(block, 'mrkdwn'), ...textsOf(block, 'plain_text')].join(' ')] : [],
  );
  return [...top.split('\n'), ...last];
}
