import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JudgedDomain } from '../../../src/add-inbox/account/domain-verdict.ts';
import type { BatchRow } from '../../../src/add-inbox/batch/batch.ts';
import type { Outcome } from '../../../src/add-inbox/request/outcome.ts';
import { renderFailures } from '../../../src/slack/batches/failures.ts';
import { renderSummary, type SummaryForm } from '../../../src/slack/batches/summary.ts';
import { sampleBatch, sampleRow } from '../../add-inbox/batch/sample-batch.ts';
import { assertMessage, textsOf } from '../blocks/block-kit.ts';
import { account, HOSTILE, heldBack, LONGEST, longestAccount } from '../examples.ts';

const refused = (reason: string): Outcome => ({ kind: 'refused', reason, fields: [] });

/** Rows from line 2 on, with an address of their own each. */
function rowsOf(outcomes: Outcome[]): BatchRow[] {
  return outcomes.map((outcome, index) =>
    sampleRow({ line: index + 2, outcome, account: { ...account, email_address: `r${index + 2}@acme.com` } }),
  );
}

function summaryOf(failed: BatchRow[], form: SummaryForm, domains: JudgedDomain[] = []) {
  return renderSummary({ batch: sampleBatch({ id: 'B1', summaryTs: '1.3' }), failed, domains }, form);
}

function seenIn(message: ReturnType<typeof renderFailures>): string {
  assertMessage(message);
  assert.ok(message.blocks.length <= 50);
  return message.blocks.flatMap((block) => [...textsOf(block, 'mrkdwn'), ...textsOf(block, 'plain_text')]).join('\n');
}

const trouble = (kind: 'wrong_address' | 'too_large'): Outcome => ({
  ...{ kind: 'refused', reason: 'HTTP 404', fields: [] },
  trouble: { kind, status: 404, isColdsends: false },
});

