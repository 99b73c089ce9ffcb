import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { problemOf, read } from './vendor-rows.ts';

describe('without a header', () => {
  test('a hoster’s table of addresses, passwords and quotas', async () => {
    const file = await read('a@b.co,pw-1,500\nb@b.co,pw-2,500\n');
    assert.deepEqual(
      file.rows.map(({ account }) => account),
      [
        { email_address: 'a@b.co', smtp_password: 'pw-1' },
        { email_address: 'b@b.co', smtp_password: 'pw-2' },
      ],
    );
    assert.deepEqual(file.columns, [
      { header: 'Column 1', field: 'email_address' },
      { header: 'Column 2', field: 'smtp_password' },
    ]);
    assert.deepEqual(file.unknown, ['Column 3']);
  });

  for (const separator of [' ', '\u00A0', ':', '|', ';', ',', '\t', ' : ', ' - ', ' – ', ' = ', ' => ', ' → ', ' / ']) {
    test(`lines with ${JSON.stringify(separator)} between address and password`, async () => {
      const file = await read(`a@b.co${separator}one two:3\nb@b.co${separator}p|w;4\n`);
      assert.deepEqual(
        file.rows.map(({ account }) => [account.email_address, account.smtp_password]),
        [
          ['a@b.co', 'one two:3'],
          ['b@b.co', 'p|w;4'],
        ],
      );
    });
  }

  test('a sign that is no separator belongs to the password', async () => {
    const file = await read('a@b.co -pw\nb@b.co: - pw\nc@b.co =\n');
    assert.deepEqual(
      file.rows.map(({ account }) => account.smtp_password),
      ['-pw', '- pw', '='],
    );
  });

  test('a line with recovery address and secrets is not taken for a password', async () => {
    for (const [rest, password] of [
      [' : pw : r@x.com : JBSWY3DP : US : abcd efgh ijkl mnop', 'abcd efgh ijkl mnop'],
      [':pw:r@x.com:JBSWY3DP:US', 'pw'],
      [' abcd efgh ijkl mnop r@x.com', 'abcd efgh ijkl mnop'],
    ]) {
      const file = await read(`a@b.co${rest}\n`);
      assert.equal(file.rows[0]?.account.smtp_password, password);
      assert.deepEqual(file.rows[0]?.flags, ['too_much_on_the_line']);
    }
    const file = await read('a@b.co p@ss.word\n');
    assert.deepEqual(
      [file.rows[0]?.account.smtp_password, file.rows[0]?.flags],
      ['p@ss.word', ['address_as_password']],
    );
  });

  for (const separator of [' ', ':']) {
    test(`after ${JSON.stringify(separator)}, a password with other separators stays whole`, async () => {
      const file = await read(`a@b.co${separator}p;w;1\nb@b.co${separator}p;w;2\n`);
      assert.deepEqual(
        file.rows.map(({ account }) => account),
        [
          { email_address: 'a@b.co', smtp_password: 'p;w;1' },
          { email_address: 'b@b.co', smtp_password: 'p;w;2' },
        ],
      );
    });
  }

  for (const title of ['email:password', 'address password', 'E-Mail : App-Passwort']) {
    test(`below the title ${title}`, async () => {
      const file = await read(`${title}\n\na@b.co:pw\n`);
      assert.deepEqual(file.rows, [{ line: 3, account: { email_address: 'a@b.co', smtp_password: 'pw' }, flags: [] }]);
    });
  }

  test('a first line with a broken address is not lost', async () => {
    assert.equal((await problemOf('a.b.co pw\nb@b.co pw\n')).kind, 'no_address');
  });

  test('addresses alone', async () => {
    const file = await read('a@b.co\nb@b.co\n');
    assert.deepEqual(
      file.rows.map(({ account }) => account),
      [{ email_address: 'a@b.co' }, { email_address: 'b@b.co' }],
    );
  });
});
