import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { previewPaste } from '../batches/batch-world.ts';
import {
  errorsOf,
  fieldOf,
  fillWho,
  HOW_PAGE,
  openForm,
  openHowPage,
  submitInbox,
  typeAll,
  valuesOf,
  waitForSent,
} from '../world/fill-form.ts';
import { findSecrets } from '../world/find-secrets.ts';
import { placesOf } from '../world/places-of.ts';
import { startWorld } from '../world/start-bot.ts';
import { HOST, type MailWorld, startMailWorld } from './mail-world.ts';

/** A person waits for a second at most, and the machine may be busy. */
const GENEROUS_MS = 2_500;

const SHOWN = 'We found';

async function startDetectionWorld(...[context]: Parameters<typeof startMailWorld>): Promise<MailWorld> {
  const mailWorld = await startMailWorld(context);
  const { names, ports } = mailWorld.mail;
  const addSrv = (domain: string) => {
    names[`_submissions._tcp.${domain}`] = { SRV: [{ name: HOST, port: ports.smtps }] };
    names[`_imaps._tcp.${domain}`] = { SRV: [{ name: HOST, port: ports.imaps }] };
  };
  const mx = (exchange: string) => ({ MX: [{ exchange, priority: 10 }] });
  Object.assign(names, {
    'google.test': mx('smtp.google.com'),
    'microsoft.test': mx('microsoft-test.mail.protection.outlook.com'),
    'own.test': mx(HOST),
    'unknown.test': mx('mail.unknown.test'),
    'null.test': { MX: [{ exchange: '', priority: 0 }] },
    'proton.test': mx('mail.protonmail.ch'),
    'broken.test': 'broken',
    // The servers are found once the look-ups of the domain itself have failed.
    'late.test': 'silent',
  });
  for (const domain of ['own.test', 'late.test']) addSrv(domain);
  return mailWorld;
}

