import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Script } from '../../../playground/local-coldsend/script.ts';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { MANY_POSTS, startWorld } from '../world/start-bot.ts';
import { threadOf } from './outcome-world.ts';

const NASTY = '<!channel> <@U0VICTIM> <https://evil.example|click> *bold* _it_ ~no~ `code` :tada: & @here #general';

test('foreign text mentions nobody, links nowhere and formats nothing', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, member, channelId } = world;
  const scripts: Script[] = [
    { kind: 'refused', status: 400, detail: `said: ${NASTY}` },
    { kind: 'field_errors', errors: [{ loc: ['body', NASTY], msg: NASTY, type: 'x' }] },
    { kind: 'added', overallStatus: NASTY },
  ];
  for (const [index, script] of scripts.entries()) {
    const address = `o'neil_${index}@acme.com`;
    coldsend.answerNext(script, { forAddress: address });
    await addGoogleInbox(member, { address, channelId, name: NASTY });
    const form = await member.waitForModal(({ rendered }) => /Inbox (not )?added/.test(rendered));
    await member.close({ all: true });
    const { root, replies } = threadOf(world, address);
    for (const { rendered } of [root, ...replies, form]) {
      assert.ok(rendered.includes(NASTY), `shown as it came:\n${rendered}`);
    }
    for (const { rendered } of [root, form]) assert.ok(rendered.includes(address));
  }
  assert.ok((await member.openHome()).rendered.includes(NASTY));

  const calls = slack.ledger.calls.filter(({ method }) => /^(chat|views)\./.test(method));
  assert.ok(calls.length > 12);
  for (const { args, method } of calls) {
    for (const text of textObjectsIn(args.view ?? args.blocks)) {
      if (text.type === 'mrkdwn') assert.doesNotMatch(String(text.text), /bold|VICTIM|evil|o'neil/, method);
      else if (/bold/.test(String(text.text))) assert.equal(text.emoji, false, method);
    }
    if (typeof args.text !== 'string') continue;
    assert.doesNotMatch(args.text, /<!channel|<@U0VICTIM|<https|https:\/\/evil|\*bold|_it_|~no~|`code|:tada:/, method);
    assert.doesNotMatch(args.text, /@here|#general|evil\.example/, method);
    if (method === 'chat.postMessage') {
      assert.deepEqual([args.unfurl_links, args.unfurl_media].map(String), ['false', 'false']);
    }
  }
  assert.deepEqual(slack.problems, []);
});

function textObjectsIn(value: unknown): { type: string; text: unknown; emoji?: unknown }[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.values(value).flatMap(textObjectsIn);
  if (!('type' in value) || (value.type !== 'mrkdwn' && value.type !== 'plain_text')) return inside;
  const text = 'text' in value ? value.text : undefined;
  const emoji = 'emoji' in value ? value.emoji : undefined;
  return [{ type: value.type, text, emoji }, ...inside];
}
