import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'csv-stringify/sync';
import { readRows } from '../../src/csv/read-rows.ts';
import { fc } from '../project/properties.ts';

/** Separators, quotation marks and all that a vendor's generator likes. */
const passwords = fc
  .string({ unit: fc.constantFrom(...'aZ09!"#$%&\'()*+,-./:;<=>?@[]^_`{|}~ éß'), minLength: 1, maxLength: 14 })
  // After a separator, people write a space that is no part of the password.
  .filter((password) => password.trim() !== '' && !password.startsWith(' '))
  // Without a header, nobody can say which of two addresses on a line is the inbox.
  .filter((password) => !/@[^@]*\./.test(password));

const ENCODINGS: Record<string, (text: string) => Buffer> = {
  'utf-8': (text) => Buffer.from(text),
  'windows-1252': (text) => Buffer.from(text, 'latin1'),
  'utf-16le': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  'utf-16be': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
};

test('of a file that a program has written, each password is read as it is, with a header and without', async () => {
  const files = fc.record({
    passwords: fc.array(passwords, { minLength: 1, maxLength: 5 }),
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    record_delimiter: fc.constantFrom('\r\n', '\n', '\r'),
    encoding: fc.constantFrom(...Object.keys(ENCODINGS)),
    quoted: fc.boolean(),
    header: fc.boolean(),
    columns: fc.integer({ min: 2, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(files, async ({ passwords: written, encoding, header, columns, ...format }) => {
      const rows = written.map((password, index) => [`i${index}@acme.com`, password, 'Jane Doe', '40']);
      const all = header ? [['Email', 'Password', 'Name', 'Daily limit'], ...rows] : rows;
      const text = stringify(
        all.map((row) => row.slice(0, columns)),
        format,
      );
      const read = await readRows(ENCODINGS[encoding]?.(text) ?? Buffer.from(text));
      assert.deepEqual(
        read.rows.map(({ account }) => account.smtp_password),
        written,
      );
    }),
    { numRuns: 2_000 },
  );
});
