import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cannotPostText,
  failureText,
  helpText,
  perhapsDoneText,
  usageText,
} from '../../../src/slack/thread/ephemeral.ts';
import { request } from '../examples.ts';

test('help names every way to use the command', () => {
  for (const way of ['`/add-inbox`', '`/add-inbox jane@acme.com`', '/invite @inbox-bot', 'Home']) {
    assert.ok(helpText().includes(way), way);
  }
});

test('usage says what the command takes', () => {
  assert.match(usageText(), /did not understand that/);
});

test('a failure carries the reference', () => {
  assert.match(failureText('ref_7'), /Support code: ref_7/);
});

test('a failure that may have done it all the same does not say that nothing was done', () => {
  assert.match(perhapsDoneText('ref_7'), /don't know if I saved your change.* Support code: ref_7/);
});

test('where the bot can not post, it says where the result is and how to invite it', () => {
  assert.match(cannotPostText(request), /a direct message from me.*\/invite @inbox-bot/);
  assert.match(
    cannotPostText({ ...request, resultsChannelId: 'C9' }),
    /<#C9>.*\/invite @inbox-bot.*archived.*an admin/,
  );
  assert.doesNotMatch(cannotPostText({ ...request, channelId: 'D1' }), /\/invite/);
});
