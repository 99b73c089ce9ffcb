import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { DEFAULT_SETTINGS } from '../../../src/add-inbox/people/workspace-settings.ts';
import { keyOutdated, settingsOutdated } from '../../../src/slack/home/outdated.ts';
import { renderNotice } from '../../../src/slack/modals/notice-page.ts';
import type { Notice } from '../../../src/slack/sentences/common.ts';
import { sentences } from '../../../src/slack/sentences/notices.ts';
import { sampleClient } from '../../add-inbox/keys/sample-key.ts';
import { assertView, textsOf } from '../blocks/block-kit.ts';
import { HOSTILE, key } from '../examples.ts';
import { fieldsOf } from './typed-view.ts';

const { waiting, whoAreYou, denials, noKey, keyRefused, requestGone, clientChanged, clientGone, failed } = sentences;
const notices: Notice[] = [
  waiting,
  whoAreYou,
  ...Object.values(denials),
  noKey,
  keyRefused,
  sentences.noClientKey('Acme'),
  sentences.blocked([]),
  requestGone,
  clientChanged,
  clientGone,
  keyOutdated([], WORKSPACE),
  keyOutdated([key], WORKSPACE),
  keyOutdated([], sampleClient('Acme'), true),
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

test('channels stand below the paragraphs as links, however many there are', () => {
  const few = renderNotice(sentences.blocked(['C1', 'C2']));
  assertView(few);
  assert.deepEqual(textsOf(few, 'mrkdwn'), ['<#C1>, <#C2>']);
  const many = renderNotice(sentences.blocked(Array.from({ length: 5_000 }, (_, n) => `C${n + 1e9}`)));
  assertView(many);
  assert.match(textsOf(many, 'mrkdwn').join(), /<#C1000000000>, .*, … and \d+ more$/);
});

test('any words fit, and mark nothing up', () => {
  const view = renderNotice({ title: 'A title that is much too long', paragraphs: [HOSTILE, 'x'.repeat(9_000)] });
  assertView(view);
});

test('who comes with something outdated is told what holds now', () => {
  const acme = sampleClient('Acme', 'C1', 'C2');
  const ofClient = renderNotice(keyOutdated([key, { ...key, owner: acme }], acme));
  assertView(ofClient);
  assert.match(textsOf(ofClient, 'plain_text').join('\n'), /I saved nothing\. Now:\nAcme: the key ends in wxyz/);
  assert.deepEqual(textsOf(ofClient, 'mrkdwn'), ['<#C1>, <#C2>']);
  const removed = renderNotice(keyOutdated([key], acme));
  assert.match(textsOf(removed, 'plain_text').join('\n'), /The key of this client was removed/);
  const settings = renderNotice(settingsOutdated({ ...DEFAULT_SETTINGS, resultsChannelId: 'C7' }, true));
  assertView(settings);
  assert.match(textsOf(settings, 'plain_text').join('\n'), /I saved nothing/);
  assert.match(textsOf(settings, 'mrkdwn').join('\n'), /Results go to:\* <#C7>/);
});
