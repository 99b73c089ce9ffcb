import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FileProblem } from '../../src/csv/file-problem.ts';
import { readRows } from '../../src/csv/read-rows.ts';
import { fc } from '../project/properties.ts';
import { problemOf, read } from './vendor-rows.ts';

describe('what is no CSV file', () => {
  const zip = (name: string) => Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0]), Buffer.from(name)]);
  const cases: [name: string, bytes: Uint8Array | string, kind: string, line?: number][] = [
    ['nothing', '', 'empty'],
    ['blank lines', '\n \n\n', 'empty'],
    ['a header alone', 'Email,Password\n', 'empty'],
    ['an Excel workbook', zip('[Content_Types].xml'), 'excel'],
    ['an old Excel workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'excel'],
    ['a LibreOffice sheet', zip('mimetypeapplication/vnd.oasis.opendocument.spreadsheet'), 'excel'],
    ['a Numbers sheet', zip('Index/Document.iwa'), 'excel'],
    ['formatted text', '{\\rtf1\\ansi Email, Password}', 'rich_text'],
    ['a ZIP archive', zip('inboxes.csv'), 'zip'],
    ['a PDF', '%PDF-1.7', 'pdf'],
    ['a web page', '\n<!DOCTYPE html><title>Sign in</title>', 'web_page'],
    ['JSON', '[{"email": "a@b.co"}]', 'json'],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]), 'binary'],
    ['no address anywhere', 'Name,Password\nJane,pw\n', 'no_address'],
    ['prose', 'Hello there,\nthis is a letter.\n', 'no_address'],
    ['an open quotation mark', 'Email,Password\na@b.co,pw\nb@b.co,"open\nc@b.co,x\n', 'unclosed_quote', 3],
    ['a line without an end', `Email,Password\na@b.co,${'x'.repeat(30_000)}\n`, 'broken_row', 2],
    ['an address and a line without an end', `a@b.co pw\nb@b.co ${'x'.repeat(20_100)}\n`, 'broken_row', 2],
    ['a row of too many cells', `Email,Password\na@b.co,pw\nb@b.co${','.repeat(1_000)}pw\n`, 'broken_row', 3],
    ['over 4 MiB', Buffer.alloc(4 * 1024 * 1024 + 1, 'a'), 'too_large'],
    ['over 5,000 rows', `Email\n${'a@b.co\n'.repeat(5_001)}`, 'too_many_rows'],
    ['over 5,000 lines', 'a@b.co pw\n'.repeat(5_001), 'too_many_rows'],
  ];
  for (const [name, bytes, kind, line] of cases) {
    test(name, async () => assert.deepEqual(await problemOf(bytes), { kind, line }));
  }

  test('5,000 rows are read', async () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => `user${index}@acme.com,password-${index}`);
    assert.equal((await read(`Email,Password\n${rows.join('\n')}`)).rows.length, 5_000);
  });
});

describe('any bytes at all', () => {
  test('are read or refused with the one error', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc
        .string({ unit: fc.constantFrom(...'a@b.co,;|\t"\n\r \uFEFFpassword:=\0é'), maxLength: 400 })
        .map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (input) => {
        try {
          await readRows(input);
        } catch (error) {
          if (!(error instanceof FileProblem)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  // Each would take minutes if the time grew with the square of the length.
  for (const piece of ['a@', 'E(', '\t', '"', ' ', 'smtp']) {
    test(`2 MiB of ${JSON.stringify(piece)} keep nobody waiting`, { timeout: 30_000 }, async () => {
      const long = piece.repeat(2 ** 21 / piece.length);
      for (const text of [long, `a@b.co${long}`, `Email,${long}\na@b.co,pw`]) {
        await readRows(Buffer.from(text)).catch((error: unknown) => assert.ok(error instanceof FileProblem));
      }
    });
  }

  test('an error says no word of the file', async () => {
    const secret = fc.stringMatching(/^[a-zA-Z0-9]{12,30}$/).map((word) => `Zq${word}`);
    await fc.assert(
      fc.asyncProperty(
        secret,
        fc.constantFrom('Name,Password\nx,', 'Email,Password\na@b.co,"', '{"password":"'),
        async (word, start) => {
          await assert.rejects(read(`${start}${word}\n`), (error: unknown) => {
            assert.ok(error instanceof FileProblem);
            assert.ok(!JSON.stringify([error.message, error.stack, String(error.cause)]).includes(word));
            return true;
          });
        },
      ),
      { numRuns: 200 },
    );
  });
});
