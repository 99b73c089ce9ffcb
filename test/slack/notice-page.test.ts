import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderNotice } from '../../src/slack/notice-page.ts';
import { type Notice, sentences } from '../../src/slack/sentences.ts';
import { assertView, textsOf } from './block-kit.ts';
import { HOSTILE } from './examples.ts';
import { fieldsOf } from './typed-view.ts';

const { waiting, whoAreYou, refusals, noKey, keyRefused, notAnAdmin, requestGone, failed } = sentences;
const notices: Notice[] = [
  waiting,
  whoAreYou,
  ...Object.values(refusals),
  noKey,
  keyRefused,
  notAnAdmin,
  requestGone,
  failed,
];

test('every notice is a modal with nothing to type into and nothing to submit', () => {
  for (const notice of notices) {
    const view = renderNotice(notice);
    assertView(view);
    assert.equal(view.title.text, notice.title);
    assert.equal(view.submit, undefined);
    assert.deepEqual(fieldsOf(view), []);
    assert.deepEqual(textsOf(view, 'mrkdwn'), []);
    for (const paragraph of notice.paragraphs) assert.ok(textsOf(view, 'plain_text').includes(paragraph));
  }
});

test('a member is told who can store a key', () => {
  for (const notice of [noKey, keyRefused])
    assert.match(notice.paragraphs.join(' '), /admin or owner of this workspace/);
});

test('any words fit, and mark nothing up', () => {
  const view = renderNotice({ title: 'A title that is much too long', paragraphs: [HOSTILE, 'x'.repeat(9_000)] });
  assertView(view);
});
