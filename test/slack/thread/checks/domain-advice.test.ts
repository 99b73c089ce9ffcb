import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DomainVerdict } from '../../../../src/add-inbox/account/domain-verdict.ts';
import { escapeTopLevel } from '../../../../src/slack/blocks/foreign-text.ts';
import { RECORD_ADVICE } from '../../../../src/slack/sentences/thread.ts';
import { renderReplyWithAdvice } from '../../../../src/slack/thread/checks/domain-advice.ts';
import { renderReply } from '../../../../src/slack/thread/reply.ts';
import { assertMessage, textsOf } from '../../blocks/block-kit.ts';
import { outcomes, request } from '../../examples.ts';

const GOOD: DomainVerdict = { mx: 'found', spf: 'good', dmarc: 'monitoring', dkim: 'found' };

function linesFor(change: Partial<DomainVerdict>): string[] {
  const reply = { ...request, outcome: outcomes.added };
  const message = renderReplyWithAdvice(reply, 'acme.com', { ...GOOD, ...change });
  assertMessage(message);
  const [text = ''] = textsOf(message.blocks.at(-1), 'plain_text');
  assert.deepEqual(message.blocks.slice(0, -1), renderReply(reply).blocks);
  assert.equal(message.text, `${renderReply(reply).text} ${escapeTopLevel(text)}`);
  return text.split('\n');
}

test('one line in all where there is nothing to do', () => {
  assert.deepEqual(linesFor({}), [
    "acme.com: Its DNS records look good (MX, SPF, DMARC, DKIM). You don't need to do anything.",
  ]);
});

test('one line for each record that needs attention', () => {
  assert.deepEqual(linesFor({ spf: 'open', dkim: 'not_found' }), [
    'acme.com: Its DNS records need attention, or its mail may land in spam:',
    '• SPF: The record lets everybody send for this domain. Replace +all with ~all.',
    '• DKIM: Not found under the usual selectors. Check with your mail provider that it is on.',
  ]);
});

test('a look-up that failed says nothing about the domain', () => {
  const unknown = 'unknown' as const;
  assert.deepEqual(linesFor({ spf: unknown }), [
    "acme.com: We couldn't look up some of its DNS records.",
    "• SPF: We couldn't look it up.",
  ]);
});

test('all advice has sentences of at most 20 words', () => {
  for (const sentence of Object.values(RECORD_ADVICE).flatMap((each) => Object.values(each))) {
    for (const each of sentence?.split(/(?<=[.:]) /) ?? []) assert.ok(each.split(' ').length <= 20, each);
  }
});