test('the address is enough', async (context) => {
  const { world, mail } = await startDetectionWorld(context);
  const { slack, coldsend, bot, member, channelId } = world;
  slack.watchSecret('pl4nted-Secret');
  const next = (address: string) => openHowPage(member, channelId, { address });

  await context.test('Google is found by MX, and its servers are in a line', async () => {
    const page = await next('jane@google.test');
    assert.match(
      page.rendered,
      /jane@google\.test \(Google Workspace\):\s+We found the servers of google\.test by its MX/,
    );
    assert.deepEqual(Object.keys(valuesOf(page)), ['smtp_password', 'daily_limit']);
    await member.type('smtp_password', 'pl4nted-Secret');
    await submitInbox(member);
    const { account } = await waitForSent(coldsend, 'jane@google.test');
    assert.deepEqual([account.inbox_type, account.smtp_host], ['GOOGLE_WORKSPACE', 'smtp.gmail.com']);
  });

  await context.test('Microsoft refuses passwords, and one tick sends it all the same', async () => {
    const page = await next('jane@microsoft.test');
    assert.match(page.rendered, /Microsoft 365 has turned password logins off.*ColdSend dashboard/);
    await member.type('smtp_password', 'pl4nted-Secret');
    const { errors } = await member.submit();
    assert.match(Object.values(errors).join(), /Or tick this to send it anyway/);
    await member.tick('send_with_password', 'yes', true);
    await submitInbox(member);
    assert.equal((await waitForSent(coldsend, 'jane@microsoft.test')).account.inbox_type, 'OUTLOOK_365');
  });

  await context.test('servers of its own are found by SRV and filled in, and all of it can be edited', async () => {
    const page = await next('jane@own.test');
    assert.match(page.rendered, /found the servers of own\.test by its SRV records/);
    assert.partialDeepStrictEqual(valuesOf(page), {
      smtp_host: HOST,
      smtp_port: String(mail.ports.smtps),
      imap_host: HOST,
      imap_port: String(mail.ports.imaps),
    });
    await typeAll(member, { smtp_username: 'jane', smtp_password: 'pl4nted-Secret', imap_port: '993' });
    await submitInbox(member);
    const { account } = await waitForSent(coldsend, 'jane@own.test');
    assert.deepEqual([account.smtp_host, account.imap_port, account.smtp_username], [HOST, 993, 'jane']);
    await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes('jane@own.test'));
  });

  await context.test('the second inbox of a domain takes over what was added, and nothing is looked up', async () => {
    mail.names['own.test'] = 'silent';
    const startedAt = performance.now();
    const page = await next('bob@OWN.test');
    assert.ok(performance.now() - startedAt < GENEROUS_MS);
    assert.match(page.rendered, /servers of the inbox that was last added with own\.test/);
    assert.deepEqual([fieldOf(page, 'imap_port').value, fieldOf(page, 'smtp_username').value], ['993', 'bob@OWN.test']);
  });

  await context.test('where nothing is found or DNS fails, the fields are empty, with examples', async () => {
    for (const domain of ['unknown.test', 'broken.test']) {
      const page = await next(`jane@${domain}`);
      assert.match(page.rendered, new RegExp(`found no mail servers for ${domain}`));
      assert.deepEqual([fieldOf(page, 'smtp_host').value, fieldOf(page, 'imap_host').value], [undefined, undefined]);
      assert.equal(fieldOf(page, 'smtp_host').placeholder, `smtp.${domain}`);
    }
  });

  await context.test('a domain that can have no inbox is said below the address, and another one goes on', async () => {
    await openForm(member, channelId);
    await member.type('display_name', 'Jane');
    const said: [address: string, sentence: RegExp][] = [
      ['jane@nowhere.test', /no domain called nowhere\.test/],
      ['jane@null.test', /null\.test takes no mail/],
      ['jane@proton.test', /Proton Mail, which offers no IMAP/],
    ];
    for (const [address, sentence] of said) {
      await member.type('email_address', address);
      const { modal } = await member.submit();
      assert.match(errorsOf(modal).email_address ?? '', sentence);
    }
    await member.choose('inbox_type', 'CUSTOM_SMTP');
    assert.doesNotMatch((await fillWho(member, {})).rendered, /found|looking/);
    await member.click('Back');
    await member.waitForModal(({ callbackId }) => callbackId === 'add_inbox_who');
    await member.choose('inbox_type', 'Find it for me');
    assert.match((await fillWho(member, { address: 'jane@google.test' })).rendered, /last added with google\.test/);
  });

  await context.test('what is found late is filled in, and what was typed meanwhile stays', async () => {
    const startedAt = performance.now();
    const page = await next('jane@late.test');
    assert.ok(performance.now() - startedAt < GENEROUS_MS);
    assert.match(page.rendered, /looking up the mail servers of late\.test/);
    await typeAll(member, { smtp_password: 'pl4nted-Secret', daily_limit: '7' });
    const filled = await member.waitForModal(({ rendered }) => rendered.includes(SHOWN));
    assert.partialDeepStrictEqual(valuesOf(filled), {
      smtp_host: HOST,
      smtp_password: 'pl4nted-Secret',
      daily_limit: '7',
    });
    await submitInbox(member);
    assert.equal((await waitForSent(coldsend, 'jane@late.test')).account.smtp_host, HOST);
  });

  await context.test(
    'page 2 that is submitted before that shows the fields first, and goes on from there',
    async () => {
      mail.names['early.test'] = 'silent';
      for (const name of ['_submissions', '_submission', '_imaps', '_imap'])
        mail.names[`${name}._tcp.early.test`] = 'silent';
      await next('jane@early.test');
      await member.type('smtp_password', 'pl4nted-Secret');
      const { errors, modal } = await member.submit();
      assert.deepEqual(errors, {});
      assert.equal(modal?.callbackId, HOW_PAGE);
      assert.match(modal.rendered, /found no mail servers for early\.test/);
      await typeAll(member, { smtp_host: HOST, imap_host: HOST });
      assert.equal(fieldOf(member.modal(), 'smtp_password').value, 'pl4nted-Secret');
      await submitInbox(member);
      assert.equal((await waitForSent(coldsend, 'jane@early.test')).account.smtp_host, HOST);
    },
  );

  await context.test(
    'pasted rows without a provider get the servers of their domains, as far as they are found',
    async () => {
      const rows = ['a@google.test', 'b@microsoft.test', 'c@own.test', 'd@unknown.test', 'e@nowhere.test'];
      const preview = await previewPaste(member, channelId, rows.map((row) => `${row} pl4nted-Secret`).join('\n'));
      assert.match(preview.rendered, /2 ready.*2 to fix.*1 held back/);
      assert.match(preview.rendered, /a@google\.test · .* · Google Workspace · SMTP smtp\.gmail\.com:587/);
      assert.match(preview.rendered, /c@own\.test · .* · SMTP mail\.acme\.test:/);
      assert.match(preview.rendered, /d@unknown\.test · .*Enter the SMTP server/);
      await member.close({ all: true });
    },
  );

  assert.equal(mail.connections(), 0, 'nobody logged in');
  assert.equal(await bot.stop(), 0);
  for (const [where, text] of Object.entries(placesOf(world)))
    assert.deepEqual(findSecrets(text, { password: 'pl4nted-Secret' }), [], where);
  assert.deepEqual(slack.problems, []);
});

test('a name server that is dead keeps a person no longer than a slow one, and is never held against them', async (context) => {
  const silent = createSocket('udp4');
  context.after(() => silent.close());
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  const asked: string[] = [];
  silent.on('message', (query) => asked.push(query.toString('latin1')));
  const world = await startWorld(context, {
    env: { LOGIN_CHECKS: 'on', DNS_SERVERS: `127.0.0.1:${silent.address().port}` },
  });
  const { member, channelId, slack } = world;
  const startedAt = performance.now();
  const page = await openHowPage(member, channelId, { address: 'jane@acme.com' });
  assert.ok(performance.now() - startedAt < GENEROUS_MS);
  assert.match(page.rendered, /looking up/);
  await member.waitForModal(({ rendered }) => rendered.includes('We found no mail servers'));
  assert.ok(asked.length > 0);
  assert.ok(
    asked.every((query) => !query.includes('jane')),
    'only the domain is asked for',
  );
  assert.deepEqual(slack.problems, []);
});

test('a bot that makes no login checks looks nothing up, and its form has no trace of it', async (context) => {
  const world = await startWorld(context, { env: { DNS_SERVERS: '127.0.0.1:1' } });
  const page = await openForm(world.member, world.channelId);
  assert.deepEqual(
    fieldOf(page, 'inbox_type').options.map(({ text }) => text),
    ['Google Workspace', 'Microsoft 365', 'Other provider'],
  );
  assert.equal(fieldOf(page, 'inbox_type').value, undefined);
});
