import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { setDefaultCACertificates } from 'node:tls';
import { refuses, VENDOR_ANSWERS } from '../../../playground/local-mail/accounts.ts';
import { listen } from '../../../playground/local-mail/mail-server.ts';
import { startLocalMail } from '../../../playground/local-mail/start-local-mail.ts';
import type { AddInboxRequest } from '../../../src/add-inbox/request/request.ts';
import { createMailbox } from '../../../src/app/mailbox.ts';
import type { LogFields } from '../../../src/operations/log/log.ts';
import { sampleRequest } from '../../add-inbox/request/sample-request.ts';

const HOSTS = Array.from({ length: 4 }, (_each, index) => `mail${index}.acme.test`);

const PASSWORDS = { smtp_password: 'p', imap_password: 'p' };

const mail = await startLocalMail({
  accounts: {
    '*': { smtp: 'works', imap: 'works' },
    wrong: refuses(VENDOR_ANSWERS.wrongPassword),
    hangs: { smtp: 'hangs', imap: 'hangs' },
  },
  names: {
    ...Object.fromEntries(HOSTS.map((host) => [host, { A: ['127.0.0.1'] }])),
    'found.test': { MX: [{ exchange: 'smtp.google.com', priority: 10 }] },
    'silent.test': 'silent',
  },
});
after(() => mail.close());
setDefaultCACertificates([mail.authority]);

function setUp() {
  const results: string[] = [];
  const lines: unknown[] = [];
  const log = (message: string, { ms: _ms, ...fields }: LogFields = {}) => void lines.push({ message, ...fields });
  const mailbox = createMailbox({
    config: { loginChecks: true, loginCheckNetworks: ['127.0.0.1/32'], dnsServers: [mail.nameServer] },
    metrics: { loginChecked: (half, result) => void results.push(`${half} ${result}`) },
    log: { debug: log, info: log, warn: log, error: log },
    monotonicNow: () => performance.now(),
  });
  return { mailbox, results, lines };
}

function requestOf(user: string, host = HOSTS[0] ?? ''): AddInboxRequest {
  const request = sampleRequest({ state: 'settled' });
  const { smtps, imaps } = mail.ports;
  const servers = { smtp_host: host, smtp_port: smtps, imap_host: host, imap_port: imaps };
  return { ...request, account: { ...request.account, ...servers, smtp_username: user, imap_username: user } };
}

test('a flood of checks makes only as many logins as a person may, and says that of the others', async () => {
  const { mailbox, results } = setUp();
  const before = mail.connections();
  const verdicts = await Promise.all(
    Array.from({ length: 200 }, (_each, index) => mailbox.checkLogin(requestOf('jane', HOSTS[index % 4]), PASSWORDS)),
  );
  assert.equal(mail.connections() - before, 2 * 30);
  const overBudget = verdicts.filter((verdict) => verdict?.smtp.kind === 'unknown');
  assert.equal(overBudget.length, 170);
  assert.deepEqual(overBudget[0]?.imap, { kind: 'unknown', reason: 'over_budget' });
  assert.equal(results.filter((result) => result === 'smtp over_budget').length, 170);
  assert.equal(results.filter((result) => result === 'imap works').length, 30);
});

test('a server that refuses several in a row is left alone, whatever it is called', async () => {
  const { mailbox, results, lines } = setUp();
  const before = mail.connections();
  for (let index = 0; index < 8; index += 1) await mailbox.checkLogin(requestOf('wrong', HOSTS[index % 4]), PASSWORDS);
  assert.ok(mail.connections() - before <= 6, String(mail.connections() - before));
  assert.ok(results.includes('smtp wrong_login') && results.includes('imap host_paused'), results.join());
  assert.ok(!JSON.stringify(lines).includes('acme'), 'no line of the log names a server');
});

test('a flood of look-ups asks for only as many domains as a person may', async () => {
  const { mailbox } = setUp();
  const look = (userId: string) => mailbox.findServers('found.test', { teamId: 'T1', userId });
  const found = await Promise.all(Array.from({ length: 100 }, () => look('U1')));
  assert.deepEqual([found.filter(({ kind }) => kind === 'servers').length, found.at(-1)], [30, { kind: 'not_found' }]);
  assert.equal((await look('U2')).kind, 'servers');
  assert.notEqual(
    (await mailbox.checkLogin(requestOf('jane'), PASSWORDS))?.smtp.kind,
    'unknown',
    'checks are counted apart',
  );
});

test('a server that says nothing is told apart from one that is slow, while a person waits', async (context) => {
  const { mailbox } = setUp();
  const silent = createServer();
  context.after(() => silent.close());
  const { account, ...request } = requestOf('jane');
  const smtp_port = await listen(
    silent.on('connection', (socket) => context.after(() => socket.destroy())),
    '587',
  );
  const verdict = await mailbox.checkLogin({ ...request, account: { ...account, smtp_port } }, PASSWORDS);
  assert.deepEqual(verdict, { smtp: { kind: 'unknown', reason: 'no_greeting' }, imap: { kind: 'works' } });
});

test('closing answers every check that is running, and all later ones, with nothing', async () => {
  const { mailbox, lines } = setUp();
  const before = mail.connections();
  const { account } = requestOf('hangs');
  const watch = { onProgress: () => {}, signal: new AbortController().signal };
  const asker = { teamId: 'T1', userId: 'U1' };
  const running = mailbox.checkLogin(requestOf('hangs'), PASSWORDS);
  const list = mailbox.checkLogins(asker, [{ ...account, ...PASSWORDS }], watch);
  const lookingUp = mailbox.findServers('silent.test', asker);
  while (mail.connections() - before < 4) await new Promise((resolve) => setImmediate(resolve));
  mailbox.close();
  assert.equal(await running, undefined);
  assert.deepEqual((await list)[0]?.smtp, { kind: 'unknown', reason: 'over_budget' });
  for (const domain of ['silent.test', 'found.test']) {
    assert.deepEqual(await mailbox.findServers(domain, asker), { kind: 'not_found' });
  }
  assert.deepEqual(await lookingUp, { kind: 'not_found' });
  assert.equal(await mailbox.checkLogin(requestOf('jane'), PASSWORDS), undefined);
  assert.equal(await mailbox.judgeDomain('acme.test', 'mail.acme.test'), undefined);
  assert.deepEqual(lines, [{ message: 'The logins of a list were checked', team: 'T1', user: 'U1', count: 1 }]);
});
