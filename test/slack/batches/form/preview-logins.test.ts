import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoginVerdict } from '../../../../src/add-inbox/account/login-verdict.ts';
import { checkRows } from '../../../../src/add-inbox/batch/check-rows.ts';
import { readRows } from '../../../../src/csv/read-rows.ts';
import { parsePreview, renderPreview } from '../../../../src/slack/batches/form/preview.ts';
import { assertView, textsOf } from '../../blocks/block-kit.ts';
import { context, HOSTILE, longestContext } from '../../examples.ts';
import { fieldsOf, typedView } from '../../modals/typed-view.ts';

const HEADER = 'Email,Password,Provider,SMTP Host,SMTP Port,IMAP Host,IMAP Port,Daily Limit';
const WORKS = { kind: 'works' } as const;
const WRONG = { kind: 'refused', reason: 'wrong_login' } as const;
const PAUSED = { kind: 'unknown', reason: 'host_paused' } as const;
const NO_TIME = { kind: 'unknown', reason: 'over_budget' } as const;
const BUSY = { kind: 'unknown', reason: 'try_later' } as const;

function rowAt(address: string, host = 'mail.acme.com'): string {
  return `${address},planted-pw,custom,${host},465,${host},993,40`;
}

async function preview(lines: string[], logins: (LoginVerdict | undefined)[], used = context) {
  const read = await readRows(Buffer.from([HEADER, ...lines].join('\n')));
  const rows = read.rows.map((row, index) => ({ ...row, login: logins[index] }));
  const checked = await checkRows(rows, {
    defaults: {},
    waiting: new Set(),
    isOtherDomain: () => false,
    pause: async () => {},
  });
  const view = renderPreview({
    ...{ context: used, draftId: 'DRAFT0000001', fileName: undefined, read, checked, defaults: {} },
    ...{ timeFor: () => 1_000, isOverForm: false, mustDeleteFile: false },
  });
  assertView(view);
  assert.doesNotMatch(JSON.stringify(view), /planted-pw/);
  return { view, words: [...textsOf(view, 'mrkdwn'), ...textsOf(view, 'plain_text')].join('\n') };
}

test('a refused login is counted apart, explained by half and left out, unless a person ticks it', async () => {
  const logins = [{ smtp: WORKS, imap: WORKS }, { smtp: WORKS, imap: WRONG }, undefined];
  const { view, words } = await preview([rowAt('jane@acme.com'), rowAt('bob@acme.com'), rowAt('kim@acme.com')], logins);
  assert.match(words, /✅ \*2\* ready +🔒 \*1\* login refused/);
  assert.match(words, /Line 3 · bob@acme\.com · Reading \(IMAP\): The user name or password is wrong\. Check both\./);
  assert.doesNotMatch(words, /Sending \(SMTP\)|Login not checked/);
  assert.equal(view.submit?.text, 'Add 2 inboxes');
  assert.deepEqual(fieldsOf(view), ['add_refused']);
  assert.equal(parsePreview(typedView(view)).inboxes, 2);
  const ticked = parsePreview(typedView(view, { add_refused: true }));
  assert.deepEqual([ticked.inboxes, ticked.withRefused, ticked.withHeld], [3, true, false]);
});

test('where every login is refused, the rows can still be added', async () => {
  const { view, words } = await preview([rowAt('jane@acme.com')], [{ smtp: WRONG, imap: WRONG }]);
  assert.match(words, /Sending and reading: The user /);
  assert.equal(view.submit?.text, 'Add 1 inbox');
  assert.equal(parsePreview(typedView(view)).inboxes, 0);
});

test('what could not be checked is said once for each reason, with its lines, and holds nothing back', async () => {
  const lines = ['a', 'b', 'c', 'd', 'e'].map((name) =>
    rowAt(`${name}@acme.com`, name === 'e' ? 'mx.b.com' : undefined),
  );
  const paused = { smtp: PAUSED, imap: PAUSED };
  const logins = [
    paused,
    { smtp: WORKS, imap: PAUSED },
    paused,
    { smtp: NO_TIME, imap: NO_TIME },
    { smtp: BUSY, imap: WORKS },
  ];
  const { view, words } = await preview(lines, logins);
  assert.match(words, /Login not checked · 5/);
  assert.match(words, /^mail\.acme\.com refused five logins in a row\. .* Lines 2, 3, 4$/m);
  assert.match(words, /^I had no time for more logins\. Line 5$/m);
  assert.match(words, /^mx\.b\.com: The server is busy or limits logins\. Try again later\. Line 6$/m);
  assert.equal(view.submit?.text, 'Add 5 inboxes');
  assert.deepEqual(fieldsOf(view), []);
});

test('foreign text never becomes markup, and the longest verdicts of 5,000 rows fit', async () => {
  const host = `${'x'.repeat(60)}.${'y'.repeat(60)}.${'z'.repeat(60)}.com`;
  const lines = Array.from({ length: 5_000 }, (_, index) =>
    rowAt(`${'x'.repeat(50)}${index}@acme.com`, `${index}.${host}`),
  );
  const other = { kind: 'refused', reason: 'certificate_other_name', certificateName: HOSTILE } as const;
  const logins = lines.map((_, index) =>
    index % 2 ? { smtp: other, imap: { ...other, certificateName: '😀'.repeat(200) } } : { smtp: BUSY, imap: PAUSED },
  );
  const { view, words } = await preview(lines, logins, longestContext);
  assert.match(words, /🔒 \*2500\* login refused/);
  assert.match(words, /and \d+ more/);
  assert.ok(!textsOf(view, 'mrkdwn').some((text) => /channel>|U666|evil|😀/.test(text)));
  assert.ok(encodeURIComponent(JSON.stringify(view)).length * 2 < 256 * 1024);
});
