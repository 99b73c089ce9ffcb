import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INBOX_TYPES } from '../../../src/add-inbox/account/providers.ts';
import { parseWhoPage, renderWhoPage } from '../../../src/slack/form/who-page.ts';
import { UnreadableViewError } from '../../../src/slack/modals/unreadable-view-error.ts';
import { assertView, textsOf } from '../blocks/block-kit.ts';
import { context, HOSTILE, longestContext, longestDraft } from '../examples.ts';
import { fieldsOf, initialsOf, typedView } from '../modals/typed-view.ts';

test('page 1 asks for address, name and provider, and comes up empty', () => {
  const view = renderWhoPage({ context, draft: {} });
  assertView(view);
  assert.equal(view.callback_id, 'add_inbox_who');
  assert.equal(view.title.text, 'Add an inbox');
  assert.equal(view.submit?.text, 'Next');
  assert.deepEqual(fieldsOf(view), ['email_address', 'display_name', 'inbox_type']);
  assert.deepEqual(initialsOf(view), {});
});

for (const inbox_type of INBOX_TYPES) {
  test(`what is typed on page 1 for ${inbox_type} is read, and shown again`, () => {
    const typed = { email_address: ' jane@acme.com', display_name: 'Jane "J" \\ Doe', inbox_type };
    const parsed = parseWhoPage(typedView(renderWhoPage({ context, draft: {} }), typed));
    assert.deepEqual(parsed, { context, draft: typed });
    const again = renderWhoPage(parsed);
    assert.deepEqual(parseWhoPage(typedView(again)), parsed);
  });
}

test('page 1 keeps what was typed on page 2', () => {
  const draft = { email_address: 'a@acme.com', smtp_host: 'mail.acme.com', same_login: false, daily_limit: '30' };
  const parsed = parseWhoPage(typedView(renderWhoPage({ context, draft }), { email_address: 'b@acme.com' }));
  assert.deepEqual(parsed.draft, { ...draft, email_address: 'b@acme.com' });
});

test('what was cleared is gone', () => {
  const view = renderWhoPage({ context, draft: { email_address: 'a@acme.com', display_name: 'A' } });
  assert.deepEqual(parseWhoPage(typedView(view, { display_name: '' })).draft, { email_address: 'a@acme.com' });
});

test('page 1 holds the longest values there can be', () => {
  const view = renderWhoPage({ context: longestContext, draft: longestDraft });
  assertView(view);
  assert.deepEqual(parseWhoPage(typedView(view)), { context: longestContext, draft: longestDraft });
});

test('a notice stands above the fields as plain text', () => {
  const view = renderWhoPage({ context, draft: {}, notice: HOSTILE });
  assertView(view);
  assert.equal(textsOf(view, 'plain_text').filter((text) => text === HOSTILE).length, 1);
  assert.deepEqual(textsOf(view, 'mrkdwn'), []);
});

test('a form that tries again says that it is filled in but for the passwords', () => {
  const words = (retryOf: string | undefined) =>
    textsOf(renderWhoPage({ context: { ...context, retryOf }, draft: {} }), 'plain_text').join('\n');
  assert.match(words('req_01'), /Enter the passwords again/);
  assert.doesNotMatch(words(undefined), /Your earlier answers|Enter the passwords/);
});

test('another generation has other blocks, so that nothing is kept by the client', () => {
  const ids = (generation: number) =>
    renderWhoPage({ context: { ...context, generation }, draft: {} }).blocks.flatMap(({ type, block_id }) =>
      type === 'input' ? [block_id] : [],
    );
  assert.equal(new Set([...ids(0), ...ids(1)]).size, 6);
});

test('page 1 leads to many inboxes, unless one is tried again', () => {
  const buttons = (retryOf: string | undefined) =>
    JSON.stringify(renderWhoPage({ context: { ...context, retryOf }, draft: {} })).match(/"add_many"/g) ?? [];
  assert.equal(buttons(undefined).length, 1);
  assert.equal(buttons('req_01').length, 0);
});

test('a view without a context is not page 1', () => {
  assert.throws(() => parseWhoPage({ private_metadata: '' }), UnreadableViewError);
});

test('a provider that does not exist counts as none', () => {
  const view = renderWhoPage({ context, draft: {} });
  const state = { values: { 'inbox_type.0': { inbox_type: { selected_option: { value: 'AOL' } } } } };
  assert.deepEqual(parseWhoPage({ ...view, state }).draft, {});
});
