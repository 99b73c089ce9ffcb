import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EPHEMERAL } from '../../../src/slack/sentences/notices.ts';
import { cannotPostText } from '../../../src/slack/thread/ephemeral.ts';
import { request } from '../examples.ts';

test('help names every way to use the command', () => {
  for (const way of ['`/add-inbox`', '`/add-inbox jane@acme.com`', '/invite @inbox-bot', 'Home']) {
    assert.ok(EPHEMERAL.help.join().includes(way), way);
  }
});

test('usage says what the command takes', () => {
  assert.match(EPHEMERAL.usage, /did not understand that/);
});

test('a failure carries the reference', () => {
  assert.match(EPHEMERAL.failed('ref_7'), /Support code: ref_7/);
});

test('a failure that may have done it all the same does not say that nothing was done', () => {
  assert.match(EPHEMERAL.perhapsDone('ref_7'), /don't know if I saved your change.* Support code: ref_7/);
});

test('where the bot can not post, it says where the result is and how to invite it', () => {
  assert.match(cannotPostText(request), /a direct message from me.*\/invite @inbox-bot/);
  assert.match(
    cannotPostText({ ...request, resultsChannelId: 'C9' }),
    /<#C9>.*\/invite @inbox-bot.*archived.*an admin/,
  );
  assert.doesNotMatch(cannotPostText({ ...request, channelId: 'D1' }), /\/invite/);
});
