import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readRows } from '../../src/csv/read-rows.ts';
import { accountOf, read } from './vendor-rows.ts';

describe('encodings and separators', () => {
  const text = 'Email,Name\nrene@acme.com,René Müller\n';
  const utf16be = Buffer.from(text, 'utf16le').swap16();
  const forms: [name: string, bytes: Buffer, encoding: string][] = [
    ['UTF-8', Buffer.from(text), 'utf-8'],
    ['UTF-8 with its mark', Buffer.from(`\uFEFF${text}`), 'utf-8'],
    ['UTF-16LE with its mark', Buffer.from(`\uFEFF${text}`, 'utf16le'), 'utf-16le'],
    ['UTF-16LE without', Buffer.from(text, 'utf16le'), 'utf-16le'],
    ['UTF-16BE with its mark', Buffer.concat([Buffer.from([0xfe, 0xff]), utf16be]), 'utf-16be'],
    ['UTF-16BE without', utf16be, 'utf-16be'],
    ['Windows-1252', Buffer.from(text, 'latin1'), 'windows-1252'],
  ];
  for (const [name, bytes, encoding] of forms) {
    test(name, async () => {
      const file = await readRows(bytes);
      assert.equal(file.encoding, encoding);
      assert.equal(accountOf(file)?.display_name, 'René Müller');
    });
  }

  for (const [name, separator] of Object.entries({ comma: ',', semicolon: ';', tab: '\t', pipe: '|' })) {
    test(`separated by ${name}`, async () => {
      const file = await read(
        ['Email', 'Name', 'Password'].join(separator).concat('\n', ['a@b.co', 'A', 'p'].join(separator)),
      );
      assert.deepEqual(accountOf(file), { email_address: 'a@b.co', display_name: 'A', smtp_password: 'p' });
    });
  }

  test('a blank after each separator of the header is no part of the cells, and one in a password is', async () => {
    const file = await read('Email, Name, Password\na@b.co, "A, B", p w\n');
    assert.deepEqual(accountOf(file), { email_address: 'a@b.co', display_name: 'A, B', smtp_password: 'p w' });
    const plain = await read('Email,Name,Password\na@b.co,A, p w\n');
    assert.equal(accountOf(plain)?.smtp_password, ' p w');
  });

  test('sep= says the separator itself', async () => {
    const file = await read('sep=;\r\nEmail;Password\r\na@b.co;p,w\r\n');
    assert.equal(accountOf(file)?.smtp_password, 'p,w');
    assert.equal(file.rows[0]?.line, 3);
  });

  test('rows keep the line they begin on', async () => {
    const file = await read('\n\nEmail,Name\na@b.co,"A\nB"\n\n,\nc@b.co,C\n');
    assert.deepEqual(
      file.rows.map(({ line }) => line),
      [4, 8],
    );
  });

  test('lone carriage returns end lines, also beside other line breaks', async () => {
    assert.equal((await read('Email,Name\ra@b.co,A\rb@b.co,B\r')).rows.length, 2);
    const { rows } = await read('Email,Name\r\na@b.co,A\nb@b.co,B\rc@b.co,C\r\n');
    assert.deepEqual(
      rows.map(({ line, account }) => [line, account.display_name]),
      [
        [2, 'A'],
        [3, 'B'],
        [4, 'C'],
      ],
    );
  });
});