test('failures are grouped by reason, the most frequent one first, with what to do once', () => {
  const outcomes = [
    ...[refused('The plan is full'), trouble('wrong_address'), { kind: 'unknown', why: 'answer_lost' } as const],
    ...Array.from({ length: 5 }, () => refused('Wrong password')),
  ];
  const message = renderFailures(rowsOf(outcomes));
  const seen = seenIn(message);
  assert.match(
    seen,
    /^\*What went wrong\*\n\*ColdSend refused it · 5\*\nCorrect what ColdSend says.*\nColdSend says: Wrong password\nr5@acme\.com \(line 5\)\nr6@acme\.com \(line 6\)\nr7@acme\.com \(line 7\)\nand 2 more\n/,
  );
  assert.match(seen, /ColdSend refused it · 1\*[\s\S]*The plan is full\nr2@acme\.com \(line 2\)/);
  assert.match(seen, /The ColdSend address is wrong · 1\*\n.*COLDSEND_ADD_PATH/);
  assert.match(seen, /We don't know if it was added · 1\*\nTry again\..*\nThe connection to ColdSend broke/);
  assert.match(message.text, /^What went wrong\. ColdSend refused it · 5\. ColdSend says: Wrong password Correct/);
});

test('a reason that quotes the address is the same reason for all rows', () => {
  const rows = rowsOf([refused('r2@acme.com is not valid'), refused('r3@acme.com is not valid')]);
  assert.match(seenIn(renderFailures(rows)), /ColdSend refused it · 2\*[\s\S]*ColdSend says: … is not valid/);
});

test('every kind of failure has its own words', () => {
  const seen = seenIn(
    renderFailures(
      rowsOf([
        { kind: 'key_refused', reason: 'no', missingScopes: [] },
        { kind: 'expired' },
        { kind: 'expired', why: 'passwords_unreadable' },
        { ...refused('x'), lostPermission: 'guest' } as Outcome,
        trouble('too_large'),
      ]),
    ),
  );
  for (const title of [
    'ColdSend refused the API key · 1',
    "We couldn't send it in time · 1",
    "I can't read its password any more · 1",
    'No longer allowed · 1',
    'A size limit is too small · 1',
  ]) {
    assert.ok(seen.includes(title), `${title} in ${seen}`);
  }
});

test('whatever ColdSend says, and however many reasons there are, Slack takes both messages', () => {
  const fields = Array.from({ length: 20 }, (_, index) => ({ field: `${HOSTILE}${index}`, reason: LONGEST }));
  for (const text of [HOSTILE, LONGEST.repeat(20), '']) {
    for (const count of [1, 40, 500]) {
      const rows = Array.from({ length: count }, (_, index) =>
        sampleRow({
          line: index + 2,
          account: longestAccount,
          outcome: { kind: 'refused', reason: `${index} ${text}`, fields },
        }),
      );
      const messages = [renderFailures(rows), summaryOf(rows, 'table'), summaryOf(rows, 'sections')];
      for (const message of messages) {
        seenIn(message);
        assert.doesNotMatch(textsOf(message, 'mrkdwn').join('\n'), /evil|U666/);
        assert.doesNotMatch(message.text, /<!channel>|<https/);
      }
    }
  }
  const many = rowsOf(Array.from({ length: 30 }, (_, index) => refused(`reason ${index}`)));
  assert.match(seenIn(renderFailures(many)), /There are 7 more reasons\. You find them in the CSV\./);
});

test('the summary has what failed as a table, and the buttons to fix it and to get all results', () => {
  const message = summaryOf(rowsOf([refused('Wrong password'), { kind: 'expired' }]), 'table');
  assert.match(seenIn(message), /\*2 inboxes need you\*\nPress “Fix what failed” and change only what was wrong\./);
  const table = message.blocks.find(({ type }) => type === 'table');
  assert.ok(table && 'rows' in table);
  assert.deepEqual(
    table.rows.map((row) => JSON.stringify(row).match(/(?<="text":")[^"]*/g)),
    [
      ['Line', 'Address', 'What happened', 'What to do'],
      [
        ...['2', 'r2@acme.com', 'ColdSend refused it: Wrong password'],
        'Correct what ColdSend says, and enter the password again.',
      ],
      ['3', 'r3@acme.com', "We couldn't send it in time", 'Enter the password again.'],
    ],
  );
  assert.match(JSON.stringify(message), /"batch_fix".*"value":"B1".*"batch_results".*"value":"B1"/);
  assert.match(seenIn(summaryOf(rowsOf([{ kind: 'expired' }]), 'table')), /1 inbox needs you/);
});

const OUR_CHECK = 'Sending (SMTP): The login works. · Reading (IMAP): The user name or password is wrong. Check both.';

test('a row that our login check held back says so, and can be sent anyway', () => {
  const rows = rowsOf([refused('Wrong password'), heldBack]);
  assert.match(
    seenIn(renderFailures(rows)),
    /\*Its login doesn't work, so we didn't send it · 1\*\nPress “Fix what failed” or “Send it anyway”, and enter the password again\.\nOur check: Sending \(SMTP\): The login works\. · Reading \(IMAP\): The user name or password is wrong\./,
  );
  const table = JSON.stringify(summaryOf(rows, 'table'));
  assert.ok(table.includes(`"Its login doesn't work, so we didn't send it: ${OUR_CHECK}"`), table);
  const buttons = (failed: BatchRow[]) =>
    summaryOf(failed, 'table').blocks.flatMap((block) =>
      block.type === 'actions' ? textsOf(block, 'plain_text') : [],
    );
  const usual = ['Use a corrected file', 'Results as CSV'];
  assert.deepEqual(buttons(rows), ['Fix what failed', 'Send it anyway', ...usual]);
  assert.deepEqual(buttons(rowsOf([refused('Wrong password')])), ['Fix what failed', ...usual]);
});

test('rows that do not fit into the summary are counted', () => {
  const rows = rowsOf(Array.from({ length: 150 }, (): Outcome => ({ kind: 'expired' })));
  const table = seenIn(summaryOf(rows, 'table'));
  assert.match(table, /51 inboxes more: press “Results as CSV” to get them all\./);
  const sections = seenIn(summaryOf(rows, 'sections'));
  assert.match(sections, /r2@acme\.com \(line 2\)\nWe couldn't send it in time\. Enter the password again\./);
  assert.match(sections, /110 inboxes more/);
});

test('once all is fixed the summary says so, and offers only the results, which the first file does not have', () => {
  const message = summaryOf([], 'table');
  assert.match(seenIn(message), /All fixed: no inbox needs you any more\./);
  assert.deepEqual(
    message.blocks.flatMap((block) =>
      block.type === 'actions'
        ? block.elements.map(({ type, ...rest }) => [type, 'action_id' in rest && rest.action_id])
        : [],
    ),
    [['button', 'batch_results']],
  );
});
