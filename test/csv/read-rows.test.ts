import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountOf, problemOf, read } from './vendor-rows.ts';

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

describe('headers in other languages', () => {
  const account = { ...CUSTOM, display_name: 'Jane Doe', daily_limit: '40' };
  const names: Record<string, string> = {
    German: 'E-Mail-Adresse;Passwort;SMTP-Server;SMTP-Port;IMAP-Server;IMAP-Port;Vorname;Nachname;Tageslimit',
    'German, of a hosting panel':
      'Postfach;Kennwort;Postausgangsserver;SMTP Port;Posteingangsserver;IMAP Port;Anzeigename;;Tageslimit',
    French: 'Adresse e-mail;Mot de passe;Serveur SMTP;Port SMTP;Serveur IMAP;Port IMAP;Prénom;Nom;Limite quotidienne',
    Spanish:
      'Correo electrónico;Contraseña;Servidor SMTP;Puerto SMTP;Servidor IMAP;Puerto IMAP;Nombre;Apellido;Límite diario',
    Portuguese:
      'Endereço de e-mail;Senha;Servidor SMTP;Porta SMTP;Servidor IMAP;Porta IMAP;Nome;Sobrenome;Limite diário',
    Italian: 'Indirizzo e-mail;Password;Server SMTP;Porta SMTP;Server IMAP;Porta IMAP;Nome;Cognome;Daily limit',
    Dutch: 'E-mailadres;Wachtwoord;SMTP-server;SMTP-poort;IMAP-server;IMAP-poort;Voornaam;Achternaam;Daily limit',
  };
  for (const [language, header] of Object.entries(names)) {
    test(language, async () => {
      const name = header.includes(';;') ? 'Jane Doe;' : 'Jane;Doe';
      const file = await read(`${header}\njane@acme.com;pw-1;smtp.acme.com;587;imap.acme.com;993;${name};40\n`);
      assert.deepEqual([accountOf(file), file.unknown], [account, []]);
    });
  }
});

describe('a name in two columns', () => {
  for (const [header, one, two] of [
    ['Name;Vorname', 'Müller', 'Eva'],
    ['Vorname;Name', 'Eva', 'Müller'],
    ['Zuname;Vorname', 'Müller', 'Eva'],
    ['Nom;Prénom', 'Müller', 'Eva'],
    ['Name;First name', 'Müller', 'Eva'],
    ['Name;Surname', 'Eva', 'Müller'],
    ['Nome;Apelido', 'Eva', 'Müller'],
    ['Naam;Voornaam', 'Müller', 'Eva'],
    ['Name;Vorname', 'Eva Müller', 'Eva'],
    ['Name;Nachname', 'Eva Müller', 'Müller'],
    ['Name;Vorname', '', 'Eva Müller'],
    ['Name;Vorname', 'Eva Müller', ''],
    ['Name;Notiz', 'Eva Müller', 'x'],
    ['Naam;Notiz', 'Eva Müller', 'x'],
  ] as const) {
    test(`${header}: ${one};${two}`, async () => {
      const file = await read(`E-Mail;Passwort;${header}\neva@acme.com;pw;${one};${two}\n`);
      assert.equal(accountOf(file)?.display_name, 'Eva Müller');
    });
  }

  test('beside the whole name, or the name that is sent, is not used', async () => {
    for (const header of ['Name;Vorname;Nachname', 'From name;Vorname;Notiz']) {
      const file = await read(`E-Mail;${header}\neva@acme.com;Eva from Acme;Eva;Müller\n`);
      assert.equal(accountOf(file)?.display_name, 'Eva from Acme', header);
    }
  });

  test('two people with one word in common keep their names', async () => {
    const file = await read('Email,First Name,Last Name\na@acme.com,Ali,Ali\nb@acme.com,Ali,Mohamed Ali\n');
    assert.deepEqual(
      file.rows.map(({ account }) => account.display_name),
      ['Ali Ali', 'Ali Mohamed Ali'],
    );
  });
});

describe('columns', () => {
  test('each header that is used is named with its field, the others once', async () => {
    const file = await read('E-Mail;Hasło;Password\njane@acme.com;x;y\n');
    assert.deepEqual(file.columns, [
      { header: 'E-Mail', field: 'email_address' },
      { header: 'Password', field: 'smtp_password' },
    ]);
    assert.deepEqual(file.unknown, ['Hasło']);
  });

  test('two columns for one field are named, and the first that is filled is used', async () => {
    const file = await read('Email,Password,SMTP Password\na@acme.com,one,two\nb@acme.com,one,\n');
    assert.deepEqual(file.doubled, [{ field: 'smtp_password', headers: ['SMTP Password', 'Password'] }]);
    const app = await read('Email,Password,App Password\na@acme.com,one,two\n');
    assert.deepEqual(app.doubled, [{ field: 'smtp_password', headers: ['App Password', 'Password'] }]);
    assert.deepEqual(
      file.rows.map(({ account }) => account.smtp_password),
      ['two', 'one'],
    );
  });

  for (const title of ['Inboxes of October;;', 'Inboxes of October', 'Inboxes, as of October\n\nConfidential;']) {
    test(`${JSON.stringify(title)} above the header is no row`, async () => {
      const { rows, columns } = await read(`${title}\nEmail;Password;Name\na@acme.com;p,w;A\n`);
      assert.deepEqual(columns.length, 3);
      assert.deepEqual(
        rows.map(({ account }) => account.smtp_password),
        ['p,w'],
      );
    });
  }

  test('the header once more between the rows is no row', async () => {
    const file = await read('Email,Password\na@acme.com,one\nEmail,Password\nb@acme.com,two\n');
    assert.deepEqual(
      file.rows.map(({ line }) => line),
      [2, 4],
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
    const others = await read('Email,Google 2FA,MFA,Backup Email,Authenticator key\na@acme.com,s1,s2,s3,s4\n');
    assert.deepEqual(others.dropped, ['Google 2FA', 'MFA', 'Backup Email', 'Authenticator key']);
  });

  test('an app password counts before any other, but for another provider both are shown', async () => {
    const google = await read('Email,Password,App Password,Provider\na@acme.com,one,two,google\n');
    assert.deepEqual([accountOf(google)?.smtp_password, google.rows[0]?.flags], ['two', []]);
    const custom = await read('Email,Password,App Password,Provider\na@acme.com,one,two,other\n');
    assert.deepEqual(custom.rows[0]?.flags, ['two_passwords']);
  });
});
