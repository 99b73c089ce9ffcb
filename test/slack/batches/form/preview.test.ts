import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRows, type RowDefaults } from '../../../../src/add-inbox/batch/check-rows.ts';
import { readRows } from '../../../../src/csv/read-rows.ts';
import { parsePreview, renderPreview, type ToPreview } from '../../../../src/slack/batches/form/preview.ts';
import { assertView, textsOf } from '../../blocks/block-kit.ts';
import { context, HOSTILE, longestContext } from '../../examples.ts';
import { fieldsOf, typedView } from '../../modals/typed-view.ts';

const HEADER = 'Email,Password,Provider,Daily Limit';

async function preview(
  text: string,
  { defaults = {}, waiting = [], ...more }: Partial<ToPreview> & { defaults?: RowDefaults; waiting?: string[] } = {},
) {
  const read = await readRows(Buffer.from(text));
  const checked = await checkRows(read.rows, {
    defaults,
    waiting: new Set(waiting),
    isOtherDomain: () => false,
    pause: async () => {},
  });
  const view = renderPreview({
    context,
    draftId: 'DRAFT0000001',
    fileName: undefined,
    read,
    checked,
    defaults,
    timeFor: (count) => count * 1_000,
    isOverForm: more.fileName === undefined,
    mustDeleteFile: false,
    ...more,
  });
  assertView(view);
  return { view, words: [...textsOf(view, 'mrkdwn'), ...textsOf(view, 'plain_text')].join('\n') };
}

test('rows that are ready are counted, shown without passwords and named by the button', async () => {
  const rows = ['jane@acme.com,secret-1,google,40', 'bob@acme.com,secret-2,google,', 'kim@acme.com,secret-3,google,'];
  const { view, words } = await preview([HEADER, ...rows].join('\n'), { fileName: 'october.csv' });
  assert.equal(view.title.text, 'Check 3 rows');
  assert.equal(view.submit?.text, 'Add 3 inboxes');
  assert.equal(view.close?.text, 'Discard');
  assert.equal(view.notify_on_close, true);
  assert.match(words, /✅ \*3\* ready/);
  assert.match(words, /october\.csv · less than a minute/);
  assert.match(
    words,
    /Line 2 · jane@acme\.com · jane · Google Workspace · SMTP smtp\.gmail\.com:587 · IMAP .* · 40 a day/,
  );
  assert.match(words, /Email → Address of the inbox, Password → Password/);
  assert.doesNotMatch(JSON.stringify(view), /secret-/);
  assert.deepEqual(fieldsOf(view), ['default_daily_limit'], 'two rows have no limit');
});

test('the button says one inbox, and no limit is asked for where each row has one', async () => {
  const { view } = await preview(`${HEADER}\njane@acme.com,pw,google,40`);
  assert.deepEqual([view.title.text, view.submit?.text, fieldsOf(view)], ['Check 1 row', 'Add 1 inbox', []]);
});

test('each problem is said by line, field and reason', async () => {
  const rows = [
    'jane@acme.com,pw,google,40',
    'jane@acme.com,pw,google,40',
    'jane@acme.com,other,google,40',
    'bob@acme.com,,google,40',
    'kim@acme.com,pw,google,many',
    'waits@acme.com,pw,google,40',
    'ms@acme.com,pw,outlook,40',
  ];
  const { view, words } = await preview([HEADER, ...rows].join('\n'), { waiting: ['waits@acme.com'] });
  assert.match(words, /✅ \*1\* ready +❌ \*2\* to fix +⏸️ \*1\* held back +🔁 \*2\* twice +➖ \*1\* left out/);
  assert.match(words, /Line 5 · bob@acme\.com · Password: Enter the password\.\n/);
  assert.match(words, /Line 6 · kim@acme\.com · Daily limit: Enter how many mails/);
  assert.match(words, /use its first row\.\n?/);
  assert.match(words, /\nLine 3\n/);
  assert.match(words, /Line 4 · jane@acme\.com · first in line 2/);
  assert.match(words, /Already on the way · 1/);
  assert.match(words, /Microsoft 365 refuses most passwords/);
  assert.equal(view.submit?.text, 'Add 1 inbox');
  assert.deepEqual(fieldsOf(view), ['add_held']);
});

test('a password in the column of the addresses is not shown', async () => {
  const together = ['jane@acme.com secret-1', 'jane@acme.com:secret-1.x', 'secret-1:jane@acme.com'];
  const cells = [...together, '"jane@acme.com,secret-1"', '"secret-1,jane@acme.com"', 'secret-1'];
  for (const text of ['Password,Email\njane@acme.com,secret-1', ...cells.map((cell) => `Email\n${cell}`)]) {
    const { view, words } = await preview(text);
    assert.doesNotMatch(JSON.stringify(view), /secret-/);
    assert.match(words, /Line 2 · no address · Address of the inbox: This is not an email address/);
  }
  assert.match((await preview('Email\njane@acme..com')).words, /Line 2 · jane@acme\.\.com · /);
});

