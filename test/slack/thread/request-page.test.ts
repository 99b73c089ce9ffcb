import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AddInboxRequest } from '../../../src/add-inbox/request/request.ts';
import { renderReply } from '../../../src/slack/thread/reply.ts';
import { renderRequestPage, renderSuccessor } from '../../../src/slack/thread/request-page.ts';
import { assertView, textsOf } from '../blocks/block-kit.ts';
import { HOSTILE, longestAccount, outcomes, request } from '../examples.ts';

test('after submitting it says what is being added, that it can be closed, and where the thread is', () => {
  const view = renderRequestPage(request);
  assertView(view);
  assert.equal(view.submit, undefined);
  assert.equal(view.callback_id, 'notice');
  assert.ok(textsOf(view, 'plain_text').includes('jane@acme.com\nJane Doe'));
  assert.match(textsOf(view, 'plain_text').join(' '), /You can close this/);
  assert.match(textsOf(view, 'mrkdwn').at(-1) ?? '', /thread in <#C1>/);
});

test('each outcome is there in the words of the thread, with the inbox and the way to the button', () => {
  for (const outcome of Object.values(outcomes)) {
    const view = renderRequestPage({ ...request, outcome });
    assertView(view);
    const said = renderReply({ ...request, outcome }).blocks.filter(({ type }) => type !== 'actions');
    const inThread = textsOf(said, 'plain_text')
      .filter((text) => !/try again$|^jane@acme\.com$/i.test(text))
      .map((text) => text.replace('” below', '” in the thread'));
    const onPage = textsOf(view, 'plain_text');
    assert.deepEqual(
      inThread.filter((text) => !onPage.includes(text)),
      [],
    );
    assert.ok(onPage.includes('jane@acme.com\nJane Doe'));
    assert.doesNotMatch(textsOf(view, 'plain_text').join(' '), /can close this/);
  }
});

test('while it waits it says for what', () => {
  const view = renderRequestPage({ ...request, waitsFor: 'rate_limited' });
  assertView(view);
  assert.match(textsOf(view, 'mrkdwn')[0] ?? '', /reached the limit.*14:05 UTC/s);
});

test('it says where the thread is, wherever that is', () => {
  const announcement = { ts: '1.1', channelId: 'D1', surface: 'dm' as const };
  const places: [Partial<AddInboxRequest>, RegExp][] = [
    [{ announcement }, /direct messages? (with|from) me/],
    [{ announcement: { ...announcement, surface: 'channel' } }, /direct messages? (with|from) me/],
    [{ announcement: undefined }, /or in a direct message from me/],
    [{ announcement: undefined, state: 'reported', outcome: outcomes.expired }, /could not post this/],
  ];
  for (const [change, expected] of places) {
    const view = renderRequestPage({ ...request, ...change });
    assertView(view);
    assert.match(textsOf(view, 'mrkdwn').at(-1) ?? '', expected);
  }
});

test('foreign words are plain text, also the longest', () => {
  for (const account of [{ ...request.account, display_name: HOSTILE }, longestAccount]) {
    const view = renderRequestPage({ ...request, account });
    assertView(view);
    assert.ok(!textsOf(view, 'mrkdwn').some((text) => text.includes('!channel')));
  }
});

test('who wants to try again what somebody has added since is told by whom and where', () => {
  const link = 'https://acme.slack.com/archives/C1/p11?thread_ts=1.1&cid=C1';
  const said: [Partial<AddInboxRequest>, RegExp][] = [
    [{ outcome: outcomes.added }, /added in the meantime, so I did nothing/],
    [{ outcome: outcomes.exists }, /found this inbox in ColdSend/],
    [{}, /I am adding this inbox right now/],
    [{ waitsFor: 'key' }, /I am adding this inbox right now/],
    [{ waitsFor: 'password' }, /already waits for its password/],
  ];
  for (const [change, words] of said) {
    const view = renderSuccessor({ ...request, ...change }, 'U2', link);
    assertView(view);
    assert.match(textsOf(view, 'plain_text').join('\n'), words);
    assert.ok(textsOf(view, 'plain_text').includes('jane@acme.com\nJane Doe'));
    const where = textsOf(view, 'mrkdwn').join('\n');
    assert.match(where, /Requested by <@U1>, <!date\^.*<https:.*p11\?thread_ts=1\.1&amp;cid=C1\|Open the message>$/);
  }
  const unlinked = renderSuccessor(request, 'U2');
  assert.match(textsOf(unlinked, 'mrkdwn').join('\n'), /thread in <#C1>/);
  assertView(
    renderSuccessor(
      { ...request, account: longestAccount, keyName: { kind: 'client', name: HOSTILE, channelId: 'C1' } },
      'U2',
      link,
    ),
  );
});

test('where it is told in a DM, only who asked for it is told where', () => {
  const inDm = { ...request, announcement: { ts: '1.1', channelId: 'D1', surface: 'dm' as const } };
  for (const change of [inDm, { ...request, announcement: undefined }]) {
    assert.match(textsOf(renderSuccessor(change, 'U1'), 'mrkdwn').join('\n'), /direct messages? (with|from) me/);
    const toOthers = textsOf(renderSuccessor(change, 'U2', 'https://acme.slack.com/D1'), 'mrkdwn').join('\n');
    assert.match(toOthers, /^Requested by <@U1>, <[^>]*>\.$/);
  }
});
