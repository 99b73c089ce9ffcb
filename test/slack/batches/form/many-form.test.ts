import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManyForm, renderManyForm } from '../../../../src/slack/batches/form/many-form.ts';
import type { FormContext } from '../../../../src/slack/form/form-metadata.ts';
import { UnreadableViewError } from '../../../../src/slack/modals/unreadable-view-error.ts';
import { assertView, textsOf } from '../../blocks/block-kit.ts';
import { HOSTILE, longestContext, context as single } from '../../examples.ts';
import { fieldsOf, initialsOf, typedView, type ViewAtClient } from '../../modals/typed-view.ts';

const context: FormContext = { ...single, batch: {} };
const FILE = { id: 'F1', name: 'x.csv', size: 10, url_private_download: 'https://files.slack.com/x' };

test('the form asks for rows, a file and what the rows leave out', () => {
  const view = renderManyForm({ context, draft: { daily_limit: '45' }, takesFiles: true });
  assertView(view);
  assert.deepEqual(fieldsOf(view), ['rows', 'file', 'default_provider', 'default_daily_limit', 'default_name']);
  assert.deepEqual(initialsOf(view), { default_daily_limit: '45', default_name: '{local}' });
});

test('without the scope there is no field for a file, but a line about it', () => {
  const view = renderManyForm({ context, draft: {}, takesFiles: false });
  assertView(view);
  assert.ok(!fieldsOf(view).includes('file'));
  assert.match(textsOf(view, 'plain_text').join('\n'), /with the scope files:read/);
});

test('what is typed is read', () => {
  const typed = { rows: 'jane@acme.com pw', default_daily_limit: '12', default_name: ' {local} at Acme ' };
  const view = typedView(renderManyForm({ context, draft: {}, takesFiles: true }), typed);
  choose(view, 'default_provider', { selected_option: { value: 'GOOGLE_WORKSPACE' } });
  assert.deepEqual(parseManyForm(view), {
    context,
    defaults: { inboxType: 'GOOGLE_WORKSPACE', dailyLimit: 12, displayName: '{local} at Acme' },
    ok: true,
    given: { kind: 'pasted', text: 'jane@acme.com pw' },
  });
});

test('what is left out has a default, and the provider is that of each row', () => {
  const typed = { rows: 'jane@acme.com pw', default_daily_limit: '', default_name: '' };
  const { defaults } = parseManyForm(typedView(renderManyForm({ context, draft: {}, takesFiles: false }), typed));
  assert.deepEqual(defaults, { inboxType: undefined, dailyLimit: undefined, displayName: '{local}' });
});

test('a file is read from the view, also where Slack gives only its id', () => {
  for (const file of [FILE, { id: 'F1', mode: 'file_access', file_access: 'check_file_info' }]) {
    const parsed = parseManyForm(withFile(file));
    assert.ok(parsed.ok && parsed.given.kind === 'file');
    assert.equal(parsed.given.file.id, 'F1');
  }
});

for (const [what, view, says] of [
  ['nothing', withFile(undefined), { 'rows.0': /Paste at least one row, or choose a file/ }],
  ['spaces only', withFile(undefined, { rows: ' \n ' }), { 'rows.0': /Paste at least one row/ }],
  ['rows and a file', withFile(FILE, { rows: 'x' }), { 'rows.0': /Clear this field, or remove the file/ }],
  ['a large file', withFile({ ...FILE, size: 4 * 1024 * 1024 + 1 }), { 'file.0': /larger than 4 MB/ }],
  [
    'a limit that is none',
    withFile(undefined, { rows: 'x', default_daily_limit: '0' }),
    { 'default_daily_limit.0': /whole number/ },
  ],
] as const) {
  test(`${what} is an error under its field`, () => {
    const parsed = parseManyForm(view);
    assert.ok(!parsed.ok);
    assert.deepEqual(Object.keys(parsed.errors), Object.keys(says));
    for (const [block, pattern] of Object.entries(says)) assert.match(parsed.errors[block] ?? '', pattern);
  });
}

test('rows to begin with are in the field and not in the metadata', () => {
  const view = renderManyForm({ context: { ...context, pasted: 'a@acme.com' }, draft: {}, takesFiles: true });
  assert.equal(initialsOf(view).rows, 'a@acme.com');
  assert.doesNotMatch(view.private_metadata ?? '', /a@acme/);
});

test('the longest values fit, a client is named as plain text, and a fix is remembered', () => {
  const owner = { kind: 'client', name: HOSTILE } as const;
  for (const each of [{ ...longestContext, owner }, longestContext]) {
    const given: FormContext = { ...each, batch: { fixOf: 'B'.repeat(36) }, pasted: 'x'.repeat(3_000) };
    const view = renderManyForm({ context: given, draft: {}, notice: HOSTILE, takesFiles: true });
    assertView(view);
    assert.deepEqual(textsOf(view, 'mrkdwn'), []);
    assert.equal(parseManyForm(typedView(view)).context.batch?.fixOf, 'B'.repeat(36));
  }
});

test('a view without a context is not the form', () => {
  assert.throws(() => parseManyForm({ private_metadata: '' }), UnreadableViewError);
});

function withFile(file: object | undefined, typed: Record<string, string> = {}): ViewAtClient {
  const view = typedView(renderManyForm({ context, draft: {}, takesFiles: true }), typed);
  choose(view, 'file', { files: file === undefined ? [] : [file] });
  return view;
}

function choose(view: ViewAtClient, field: string, value: object): void {
  view.state.values[`${field}.0`] = { [field]: value };
}
