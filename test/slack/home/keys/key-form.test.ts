import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { toKeyErrors } from '../../../../src/slack/home/keys/key-errors.ts';
import { parseKeyForm, renderKeyForm } from '../../../../src/slack/home/keys/key-form.ts';
import { assertView, textsOf } from '../../blocks/block-kit.ts';
import { context, HOSTILE, key, longestContext, longestDraft } from '../../examples.ts';
import { fieldsOf, initialsOf, typedView } from '../../modals/typed-view.ts';

const KEY = 'cs_live_0123456789abcdef0123456789abcdef01234567';

test('it asks for the key, empty, and says where it comes from and that it can be seen', () => {
  const view = renderKeyForm({ context: { openedBy: 'U1' }, current: undefined, stamp: 's1' });
  assertView(view);
  assert.equal(view.callback_id, 'store_key');
  assert.deepEqual(fieldsOf(view), ['api_key']);
  assert.deepEqual(initialsOf(view), {});
  const texts = textsOf(view, 'plain_text').join('\n');
  for (const words of ['API keys', 'sender_accounts:write', 'can read it', 'last four']) {
    assert.ok(texts.includes(words), words);
  }
});

test('opened from the Home there is nothing to go on to', () => {
  const view = typedView(renderKeyForm({ context: { openedBy: 'U1' }, current: key, stamp: 's1' }), { api_key: KEY });
  assert.deepEqual(parseKeyForm(view), { context: undefined, draft: {}, stamp: 's1', apiKey: KEY });
});

test('opened from the command it carries the whole form that it goes on to', () => {
  const stamp = randomUUID();
  const view = renderKeyForm({ context: longestContext, draft: longestDraft, current: undefined, stamp });
  assertView(view);
  const parsed = parseKeyForm(typedView(view, { api_key: ` ${KEY}` }));
  assert.deepEqual(parsed, { context: longestContext, draft: longestDraft, stamp, apiKey: ` ${KEY}` });
});

test('an empty field is an empty key', () => {
  assert.equal(parseKeyForm(typedView(renderKeyForm({ context, current: undefined, stamp: 's1' }))).apiKey, '');
});

test('it says what becomes of the key that is stored', () => {
  const about = (status: 'works' | 'refused') =>
    textsOf(
      renderKeyForm({ context: { openedBy: 'U1' }, current: { ...key, status }, stamp: 's1' }),
      'plain_text',
    ).join('\n');
  assert.match(about('works'), /replaces the key ending in wxyz/);
  assert.match(about('refused'), /refused the key ending in wxyz/);
  const needed = renderKeyForm({ context, current: undefined, stamp: 's1' });
  assert.match(textsOf(needed, 'plain_text').join('\n'), /I need a ColdSend API key/);
});

test('for a client it says whose key it is about', () => {
  const view = renderKeyForm({
    context: { ...context, owner: { kind: 'client', name: 'Acme' } },
    current: { ...key, status: 'refused' },
    stamp: 's1',
  });
  assertView(view);
  assert.match(textsOf(view, 'plain_text').join('\n'), /This key is for Acme, the client of this channel/);
});

test('why a key was not stored stands at its field, each in words of its own', () => {
  const view = typedView(renderKeyForm({ context, current: undefined, stamp: 's1' }), { api_key: KEY });
  const errors = [
    toKeyErrors({ kind: 'not_a_key' }, view),
    toKeyErrors({ kind: 'refused', reason: 'Invalid or revoked API key' }, view),
    toKeyErrors({ kind: 'missing_scopes', reason: '', missingScopes: ['sender_accounts:write', HOSTILE] }, view),
    toKeyErrors({ kind: 'missing_scopes', reason: '', missingScopes: [] }, view),
    toKeyErrors({ kind: 'wrong_address', status: 404 }, view),
  ];
  for (const error of errors) assert.deepEqual(Object.keys(error), ['api_key.0']);
  assert.equal(new Set(errors.map((error) => error['api_key.0'])).size, errors.length);
  assert.match(errors[2]?.['api_key.0'] ?? '', /sender_accounts:write/);
  assert.doesNotMatch(JSON.stringify(errors), new RegExp(KEY));
});

test('the key that was typed is in nothing that is rendered afterwards', () => {
  const parsed = parseKeyForm(typedView(renderKeyForm({ context, current: undefined, stamp: 's1' }), { api_key: KEY }));
  const view = renderKeyForm({
    context: parsed.context ?? { openedBy: 'U1' },
    draft: parsed.draft,
    current: key,
    stamp: 's1',
  });
  assert.doesNotMatch(JSON.stringify(view), new RegExp(KEY));
});
