import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FileProblem } from '../../src/csv/file-problem.ts';
import { type ReadFile, readRows } from '../../src/csv/read-rows.ts';

const read = (text: string) => readRows(Buffer.from(text));

async function problemOf(bytes: Uint8Array | string): Promise<{ kind: string; line: number | undefined }> {
  try {
    await readRows(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  } catch (error) {
    assert.ok(error instanceof FileProblem, String(error));
    return { kind: error.kind, line: error.line };
  }
  assert.fail('it was read');
}

function accountOf({ rows }: ReadFile, index = 0) {
  return rows[index]?.account;
}

const CUSTOM = {
  email_address: 'jane@acme.com',
  inbox_type: 'CUSTOM_SMTP',
  smtp_host: 'smtp.acme.com',
  smtp_port: '587',
  smtp_password: 'pw-1',
  imap_host: 'imap.acme.com',
  imap_port: '993',
};

/** Made up after each vendor's header. */
const VENDOR_FILES: { name: string; vendor?: string; header: string; row: string; account: object }[] = [
  {
    name: 'Instantly',
    vendor: 'Instantly',
    header:
      'Email,First Name,Last Name,IMAP Username,IMAP Password,IMAP Host,IMAP Port,SMTP Username,SMTP Password,SMTP Host,SMTP Port,Daily Limit,Warmup Enabled,Warmup Limit',
    row: 'jane@acme.com,Jane,Doe,jane,pw-2,imap.acme.com,993,jane,pw-1,smtp.acme.com,587,30,TRUE,10',
    account: {
      ...CUSTOM,
      display_name: 'Jane Doe',
      smtp_username: 'jane',
      imap_username: 'jane',
      imap_password: 'pw-2',
      daily_limit: '30',
    },
  },
  {
    name: "Instantly's variant of an account seller",
    vendor: 'Instantly',
    header:
      'Email,Password,First Name,Last Name,Recovery Email,Custom IMAP Host,IMAP Port,IMAP Username,IMAP Password,Custom SMTP Host,SMTP Port,SMTP Username,SMTP Password',
    row: 'jane@acme.com,other,Jane,Doe,r@x.com,imap.acme.com,993,jane@acme.com,pw-1,smtp.acme.com,587,jane@acme.com,pw-1',
    account: {
      ...CUSTOM,
      display_name: 'Jane Doe',
      smtp_username: 'jane@acme.com',
      imap_username: 'jane@acme.com',
      imap_password: 'pw-1',
    },
  },
  {
    name: 'a seller with app passwords',
    header:
      'Email,Password,First Name,Last Name,Recovery Email,2FA Secret Key,App Password,IMAP Host,IMAP Port,SMTP Host,SMTP Port',
    row: 'jane@acme.com,sign-in,Jane,Doe,r@x.com,JBSWY3DP,abcd efgh ijkl mnop,imap.gmail.com,993,smtp.gmail.com,587',
    account: {
      email_address: 'jane@acme.com',
      display_name: 'Jane Doe',
      inbox_type: 'GOOGLE_WORKSPACE',
      smtp_host: 'smtp.gmail.com',
      smtp_port: '587',
      smtp_password: 'abcd efgh ijkl mnop',
      imap_host: 'imap.gmail.com',
      imap_port: '993',
    },
  },
  {
    name: 'Smartlead',
    vendor: 'Smartlead',
    header:
      'from_name,from_email,user_name,password,smtp_host,smtp_port,imap_host,imap_port,max_email_per_day,custom_tracking_url,warmup_enabled,total_warmup_per_day,daily_rampup,reply_rate_percentage,bcc,signature,different_reply_to_address,imap_user_name,imap_password',
    row: 'Jane Doe,jane@acme.com,jane,pw-1,smtp.acme.com,587,imap.acme.com,993,40,,true,5,2,30,,,,imap-jane,pw-2',
    account: {
      ...CUSTOM,
      display_name: 'Jane Doe',
      smtp_username: 'jane',
      imap_username: 'imap-jane',
      imap_password: 'pw-2',
      daily_limit: '40',
    },
  },
  {
    name: 'Smartlead as sellers think',
    header:
      'Email,Password,First Name,Last Name,IMAP Host,IMAP Port,IMAP SSL,SMTP Host,SMTP Port,SMTP SSL,App Password',
    row: 'jane@acme.com,pw-1,Jane,Doe,imap.acme.com,993,true,smtp.acme.com,587,false,',
    account: { ...CUSTOM, display_name: 'Jane Doe', imap_use_ssl: true, smtp_use_tls: true },
  },
  {
    name: 'EmailBison',
    vendor: 'EmailBison',
    header: 'Name,Email,Password,IMAP Server,IMAP Port,SMTP Server,SMTP Port,Daily Limit,SMTP Secure,IMAP Secure',
    row: 'Jane Doe,jane@acme.com,pw-1,imap.acme.com,993,smtp.acme.com,587,25,false,true',
    account: { ...CUSTOM, display_name: 'Jane Doe', daily_limit: '25', smtp_use_tls: true, imap_use_ssl: true },
  },
  {
    name: 'Woodpecker',
    vendor: 'Woodpecker',
    header:
      'SMTP email,SMTP login,SMTP password,SMTP server,SMTP port,SMPT from name,IMAP email,IMAP password,IMAP server,IMAP port',
    row: 'jane@acme.com,jane,pw-1,smtp.acme.com,587,Jane Doe,imap-jane,pw-2,imap.acme.com,993',
    account: {
      ...CUSTOM,
      display_name: 'Jane Doe',
      smtp_username: 'jane',
      imap_username: 'imap-jane',
      imap_password: 'pw-2',
    },
  },
  {
    name: 'CeyMail',
    vendor: 'CeyMail',
    header:
      '\uFEFFfrom_name,from_email,smtp_host,smtp_port,smtp_username,smtp_password,imap_host,imap_port,imap_username,imap_password',
    row: 'jane,jane@acme.com,smtp.acme.com,587,jane@acme.com,,imap.acme.com,993,jane@acme.com,',
    account: {
      email_address: 'jane@acme.com',
      display_name: 'jane',
      inbox_type: 'CUSTOM_SMTP',
      smtp_host: 'smtp.acme.com',
      smtp_port: '587',
      smtp_username: 'jane@acme.com',
      imap_host: 'imap.acme.com',
      imap_port: '993',
      imap_username: 'jane@acme.com',
    },
  },
  {
    name: 'BrandJet',
    vendor: 'BrandJet',
    header: 'email,password,smtpHost,smtpPort,smtpTls,imapHost,imapPort,imapTls,fromName,dailyLimit,warmupEnabled',
    row: 'jane@acme.com,pw-1,smtp.acme.com,587,starttls,imap.acme.com,993,ssl,Jane Doe,20,yes',
    account: { ...CUSTOM, display_name: 'Jane Doe', daily_limit: '20', smtp_use_tls: true, imap_use_ssl: true },
  },
  {
    name: 'Salesforge',
    vendor: 'Salesforge',
    header:
      'address,firstName,lastName,imapHost,imapUsername,imapPassword,imapPort,smtpHost,smtpUsername,smtpPassword,smtpPort,Signature,trackingDomain',
    row: 'jane@acme.com,Jane,Doe,imap.acme.com,jane,pw-2,993,smtp.acme.com,jane,pw-1,587,,',
    account: {
      ...CUSTOM,
      display_name: 'Jane Doe',
      smtp_username: 'jane',
      imap_username: 'jane',
      imap_password: 'pw-2',
    },
  },
  {
    name: 'SendKit',
    vendor: 'SendKit',
    header: 'email,password,smtphost,imaphost,smtpport,imapport,displayname',
    row: 'jane@acme.com,pw-1,smtp.acme.com,imap.acme.com,587,993,Jane Doe',
    account: { ...CUSTOM, display_name: 'Jane Doe' },
  },
  {
    name: "a mailbox hoster's panel",
    header:
      'FirstName,LastName,Username,Domain,Email,SMTP Server,SMTP Port,SMTP Security,IMAP Server,IMAP Port,IMAP Security,Password',
    row: 'Jane,Doe,jane,acme.com,jane@acme.com,smtp.acme.com,587,SSL/TLS,imap.acme.com,993,SSL/TLS,pw-1',
    account: { ...CUSTOM, display_name: 'Jane Doe', smtp_username: 'jane', smtp_use_tls: true, imap_use_ssl: true },
  },
  {
    name: 'user name and domain instead of an address',
    header: 'Username,Domain,Password,SMTP Host,IMAP Host',
    row: 'jane,acme.com,pw-1,smtp.acme.com:587,imap.acme.com:993',
    account: { ...CUSTOM, smtp_username: 'jane' },
  },
  {
    name: 'app passwords alone',
    header: 'Email,App Password,Provider',
    row: 'jane@acme.com,abcd efgh ijkl mnop,G Suite',
    account: { email_address: 'jane@acme.com', inbox_type: 'GOOGLE_WORKSPACE', smtp_password: 'abcd efgh ijkl mnop' },
  },
  {
    name: 'Maildoso, with an IMAP server for each mailbox',
    header: 'Email,Name,Password,SMTP Host,SMTP Port,IMAP Host,IMAP Port',
    row: 'jane@acme.com,Jane Doe,pw-1,smtp.maildoso.com,587,imap.jane.maildoso.com,993',
    account: {
      ...CUSTOM,
      display_name: 'Jane Doe',
      smtp_host: 'smtp.maildoso.com',
      imap_host: 'imap.jane.maildoso.com',
    },
  },
];

describe("vendors' files", () => {
  for (const { name, vendor, header, row, account } of VENDOR_FILES) {
    test(name, async () => {
      const file = await read(`${header}\n${row}\n`);
      assert.equal(file.vendor, vendor);
      assert.equal(file.rows.length, 1);
      assert.deepEqual(accountOf(file), account);
    });
  }

  test('a paste out of a spreadsheet is separated by tabs', async () => {
    const header = 'First Name\tLast Name\tEmail\tApp Password\tSecret Key\tAdmin';
    const file = await read(`${header}\nJane\tDoe\tjane@acme.com\tabcd efgh ijkl mnop\tJBSWY3DP\tno\n`);
    assert.equal(file.vendor, 'IceMail');
    assert.deepEqual(accountOf(file), {
      email_address: 'jane@acme.com',
      display_name: 'Jane Doe',
      smtp_password: 'abcd efgh ijkl mnop',
    });
    assert.deepEqual(file.dropped, ['Secret Key']);
    assert.deepEqual(file.unknown, ['Admin']);
  });

  test("Google's and IceMail's files with sign-in passwords are refused", async () => {
    const google =
      'First Name [Required],Last Name [Required],Email Address [Required],Password [Required],Password Hash Function [UPLOAD ONLY],Org Unit Path [Required]\nJane,Doe,jane@acme.com,secret,,/\n';
    assert.equal((await problemOf(google)).kind, 'google_sign_in_passwords');
    const login = 'Email\tPassword\tRecovery Email\tService Provider\tAdmin\njane@acme.com\tx\ty\tz\tno\n';
    assert.equal((await problemOf(login)).kind, 'login_sheet');
  });
});

describe('columns', () => {
  test('each header that is used is named with its field, the others once', async () => {
    const file = await read('E-Mail;Kennwort;Passwort\njane@acme.com;x;y\n'.replace('Passwort', 'Password'));
    assert.deepEqual(file.columns, [
      { header: 'E-Mail', field: 'email_address' },
      { header: 'Password', field: 'smtp_password' },
    ]);
    assert.deepEqual(file.unknown, ['Kennwort']);
  });

  test('two columns for one field are named, and the first that is filled is used', async () => {
    const file = await read('Email,Password,SMTP Password\na@acme.com,one,two\nb@acme.com,one,\n');
    assert.deepEqual(file.doubled, [{ field: 'smtp_password', headers: ['SMTP Password', 'Password'] }]);
    assert.deepEqual(
      file.rows.map(({ account }) => account.smtp_password),
      ['two', 'one'],
    );
  });

  test('a repeated header and one named __proto__ take nothing away', async () => {
    const file = await read('Email,Password,Password,__proto__\na@acme.com,,second,x\n');
    assert.equal(accountOf(file)?.smtp_password, 'second');
    assert.deepEqual(file.unknown, ['__proto__']);
  });

  test('columns with secrets nobody needs are not read', async () => {
    const file = await read(
      'Email,Password,2FA Secret,TOTP,Recovery Email,Recovery Password,Backup Codes\na@acme.com,pw,s1,s2,s3,s4,s5\n',
    );
    assert.deepEqual(file.dropped, ['2FA Secret', 'TOTP', 'Recovery Email', 'Recovery Password', 'Backup Codes']);
    assert.deepEqual(accountOf(file), { email_address: 'a@acme.com', smtp_password: 'pw' });
  });

  test('an app password counts before any other, but for another provider both are shown', async () => {
    const google = await read('Email,Password,App Password,Provider\na@acme.com,one,two,google\n');
    assert.deepEqual([accountOf(google)?.smtp_password, google.rows[0]?.flags], ['two', []]);
    const custom = await read('Email,Password,App Password,Provider\na@acme.com,one,two,other\n');
    assert.deepEqual(custom.rows[0]?.flags, ['two_passwords']);
  });
});

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
    [
      'blanks around a password stay',
      'Email,Password',
      'a@b.co, pw ',
      { smtp_password: ' pw ' },
      ['blank_around_password'],
    ],
    ['a password that begins as a formula', 'Email,Password', `a@b.co,=1+1`, { smtp_password: '=1+1' }],
    ['a quotation mark in a password', 'Email,Password', 'a@b.co,p"w', { smtp_password: 'p"w' }],
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

  test('lone carriage returns end lines', async () => {
    assert.equal((await read('Email,Name\ra@b.co,A\rb@b.co,B\r')).rows.length, 2);
  });
});

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
  });

  for (const separator of [' ', ':', '|', ';', ',', '\t', ' : ']) {
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

  test('a line with recovery address and secrets is not taken for a password', async () => {
    const file = await read('a@b.co : pw : r@x.com : JBSWY3DP : US : abcd efgh ijkl mnop\n');
    assert.deepEqual(file.rows[0]?.flags, ['too_much_on_the_line']);
  });

  test('addresses alone', async () => {
    const file = await read('a@b.co\nb@b.co\n');
    assert.deepEqual(
      file.rows.map(({ account }) => account),
      [{ email_address: 'a@b.co' }, { email_address: 'b@b.co' }],
    );
  });
});

describe('what is no CSV file', () => {
  const zip = (name: string) => Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0]), Buffer.from(name)]);
  const cases: [name: string, bytes: Uint8Array | string, kind: string, line?: number][] = [
    ['nothing', '', 'empty'],
    ['blank lines', '\n \n\n', 'empty'],
    ['a header alone', 'Email,Password\n', 'empty'],
    ['an Excel workbook', zip('[Content_Types].xml'), 'excel'],
    ['an old Excel workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'excel'],
    ['a ZIP archive', zip('inboxes.csv'), 'zip'],
    ['a PDF', '%PDF-1.7', 'pdf'],
    ['a web page', '\n<!DOCTYPE html><title>Sign in</title>', 'web_page'],
    ['JSON', '[{"email": "a@b.co"}]', 'json'],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]), 'binary'],
    ['no address anywhere', 'Name,Password\nJane,pw\n', 'no_address'],
    ['prose', 'Hello there,\nthis is a letter.\n', 'no_address'],
    ['an open quotation mark', 'Email,Password\na@b.co,pw\nb@b.co,"open\nc@b.co,x\n', 'unclosed_quote', 3],
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
