import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { writeVendorFile, writeVendorPaste } from '../../playground/vendor-file.ts';

/** What is wrong with a row: fields by their names in the file. */
function isWrong({ Email = '', 'Daily Limit': limit = '', ...passwords }: { [header: string]: string }): boolean {
  const password = passwords['SMTP Password'] ?? passwords['App Password'];
  return password === '' || !/^[a-z.\d]+@[a-z-]+\.com$/.test(Email) || !/^\d+$/.test(limit);
}

for (const [name, text, delimiter] of [
  ['the file', writeVendorFile(), ','],
  ['what is pasted', writeVendorPaste(), '\t'],
] as const) {
  test(`${name} has 40 rows with addresses and passwords of their own, three of them wrong`, () => {
    const rows: { [header: string]: string }[] = parse(text, { delimiter, columns: true });
    assert.equal(rows.length, 40);
    assert.deepEqual(
      rows.flatMap((row, index) => (isWrong(row) ? [index + 2] : [])),
      [10, 22, 34],
      'the lines of the wrong ones',
    );
    for (const header of ['Email', delimiter === ',' ? 'SMTP Password' : 'App Password']) {
      const values = rows.map((row) => row[header]);
      assert.equal(new Set(values).size, 40, header);
    }
  });
}

test('what is pasted fits into a field of Slack’s; a file can be as long as one likes', () => {
  assert.ok(writeVendorPaste().length <= 3_000);
  const rows: { [header: string]: string }[] = parse(writeVendorFile(500), { columns: true });
  assert.equal(new Set(rows.map(({ Email }) => Email)).size, 500);
  assert.equal(rows.filter(isWrong).length, 3);
});
