import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { Detection, Servers } from '../../../src/add-inbox/account/detection.ts';
import type { RowAccount } from '../../../src/add-inbox/batch/check-rows.ts';
import { fillServers } from '../../../src/add-inbox/batch/fill-servers.ts';

const SERVERS: Servers = {
  inboxType: 'CUSTOM_SMTP',
  provider: 'Zoho Mail',
  smtpHost: 'smtp.zoho.eu',
  smtpPort: 465,
  imapHost: 'imap.zoho.eu',
  imapPort: 993,
};
const FOUND: Detection = { kind: 'servers', servers: SERVERS, by: 'mx' };

const rowsOf = (...accounts: RowAccount[]) => accounts.map((account, index) => ({ line: index + 1, account }));

/** The servers of each row afterwards, and the addresses that were looked up. */
async function fill(accounts: RowAccount[], find: (address: string) => Promise<Detection> = async () => FOUND) {
  const asked: string[] = [];
  const rows = await fillServers(rowsOf(...accounts), (address) => {
    asked.push(address);
    return find(address);
  });
  return {
    asked,
    servers: rows.map(({ account: { inbox_type, smtp_host, smtp_port } }) => `${inbox_type} ${smtp_host}:${smtp_port}`),
  };
}

test('each domain is looked up once, for all of its rows', async () => {
  const emails = ['jane@acme.com', 'bob@ACME.com', ' eve@other.com'];
  const { asked, servers } = await fill(emails.map((email_address) => ({ email_address })));
  assert.deepEqual(asked, ['bob@ACME.com', 'eve@other.com']);
  assert.deepEqual(servers, Array(3).fill('CUSTOM_SMTP smtp.zoho.eu:465'));
});

test('a row with a provider or a server, or without a domain, is left as it is', async () => {
  const email_address = 'jane@acme.com';
  const { asked, servers } = await fill([
    { email_address, inbox_type: 'GOOGLE_WORKSPACE' },
    { email_address, inbox_type: 'CUSTOM_SMTP' },
    { email_address, smtp_host: 'mail.acme.com' },
    { email_address, imap_host: 'mail.acme.com' },
    { email_address: 'jane' },
    { email_address: 'jane@evil/../..com' },
    {},
  ]);
  assert.deepEqual(asked, []);
  assert.equal(servers[2], 'undefined mail.acme.com:undefined');
});

test('what a row says of its ports counts', async () => {
  const { servers } = await fill([{ email_address: 'jane@acme.com', smtp_port: '587' }]);
  assert.deepEqual(servers, ['CUSTOM_SMTP smtp.zoho.eu:587']);
});

test('what is not found within a second is left open', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const find = (address: string): Promise<Detection> =>
    address.endsWith('slow.com') ? new Promise(() => {}) : Promise.resolve(FOUND);
  const filling = fill([{ email_address: 'a@slow.com' }, { email_address: 'b@acme.com' }], find);
  await new Promise((resolve) => setImmediate(resolve));
  mock.timers.tick(1_000);
  assert.deepEqual((await filling).servers, ['undefined undefined:undefined', 'CUSTOM_SMTP smtp.zoho.eu:465']);
});

test('where there can be no inbox, the row says why', async () => {
  const found: Record<string, Detection> = {
    'a@gone.com': { kind: 'no_such_domain' },
    'b@proton.com': { kind: 'no_imap', provider: 'Proton Mail' },
    'c@web.com': { kind: 'no_mail' },
    'd@unknown.com': { kind: 'not_found' },
  };
  const rows = rowsOf(...Object.keys(found).map((email_address) => ({ email_address })));
  const filled = await fillServers(rows, async (address) => found[address] ?? assert.fail(address));
  assert.deepEqual(
    filled.map(({ noInbox, account }) => [account.smtp_host, noInbox?.replace(/(?<=\.) .*/, '')]),
    [
      [undefined, 'There is no domain called gone.com.'],
      [undefined, 'proton.com is at Proton Mail, which offers no IMAP.'],
      [undefined, "web.com takes no mail, so it can't have an inbox."],
      [undefined, undefined],
    ],
  );
  assert.match(filled[0]?.noInbox ?? '', /If the address is right, choose its provider yourself\.$/);
});
