import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountOf, read } from './vendor-rows.ts';

describe('cells', () => {
  const cases: [name: string, header: string, row: string, account: object, flags?: string[]][] = [
    ['587.0 is 587', 'Email,SMTP Port', 'a@b.co,587.0', { smtp_port: '587' }],
    ['5.87E+02 is flagged', 'Email,SMTP Port', 'a@b.co,5.87E+02', { smtp_port: '587' }, ['number_by_spreadsheet']],
    [
      'a name in front of the address',
      'Email',
      'Jane Doe <Jane@ACME.com>',
      { email_address: 'Jane@acme.com', display_name: 'Jane Doe' },
    ],
    ['mailto: in front of the address', 'Email', 'mailto:a@B.co', { email_address: 'a@b.co' }],
    [
      'a scheme in front of a host',
      'Email,SMTP Host',
      'a@b.co, smtp://smtp.b.co:465/',
      { smtp_host: 'smtp.b.co', smtp_port: '465', inbox_type: 'CUSTOM_SMTP' },
    ],
    [
      'the host says more than the word',
      'Email,Provider,SMTP Host',
      'a@b.co,google,smtp.b.co',
      { inbox_type: 'CUSTOM_SMTP', smtp_host: 'smtp.b.co' },
    ],
    [
      'the word says more than the address',
      'Email,Provider',
      'a@gmail.com,O365',
      { email_address: 'a@gmail.com', inbox_type: 'OUTLOOK_365' },
    ],
    ['an address of Gmail', 'Email', 'a@gmail.com', { email_address: 'a@gmail.com', inbox_type: 'GOOGLE_WORKSPACE' }],
    [
      'a password out of a spreadsheet',
      'Email,Password',
      'a@b.co,1.23457E+15',
      { smtp_password: '1.23457E+15' },
      ['changed_by_spreadsheet'],
    ],
    [
      'a truth value as a password',
      'Email,Password',
      'a@b.co,TRUE',
      { smtp_password: 'TRUE' },
      ['changed_by_spreadsheet'],
    ],
    ...['1,23457E+15', '01.02.2026', '2026-02-01', '1-Feb', 'Feb-26', '####'].map(
      (password): (typeof cases)[number] => [
        `a password that a spreadsheet has made ${password}`,
        'Email;Password',
        `a@b.co;${password}`,
        { smtp_password: password },
        ['changed_by_spreadsheet'],
      ],
    ),
    ['a thousand is not one', 'Email,Daily Limit', 'a@b.co,"1,000"', { daily_limit: '1,000' }],
    ['5,87E+02 is flagged', 'Email;SMTP Port', 'a@b.co;5,87E+02', { smtp_port: '587' }, ['number_by_spreadsheet']],
    [
      'blanks around a password stay',
      'Email,Password',
      'a@b.co, pw ',
      { smtp_password: ' pw ' },
      ['blank_around_password'],
    ],
    ['a password that begins as a formula', 'Email,Password', `a@b.co,=1+1`, { smtp_password: '=1+1' }],
    ['a quotation mark in a password', 'Email,Password', 'a@b.co,p"w', { smtp_password: 'p"w' }],
    [
      'quotation marks around a password',
      'Email,Password',
      'a@b.co,"p"w"',
      { smtp_password: '"p"w"' },
      ['quotes_around_password'],
    ],
    [
      'the next address in place of a password',
      'Email,Password',
      'a@b.co,c@d.co',
      { smtp_password: 'c@d.co' },
      ['address_as_password'],
    ],
    ['a line break in a quoted name', 'Email,Name', 'a@b.co,"Jane\nDoe"', { display_name: 'Jane\nDoe' }],
    [
      'encryption switched off',
      'Email,SMTP Port,SMTP SSL',
      'a@b.co,465,none',
      { smtp_port: '465', smtp_use_tls: true },
      ['no_encryption'],
    ],
    [
      'secure: false on a STARTTLS port',
      'Email,SMTP Port,SMTP Secure',
      'a@b.co,587,false',
      { smtp_port: '587', smtp_use_tls: true },
    ],
    ['a short row', 'Email,Password,Name', 'a@b.co,pw', { smtp_password: 'pw' }, ['short_row']],
    ['a long row', 'Email,Password', 'a@b.co,pw,more', { smtp_password: 'pw' }, ['long_row']],
    ['a comma at the end is no cell', 'Email,Password', 'a@b.co,pw,', { smtp_password: 'pw' }],
  ];
  for (const [name, header, row, account, flags = []] of cases) {
    test(name, async () => {
      const file = await read(`${header}\n${row}\n`);
      assert.deepEqual(accountOf(file), { email_address: 'a@b.co', ...account });
      assert.deepEqual(file.rows[0]?.flags, flags);
    });
  }
});
