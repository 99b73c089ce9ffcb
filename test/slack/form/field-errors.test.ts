import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AccountField, validateAccount, validateWho } from '../../../src/add-inbox/account/sender-account.ts';
import { toBlockErrors } from '../../../src/slack/form/field-errors.ts';
import type { Draft } from '../../../src/slack/form/fields.ts';
import { parseHowPage, renderHowPage } from '../../../src/slack/form/how-page.ts';
import { renderWhoPage } from '../../../src/slack/form/who-page.ts';
import { UnreadableViewError } from '../../../src/slack/modals/unreadable-view-error.ts';
import { context } from '../examples.ts';
import { typedView } from '../modals/typed-view.ts';

const google: Draft = { email_address: 'jane@acme.com', display_name: 'Jane Doe', inbox_type: 'GOOGLE_WORKSPACE' };
const custom: Draft = { ...google, inbox_type: 'CUSTOM_SMTP' };

test('each mistake stands at its own field, all at once', () => {
  const view = typedView(renderHowPage({ context, draft: { ...custom, same_login: false } }));
  const validated = validateAccount(parseHowPage(view).typed);
  assert.ok(!validated.ok);
  assert.deepEqual(Object.keys(toBlockErrors(validated.errors, view)).sort(), [
    'imap_host.0',
    'imap_password.0',
    'smtp_host.0',
    'smtp_password.0',
  ]);
});

test('on page 1 too', () => {
  const view = typedView(renderWhoPage({ context, draft: {} }));
  const validated = validateWho({ email_address: 'jane', display_name: undefined, inbox_type: undefined });
  assert.ok(!validated.ok);
  const errors = toBlockErrors(validated.errors, view);
  assert.deepEqual(Object.keys(errors).sort(), ['display_name.0', 'email_address.0', 'inbox_type.0']);
  assert.equal(errors['email_address.0'], validated.errors.email_address);
});

test('a mistake in the one login is told once, at the SMTP password', () => {
  for (const draft of [google, custom]) {
    const view = typedView(renderHowPage({ context, draft }));
    const errors = { smtp_password: 'Enter the password.', imap_password: 'Enter the IMAP password.' };
    assert.deepEqual(toBlockErrors(errors, view), { 'smtp_password.0': 'Enter the password.' });
  }
});

test('a mistake in an IMAP login that is not shown yet stands at the checkbox that shows it', () => {
  const view = typedView(renderHowPage({ context, draft: custom }), { same_login: false, smtp_password: 'x' });
  const errors = toBlockErrors({ imap_password: 'Enter it.' }, view);
  assert.deepEqual(errors, { 'same_login.0': 'IMAP password: Enter it.' });
});

test('a mistake in a server that is not shown stands at the password, and says which it is', () => {
  const view = typedView(renderHowPage({ context, draft: google }));
  const errors = toBlockErrors({ smtp_host: 'Not a name.', imap_port: 'Not a port.' }, view);
  assert.deepEqual(errors, { 'smtp_password.0': 'SMTP server: Not a name. IMAP port: Not a port.' });
});

test('a mistake of page 1 that is found on page 2 sends them back', () => {
  const view = typedView(renderHowPage({ context, draft: google }));
  const errors = toBlockErrors({ email_address: 'Not an address.' }, view);
  assert.deepEqual(errors, { 'smtp_password.0': 'Address of the inbox: Not an address. Press “Back” to change it.' });
});

test('no mistake is ever lost, on either page', () => {
  const fields: AccountField[] = [
    ...(['email_address', 'display_name', 'inbox_type', 'smtp_host', 'smtp_port', 'smtp_username'] as const),
    ...(['smtp_password', 'imap_host', 'imap_port', 'imap_username', 'imap_password', 'daily_limit'] as const),
    ...(['smtp_use_tls', 'imap_use_ssl'] as const),
  ];
  const pages = [
    renderWhoPage({ context, draft: {} }),
    ...[google, custom].map((draft) => renderHowPage({ context, draft })),
  ];
  for (const page of pages) {
    const view = typedView(page);
    for (const field of fields) {
      const [[block, sentence] = ['', '']] = Object.entries(toBlockErrors({ [field]: 'Wrong.' }, view));
      assert.ok(block in view.state.values, field);
      assert.match(sentence, /Wrong\./);
    }
  }
});

test('no mistakes, no errors', () => {
  assert.deepEqual(toBlockErrors({}, typedView(renderWhoPage({ context, draft: {} }))), {});
});

test('a view that can not be read is refused', () => {
  assert.throws(() => toBlockErrors({ smtp_host: 'x' }, 'view'), UnreadableViewError);
});
