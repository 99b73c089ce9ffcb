import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRows } from '../../../src/csv/read-rows.ts';
import { renderResults } from '../../../src/slack/batches/results-csv.ts';
import { sampleRow } from '../../add-inbox/batch/sample-batch.ts';
import { account, added, heldBack, outcomes } from '../examples.ts';

const custom = {
  ...account,
  email_address: 'gus@mail.acme.com',
  inbox_type: 'CUSTOM_SMTP',
  smtp_host: 'smtp.acme.com',
  imap_host: 'imap.acme.com',
  imap_port: 143,
  imap_username: 'gus',
} as const;

test('each row has its line, address, outcome, status, inbox id, reason and what to do', async () => {
  const [results, ...others] = await renderResults('export.csv', [
    sampleRow({ line: 2, outcome: outcomes.added }),
    sampleRow({ line: 3, outcome: { kind: 'added', account: { ...added, overall_status: 'DISABLED' } } }),
    sampleRow({ line: 4, outcome: outcomes.exists }),
    sampleRow({ line: 5, outcome: outcomes.exists, isAddedBefore: true }),
    sampleRow({ line: 6, outcome: outcomes.stopped }),
    sampleRow({ line: 7 }),
  ]);
  assert.equal(results?.name, 'export-results.csv');
  assert.deepEqual(others, [], 'nothing is to be fixed');
  assert.deepEqual(results.content.trim().split('\r\n'), [
    '"line","address","outcome","overall_status","inbox_id","reason","what to do"',
    `"2","jane@acme.com","added","PENDING","${added.inbox_id}","",""`,
    `"3","jane@acme.com","added","DISABLED","${added.inbox_id}","","Check its status in the ColdSend dashboard."`,
    '"4","jane@acme.com","in ColdSend already","","","","Look for it in the ColdSend dashboard."',
    '"5","jane@acme.com","added by an earlier try","","","","Check its status in the ColdSend dashboard."',
    '"6","jane@acme.com","not sent: stopped","","","","To add it, use the file again."',
    '"7","jane@acme.com","not finished yet","","","",""',
  ]);
});

test('failed rows have their reason, and a file of their own with empty passwords that can be used again', async () => {
  const rows = [
    sampleRow({ line: 2, outcome: outcomes.added }),
    sampleRow({ line: 3, outcome: { kind: 'refused', reason: '=HYPERLINK("x")', fields: [] } }),
    sampleRow({ line: 4, outcome: outcomes.unknown, account: custom }),
    sampleRow({ line: 5, outcome: heldBack }),
  ];
  const [results, toFix] = await renderResults('export.v2.csv', rows);
  assert.match(results?.content ?? '', /"3","jane@acme\.com","ColdSend refused it","","","ColdSend says: =HYPERLINK/);
  assert.match(
    results?.content ?? '',
    /"5","jane@acme\.com","Its login doesn't work, so we didn't send it","","","Our check: /,
  );
  assert.equal(toFix?.name, 'export.v2-to-fix.csv');
  const filledIn = toFix.content.replace(
    '"smtp.gmail.com","587","jane@acme.com",""',
    '"smtp.gmail.com","587","jane@acme.com","secret"',
  );
  const read = await readRows(Buffer.from(filledIn));
  assert.deepEqual(read.unknown, []);
  const [first, second] = read.rows.map((row) => row.account);
  assert.deepEqual(
    { ...first, smtp_password: 'secret' },
    {
      ...{ email_address: 'jane@acme.com', display_name: 'Jane Doe', inbox_type: 'GOOGLE_WORKSPACE' },
      ...{ smtp_host: 'smtp.gmail.com', smtp_port: '587', smtp_username: 'jane@acme.com', smtp_password: 'secret' },
      ...{ smtp_use_tls: true, imap_host: 'imap.gmail.com', imap_port: '993', imap_username: 'jane@acme.com' },
      ...{ imap_use_ssl: true, daily_limit: '30' },
    },
  );
  assert.equal(first?.smtp_password, 'secret');
  assert.deepEqual(
    [second?.smtp_password, second?.inbox_type, second?.imap_port, second?.imap_username],
    [undefined, 'CUSTOM_SMTP', '143', 'gus'],
  );
});

test('no cell starts like a formula', async () => {
  const display_name = '=1+1';
  const [results, toFix] = await renderResults(undefined, [
    sampleRow({ outcome: outcomes.expired, account: { ...account, display_name, email_address: '+a@acme.com' } }),
  ]);
  for (const { content } of [results, toFix].filter((file) => file !== undefined)) {
    assert.doesNotMatch(content, /"[=+]/);
  }
  const read = await readRows(Buffer.from(toFix?.content ?? ''));
  assert.equal(read.rows[0]?.account.display_name, display_name, 'read again, it is what it was');
  assert.equal(read.rows[0]?.account.email_address, '+a@acme.com');
});

test('the files are named after the one that was used, whatever that was called', async () => {
  const nameFor = async (fileName: string | undefined) => (await renderResults(fileName, []))[0]?.name;
  assert.equal(await nameFor(undefined), 'inboxes-results.csv');
  assert.equal(await nameFor('.csv'), 'inboxes-results.csv');
  assert.equal(await nameFor('a/b\\c:"d"\n.csv'), 'a_b_c__d_-results.csv');
  assert.ok(((await nameFor('x'.repeat(500))) ?? '').length < 120);
});

test('5,000 rows are written in slices, and other work goes on in between', async () => {
  const rows = Array.from({ length: 5_000 }, (_, index) => sampleRow({ line: index + 2, outcome: outcomes.expired }));
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  });
  const [results, toFix] = await renderResults('export.csv', rows);
  clearInterval(timer);
  assert.ok(turns > 10, `${turns} turns`);
  assert.equal(results?.content.trim().split('\r\n').length, 5_001);
  assert.equal(toFix?.content.trim().split('\r\n').length, 5_001);
});

test('a refused login has what our own check found', async () => {
  const login = { smtp: { kind: 'works' }, imap: { kind: 'refused', reason: 'wrong_login' } } as const;
  const outcome = { kind: 'refused' as const, reason: 'Connection failed', fields: [], login };
  const [results] = await renderResults('export.csv', [sampleRow({ line: 3, outcome })]);
  assert.match(
    results?.content ?? '',
    /ColdSend says: Connection failed · Our check: Sending \(SMTP\): The login works\. · Reading \(IMAP\): The user/,
  );
});