test('without a row that can be added there is no button, and for a file a way back', async () => {
  const text = `${HEADER}\nbob@acme.com,,google,40`;
  const pasted = await preview(text);
  const file = await preview(text, { fileName: 'x.csv' });
  for (const { view, words } of [pasted, file]) {
    assert.equal(view.submit, undefined);
    assert.match(words, /There is nothing to add yet/);
    assert.equal(parsePreview(typedView(view)).draftId, undefined);
  }
  assert.doesNotMatch(JSON.stringify(pasted.view), /batch_back/);
  assert.match(JSON.stringify(file.view), /batch_back/);
});

test('rows without servers are told to need a provider, unless one was chosen', async () => {
  assert.match((await preview('jane@acme.com pw')).words, /Rows without servers need a provider/);
  const chosen = await preview('jane@acme.com pw', { defaults: { inboxType: 'CUSTOM_SMTP' } });
  assert.doesNotMatch(chosen.words, /need a provider/);
});

test('odd rows, odd columns and an odd encoding are said', async () => {
  const header = 'Email,Password,App Password,Provider,Daily Limit,Tags,2FA Secret';
  const rows = ['jane@acme.com,a,1.5E+15,google,5000,x,TOTP', 'bob@acme.com,a, padded,google,30,x,TOTP,more,cells'];
  const { words, view } = await preview([header, ...rows].join('\n'), { mustDeleteFile: true, fileName: 'x.csv' });
  assert.match(words, /A spreadsheet has probably changed the password\. Line 2/);
  assert.match(words, /begins or ends with a space\. Line 3/);
  assert.match(words, /daily limit is above the provider's maximum\. Line 2/);
  assert.match(words, /more cells than the header\. Line 3/);
  assert.match(words, /Columns that I don't use: Tags/);
  assert.match(words, /other secrets, which I did not read: 2FA Secret/);
  assert.match(words, /Delete your file from Slack/);
  assert.doesNotMatch(JSON.stringify(view), /TOTP|padded/);
  const latin = await readRows(Buffer.from('Email,Name\nj@acme.com,Ren\xe9', 'latin1'));
  const encoded = await preview(`${HEADER}\nj@acme.com,a,google,3`, { read: latin });
  assert.match(encoded.words, /not in UTF-8/);
});

test('what a person decides is read from the view', async () => {
  const text = `${HEADER}\njane@acme.com,pw,google,\nms@acme.com,pw,outlook,`;
  const { view } = await preview(text);
  assert.deepEqual(parsePreview(typedView(view)).inboxes, 1);
  const decided = parsePreview(typedView(view, { add_held: true, default_daily_limit: '55' }));
  assert.deepEqual(
    [decided.draftId, decided.withHeld, decided.dailyLimit, decided.inboxes],
    ['DRAFT0000001', true, '55', 2],
  );
});

test('foreign text never becomes markup, and the longest texts fit', async () => {
  const long = '😀'.repeat(2_000);
  const quoted = `"${HOSTILE.replaceAll('"', '""')}"`;
  const header = [`Email`, 'Password', 'Display Name', quoted, long, `${long}2`, 'recovery 1', 'recovery 2'].join(',');
  const rows = Array.from({ length: 200 }, (_, index) => `${HOSTILE} ${long} ${index},${quoted},${long},x,y,z,a,b`);
  const good = `jane@acme.com,pw,"${HOSTILE}",x,y,z,a,b`;
  const { view, words } = await preview([header, good, ...rows].join('\n'), {
    context: longestContext,
    fileName: `${HOSTILE}${long}.csv`,
    defaults: { inboxType: 'GOOGLE_WORKSPACE' },
  });
  assert.ok(!textsOf(view, 'mrkdwn').some((text) => /channel>|U666|evil|😀/.test(text)));
  assert.match(words, /and \d+ more/);
  assert.ok(sizeAtSlack(view) < 256 * 1024, `${sizeAtSlack(view)} bytes`);
});

test('5,000 rows that are all wrong fit into a view, and into its submission', async () => {
  const rows = Array.from({ length: 5_000 }, (_, index) => `"😀${'ü'.repeat(300)}${index}",,google,`);
  const { view, words } = await preview([HEADER, ...rows].join('\n'));
  assert.match(words, /❌ \*5000\* to fix/);
  assert.match(words, /and 4\d{3} more/);
  assert.ok(sizeAtSlack(view) < 256 * 1024, `${sizeAtSlack(view)} bytes`);
});

/** Slack escapes what is not ASCII, and sends the JSON as a form. */
function sizeAtSlack(view: object): number {
  const json = JSON.stringify(view).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new URLSearchParams({ payload: json }).toString().length;
}
