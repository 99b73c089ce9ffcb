import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ColumnField } from '../../src/csv/columns.ts';
import { FileProblem } from '../../src/csv/file-problem.ts';
import { readRows } from '../../src/csv/read-rows.ts';

describe('columns that a person may choose', () => {
  const read = (text: string, chosen: [number, ColumnField | undefined][] = []) =>
    readRows(Buffer.from(text), new Map(chosen));
  const polish = 'Skrzynka;Hasło;Pro Tag;Secret\njane@acme.com;abc;20;x\nbob@acme.com;def;50;y\n';

  test('a header that we do not know is one all the same, and nothing of the file is quoted', async () => {
    const { table, rows } = await read(polish);
    assert.deepEqual(
      table.map(({ header, field, isDropped, values, suggested }) => [header, field, isDropped, values, suggested]),
      [
        ['Skrzynka', undefined, false, { count: 2 }, undefined],
        ['Hasło', undefined, false, { count: 2 }, undefined],
        ['Pro Tag', undefined, false, { count: 2, numbers: { from: 20, to: 50 } }, 'daily_limit'],
        ['Secret', undefined, true, undefined, undefined],
      ],
    );
    assert.deepEqual([rows.length, rows[0]?.account], [2, {}]);
    await assert.rejects(readRows(Buffer.from(polish)), FileProblem);
  });

  test('what was chosen decides', async () => {
    const { rows, table } = await read(polish, [
      [0, 'email_address'],
      [1, 'smtp_password'],
    ]);
    assert.deepEqual(rows[0]?.account, { email_address: 'jane@acme.com', smtp_password: 'abc' });
    assert.equal(table[0]?.field, 'email_address');
    const other = await read('email,login,password\na@b.com,one,two\n', [
      [1, 'smtp_password'],
      [2, undefined],
    ]);
    assert.deepEqual(other.rows[0]?.account, { email_address: 'a@b.com', smtp_password: 'one' });
    const bare = await read('x,a@b.com,one,two\nx,c@d.com,three,four\n', [[3, 'smtp_password']]);
    assert.deepEqual(bare.rows[1]?.account, { email_address: 'c@d.com', smtp_password: 'four' });
  });

  test('a file without any address is none', async () => {
    await assert.rejects(read('one;two\nthree;four\n'), FileProblem);
  });
});
