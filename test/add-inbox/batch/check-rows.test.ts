import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CheckedRow, checkRows, type Row, type RowDefaults } from '../../../src/add-inbox/batch/check-rows.ts';

const GOOGLE = { inbox_type: 'GOOGLE_WORKSPACE', smtp_password: 'abcd efgh ijkl mnop' } as const;

function rowsOf(...accounts: Row['account'][]): Row[] {
  return accounts.map((account, index) => ({ line: index + 2, account }));
}

function check(rows: Row[], defaults: RowDefaults = {}, waiting: string[] = []): Promise<CheckedRow[]> {
  return checkRows(rows, { defaults, waiting: new Set(waiting), isOtherDomain: () => false, pause: async () => {} });
}

test('a Google row needs its address and password; its provider, its address and the defaults say the rest', async () => {
  const [row] = await check(rowsOf({ email_address: 'Jane@acme.com', ...GOOGLE }));
  assert.ok(row?.kind === 'ready');
  assert.deepEqual([row.line, row.address, row.warnings], [2, 'jane@acme.com', []]);
  assert.deepEqual(row.account, {
    email_address: 'Jane@acme.com',
    display_name: 'Jane',
    inbox_type: 'GOOGLE_WORKSPACE',
    smtp_host: 'smtp.gmail.com',
    smtp_port: 587,
    smtp_username: 'Jane@acme.com',
    smtp_password: 'abcdefghijklmnop',
    smtp_use_tls: true,
    imap_host: 'imap.gmail.com',
    imap_port: 993,
    imap_username: 'Jane@acme.com',
    imap_password: 'abcdefghijklmnop',
    imap_use_ssl: true,
    daily_limit: 30,
  });
});

test('the defaults fill only what a row leaves out', async () => {
  const defaults = { inboxType: 'GOOGLE_WORKSPACE', dailyLimit: 40, displayName: '{local} of Acme' } as const;
  const rows = rowsOf(
    { email_address: 'jane@acme.com', smtp_password: 'p' },
    { email_address: 'bob@acme.com', smtp_password: 'p', display_name: 'Bob', daily_limit: '25' },
    { email_address: 'kim@acme.com', smtp_password: 'p', display_name: 'kim' },
  );
  const checked = await check(rows, defaults);
  assert.deepEqual(
    checked.map((row) => row.kind === 'ready' && [row.account.display_name, row.account.daily_limit]),
    [
      ['jane of Acme', 40],
      ['Bob', 25],
      ['kim of Acme', 40],
    ],
  );
});

test('a custom server has no default, and all problems of all rows are found at once', async () => {
  const checked = await check(
    rowsOf(
      { email_address: 'jane@acme.com' },
      { email_address: 'nobody', smtp_password: 'p', inbox_type: 'CUSTOM_SMTP' },
    ),
  );
  assert.deepEqual(
    checked.map((row) => row.kind === 'to_fix' && Object.keys(row.errors).toSorted()),
    [
      ['imap_host', 'imap_password', 'smtp_host', 'smtp_password'],
      ['email_address', 'imap_host', 'smtp_host'],
    ],
  );
  assert.equal(checked[1]?.address, 'nobody');
});

test('of a row with a wrong address, the servers that it leaves out are no further problem', async () => {
  const [row] = await check(rowsOf({ email_address: 'nobody', smtp_password: 'p' }));
  assert.deepEqual(row?.kind === 'to_fix' && Object.keys(row.errors), ['email_address']);
});

test('where there can be no inbox, its address is to be fixed, and not its servers', async () => {
  const [row] = await check([{ line: 2, account: { email_address: 'a@gone.com' }, noInbox: 'There is no domain.' }]);
  assert.ok(row?.kind === 'to_fix');
  assert.deepEqual(row.errors.email_address, 'There is no domain.');
  assert.deepEqual(Object.keys(row.errors).toSorted(), ['email_address', 'imap_password', 'smtp_password']);
});

test('a Microsoft row is held, since password logins are off there', async () => {
  const [row] = await check(rowsOf({ email_address: 'jane@acme.com', inbox_type: 'OUTLOOK_365', smtp_password: 'p' }));
  assert.ok(row?.kind === 'held');
  assert.equal(row.account.smtp_host, 'smtp.office365.com');
});

test('an address that comes again is named with its first line: the same inbox, or another one', async () => {
  const jane = { email_address: 'jane@acme.com', ...GOOGLE };
  const checked = await check(
    rowsOf(jane, { ...jane, email_address: 'JANE@acme.com' }, { ...jane, smtp_password: 'other' }),
  );
  assert.deepEqual(
    checked.map((row) => [row.kind, 'firstLine' in row ? row.firstLine : undefined]),
    [
      ['ready', undefined],
      ['twice', 2],
      ['differs', 2],
    ],
  );
});

test('a row that has to be fixed does not take the place of a later one that can be sent', async () => {
  const jane = { email_address: 'jane@acme.com', ...GOOGLE };
  const checked = await check(rowsOf({ ...jane, smtp_password: '' }, jane, jane));
  assert.deepEqual(
    checked.map((row) => [row.kind, 'firstLine' in row ? row.firstLine : undefined]),
    [
      ['to_fix', undefined],
      ['ready', undefined],
      ['twice', 3],
    ],
  );
});

test('an address that waits in the workspace is not sent again', async () => {
  const [row] = await check(rowsOf({ email_address: 'Jane@acme.com', ...GOOGLE }), {}, ['jane@acme.com']);
  assert.deepEqual(row, { line: 2, address: 'jane@acme.com', kind: 'waiting' });
});

test('others get their turn while many rows are checked', async () => {
  let pauses = 0;
  const rows = rowsOf(...Array.from({ length: 1_000 }, (_, n) => ({ email_address: `a${n}@acme.com`, ...GOOGLE })));
  const checked = await checkRows(rows, {
    defaults: {},
    waiting: new Set(),
    isOtherDomain: () => false,
    pause: async () => {
      pauses += 1;
    },
  });
  assert.deepEqual([checked.length, pauses], [1_000, 10]);
});
