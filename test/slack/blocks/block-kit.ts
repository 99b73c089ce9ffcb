import assert from 'node:assert/strict';
import type { HomeView, ModalView } from '@slack/types';
import { findBlockKitProblems } from '../../../playground/local-slack/local-slack.ts';
import { MESSAGE_TEXT } from '../../../src/slack/blocks/limits.ts';
import type { Message } from '../../../src/slack/web-api/slack-api.ts';

/** Fails where Slack would refuse a modal or the Home, or one of our own rules for them is broken. */
export function assertView(view: ModalView | HomeView): void {
  assert.deepEqual(findBlockKitProblems(view.type, { ...view }), []);
  assertOurRules(view);
}

/** Fails where Slack would refuse a message or cut its text, or one of our own rules for it is broken. */
export function assertMessage(message: Message): void {
  assert.deepEqual(findBlockKitProblems('message', { ...message }), []);
  assert.ok(message.text.length <= MESSAGE_TEXT, `the text has ${message.text.length} characters`);
  assertOurRules({ blocks: message.blocks });
}

/** The words of every text object of a kind, top to bottom; `text` is what rich text consists of. */
export function textsOf(value: unknown, type: 'plain_text' | 'mrkdwn' | 'text'): string[] {
  return objectsIn(value).flatMap((object) =>
    object.type === type && typeof object.text === 'string' ? [object.text] : [],
  );
}

/** Every block and element has an id of ours, and no text is marked up that was not meant to be. */
function assertOurRules(surface: { blocks: unknown[] }): void {
  for (const block of surface.blocks) assert.ok('block_id' in Object(block), JSON.stringify(block));
  for (const object of objectsIn(surface)) {
    if (object.type === 'plain_text') assert.equal(object.emoji, false);
    if (object.type === 'mrkdwn') assert.equal(object.verbatim, true);
    if (object.type === 'button' || String(object.type).endsWith('_input')) assert.ok(object.action_id);
  }
}

function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  return [Array.isArray(value) ? {} : { ...value }, ...Object.values(value).flatMap(objectsIn)];
}
