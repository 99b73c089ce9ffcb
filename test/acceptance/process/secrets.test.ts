import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { z } from 'zod';
import type { Script } from '../../../playground/local-coldsend/script.ts';
import { digestPassword, fieldOf, openHowPage, typeAll, waitForPage } from '../world/fill-form.ts';
import { findSecrets } from '../world/find-secrets.ts';
import { placesOf, readFiles } from '../world/places-of.ts';
import { MANY_POSTS, startWorld, storeKey, type World } from '../world/start-bot.ts';

/** What quoting, escaping and encoding would each write in another way. */
const SPECIAL = `"'\\<&>%+ /ü€`;

test('the search finds a secret in every form that the tests look for', () => {
  const secret = `planted${SPECIAL}-0123456789`;
  const secrets = { it: secret };
  const json = JSON.stringify(secret);
  const hiding = {
    text: secret,
    cut: secret.slice(3, 16),
    json,
    twice: JSON.stringify(json),
    url: `https://x/?p=${encodeURIComponent(secret)}`,
    form: new URLSearchParams({ p: secret }).toString(),
    hex: Buffer.from(secret).toString('hex').toUpperCase(),
    utf16: Buffer.from(secret, 'utf16le'),
    base64: Buffer.from(`a${secret}b`).toString('base64'),
    base64url: Buffer.from(`ab${json}`).toString('base64url'),
  };
  for (const [name, text] of Object.entries(hiding).filter(([name]) => name !== 'base64url')) {
    assert.notDeepEqual(findSecrets(text, secrets), [], name);
  }
  assert.notDeepEqual(findSecrets(Buffer.from(`ab${secret}`).toString('base64url'), secrets), []);
  assert.deepEqual(findSecrets('planted nothing here', secrets), []);
});

for (const [transport, level] of [
  ['http', 'debug'],
  ['socket', 'trace'],
] as const) {
  test(`over ${transport} with LOG_LEVEL=${level}, no secret shows up anywhere, whatever fails`, async (context) => {
    const apiKey = `cs_live_${randomBytes(20).toString('hex')}`;
    const smtpPassword = `${SPECIAL}smtp-${randomBytes(8).toString('hex')}`;
    const imapPassword = `imap-${randomBytes(8).toString('hex')}${SPECIAL}`;
    const encryptionKey = randomBytes(32);
    const world = await startWorld(context, {
      transport,
      withKey: false,
      slack: MANY_POSTS,
      env: { LOG_LEVEL: level, ENCRYPTION_KEYS: `k1:${encryptionKey.toString('base64')}` },
    });
    const { slack, coldsend, admin, member, channelId } = world;
    const members = [admin.userId, member.userId];
    const { id: privateId } = slack.addChannel({ name: 'private', kind: 'private', members });
    coldsend.addKey(apiKey);
    const secrets: Record<string, string> = {
      'API key': apiKey,
      'SMTP password': smtpPassword,
      'IMAP password': imapPassword,
      'bot token': slack.installation.botToken,
      'app token': slack.app.appToken,
      'signing secret': slack.app.signingSecret,
      'encryption key': encryptionKey.toString('base64'),
      'bytes of the encryption key': encryptionKey.toString('latin1'),
    };
    const sealed: string[] = [];
    const echo = `You sent ${smtpPassword} and ${imapPassword} (${JSON.stringify(smtpPassword)}) with ${apiKey}`;
    const dressed = dress([smtpPassword, imapPassword, apiKey]);

    await context.test('storing the key, also where ColdSend echoes it', async () => {
      await admin.openHome();
      await admin.click('home_store_key', { in: 'home' });
      await waitForPage(admin, 'store_key');
      await admin.type('api_key', `${apiKey} with spaces`);
      assert.equal(Object.keys((await admin.submit()).errors).length, 1);
      await admin.type('api_key', apiKey);
      for (const status of [401, 403]) {
        coldsend.answerNext({ kind: 'refused', status, detail: `Missing scopes: ${apiKey}. ${echo}` });
        assert.equal(Object.keys((await admin.submit()).errors).length, 1);
      }
      assert.equal((await admin.submit()).modal, undefined, 'stored');
      checkEverything();
    });

    await context.test('a request that waits: its passwords are sealed', async () => {
      coldsend.answerNext({ kind: 'server_error', status: 503, retryAfter: '1' });
      await submitInbox('waits@acme.com', privateId);
      await member.waitForModal(({ rendered }) => rendered.includes('🕒 Waiting to add an inbox'));
      sealed.push(...readSealed(world));
      assert.equal(sealed.length, 1);
      checkEverything();
    });

    await context.test('once it is settled, its passwords are deleted', async () => {
      await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
      assert.ok(
        member.in(privateId).some(({ ephemeral }) => ephemeral),
        'the response URL was used',
      );
      assert.deepEqual(readSealed(world), []);
      checkEverything();
    });

    for (const [index, { name, script, loosesKey = false }] of echoesOf({ echo, dressed, apiKey }).entries()) {
      await context.test(`ColdSend echoes what it was sent in ${name}`, async () => {
        coldsend.answerNext(script);
        const address = `echo${index}@acme.com`;
        await submitInbox(address, channelId);
        await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes(address));
        await member.waitForModal(({ rendered }) => !/Adding|Waiting/.test(rendered));
        if (loosesKey) await storeKey(admin, apiKey);
        checkEverything();
      });
    }

    await context.test('Slack fails at every step', async () => {
      for (const method of ['users.info', 'views.open', 'views.update', 'chat.postMessage', 'views.publish']) {
        slack.failNext(method, { error: 'invalid_arguments' });
        slack.failNext(method, { status: 500 });
        slack.failNext(method, 'reset');
        slack.failNext(method, { error: `<html> ${apiKey}` });
      }
      const callsBefore = slack.ledger.calls.length;
      const callsOf = (method: string) =>
        slack.ledger.calls.slice(callsBefore).filter((call) => call.method === method).length;
      const opened = { type: 'app_home_opened', user: admin.userId, channel: admin.botDm(), tab: 'home' };
      for (let time = 1; time <= 4; time += 1) {
        noteResponseUrl((await member.command('/add-inbox jane@acme.com', { channelId })).responseUrl);
        await slack.sendEvent(slack.workspace.teamId, opened);
        await slack.waitFor(
          () => (callsOf('views.open') >= time && callsOf('views.publish') >= time ? true : undefined),
          'both to be tried',
        );
        if (member.modal() !== undefined) await member.close({ all: true });
      }
      slack.heal();
      checkEverything();
    });

    await context.test('a view arrives that can not be read', async () => {
      await fillIn('unreadable@acme.com', channelId);
      slack.tamperNext({
        payload: (payload) => ({ ...payload, view: withoutContext(payload.view) }),
      });
      const submitted = await member.submit();
      assert.equal(submitted.status, 'ok');
      checkEverything();
    });

    await context.test(
      'going back, another provider, other servers, a mistake: passwords are not carried along',
      async () => {
        await fillIn('back@acme.com', channelId);
        await member.type('smtp_host', 'https://no host');
        assert.ok(Object.keys((await member.submit()).errors).length > 0);
        await member.click('back_to_who');
        await waitForPage(member, 'add_inbox_who');
        await member.choose('inbox_type', 'OUTLOOK_365');
        await member.submit();
        const page = await waitForPage(member, 'add_inbox_how');
        assert.equal(fieldOf(page, 'smtp_password').value, undefined);
        await member.type('smtp_password', smtpPassword);
        await member.click('edit_servers');
        await member.waitForModal(({ fields }) => fields.some(({ actionId }) => actionId === 'smtp_host'));
        checkEverything();
        await member.close({ all: true });
      },
    );

    await context.test('the key is removed, and what was sealed of it', async () => {
      const [sealedKey] = readColumn(
        world,
        'select sealed_key as value from coldsend_keys where sealed_key is not null',
      );
      assert.ok(sealedKey !== undefined);
      await admin.openHome();
      await admin.click('home_remove_key', { in: 'home' });
      await slack.waitFor(
        () => (/This workspace has no key yet/.test(admin.home().rendered) ? true : undefined),
        'the key to go',
      );
      assert.deepEqual(readColumn(world, 'select sealed_key as value from coldsend_keys'), []);
      sealed.push(sealedKey);
      checkEverything();
    });

    const [asked] = coldsend.ledger.filter(({ body }) => JSON.stringify(body ?? '').includes('waits@acme.com'));
    const sent = { smtp_password: digestPassword(smtpPassword), imap_password: digestPassword(imapPassword) };
    assert.deepEqual(asked?.passwordDigests, sent, 'they were sent as they were typed');
    const metrics = await (await fetch(`${world.bot.url}/metrics`)).text();
    assert.deepEqual(findSecrets(metrics, secrets), [], 'the metrics');
    assert.equal(await world.bot.stop(), 0);
    checkEverything();
    // The WAL goes when the bot stops, and SQLite overwrites what it deletes in the database itself.
    const files = readFiles(world);
    assert.ok(!sealed.flatMap(partsOf).some((part) => files.includes(part)), 'not even what was sealed is left');

    async function submitInbox(address: string, id: string): Promise<void> {
      await fillIn(address, id);
      const { status, errors } = await member.submit();
      assert.deepEqual({ status, errors }, { status: 'ok', errors: {} });
    }

    async function fillIn(address: string, id: string): Promise<void> {
      await openHowPage(member, id, { address, provider: 'CUSTOM_SMTP' });
      const command = slack.ledger.deliveries.findLast(({ type }) => type === 'slash_commands');
      noteResponseUrl(String(command?.payload.response_url));
      await member.tick('same_login', 'yes', false);
      await member.waitForModal(({ fields }) => fields.some(({ actionId }) => actionId === 'imap_password'));
      await typeAll(member, {
        smtp_host: 'smtp.acme.com',
        imap_host: 'imap.acme.com',
        smtp_password: smtpPassword,
        imap_password: imapPassword,
      });
    }

    /** The path's last part is what nobody can guess; what stands before it are ids. */
    function noteResponseUrl(url: string | undefined): void {
      const secret = url?.split('/').at(-1) ?? '';
      assert.ok(secret.length >= 24);
      secrets[`response URL …${secret.slice(-4)}`] = secret;
    }

    function checkEverything(): void {
      for (const [where, text] of Object.entries(placesOf(world))) {
        assert.deepEqual(findSecrets(text, secrets), [], where);
      }
      assert.ok(!slack.problems.some((each) => each.includes('secret')));
    }
  });
}

type Echo = { name: string; script: Script; loosesKey?: boolean };

/** Every way in which an answer of ColdSend could say again what it was sent. */
function echoesOf({ echo, dressed, apiKey }: Record<'echo' | 'dressed' | 'apiKey', string>): Echo[] {
  return [
    { name: '400', script: { kind: 'refused', status: 400, detail: echo } },
    { name: '409', script: { kind: 'refused', status: 409, detail: echo } },
    { name: 'other dresses', script: { kind: 'refused', status: 400, detail: dressed } },
    {
      name: 'an object',
      script: { kind: 'raw', status: 400, body: JSON.stringify({ detail: { smtp: [echo, { message: dressed }] } }) },
    },
    {
      name: 'other properties',
      script: { kind: 'raw', status: 400, body: JSON.stringify({ error: echo, message: dressed, title: echo }) },
    },
    { name: 'plain text', script: { kind: 'raw', status: 400, body: `${echo} ${dressed}` } },
    { name: 'a page', script: { kind: 'raw', status: 403, body: `<html><p>${echo}</p>${dressed}</html>` } },
    {
      name: 'a success',
      script: {
        kind: 'raw',
        status: 200,
        body: JSON.stringify({ success: true, inbox_id: echo, inbox_type: dressed }),
      },
    },
    { name: 'what is not found', script: { kind: 'raw', status: 404, body: JSON.stringify({ detail: dressed }) } },
    { name: '422', script: { kind: 'field_errors', errors: [{ loc: ['body', echo], msg: echo, type: echo }] } },
    { name: '500', script: { kind: 'raw', status: 500, body: JSON.stringify({ detail: echo }) } },
    { name: '429', script: { kind: 'rate_limited', detail: `Retry after 1 seconds. ${echo}`, reset: false } },
    { name: 'text that is no JSON', script: { kind: 'raw', status: 200, body: echo } },
    { name: 'success: false', script: { kind: 'not_added', message: echo } },
    { name: 'overall_status', script: { kind: 'added', overallStatus: echo } },
    { name: 'a redirect', script: { kind: 'redirect', status: 302, location: `/${encodeURIComponent(echo)}` } },
    {
      name: '403',
      script: { kind: 'refused', status: 403, detail: `Missing scopes: ${apiKey}. ${echo}` },
      loosesKey: true,
    },
    { name: '401', script: { kind: 'refused', status: 401, detail: echo }, loosesKey: true },
  ];
}

/** The secrets as an answer could spell them, each in several ways. */
function dress(secrets: string[]): string {
  return secrets
    .flatMap((secret) => [
      Buffer.from(`\0jane@acme.com\0${secret}`).toString('base64'),
      Buffer.from(secret).toString('hex'),
      encodeURIComponent(secret),
      secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&#34;'),
      secret.slice(0, 14),
    ])
    .join(' ');
}

function readSealed(world: World): string[] {
  return readColumn(world, 'select sealed as value from request_passwords');
}

function readColumn({ databasePath }: World, query: string): string[] {
  const database = new DatabaseSync(databasePath, { readOnly: true });
  try {
    return z
      .array(z.object({ value: z.string() }))
      .parse(database.prepare(query).all())
      .map(({ value }) => value);
  } finally {
    database.close();
  }
}

/** Parts of a sealed value, behind the version and the key's id, which others share. */
function partsOf(sealed: string): string[] {
  const secret = sealed.split('.').at(-1) ?? '';
  assert.ok(secret.length > 40);
  return Array.from({ length: Math.floor(secret.length / 20) }, (_each, index) =>
    secret.slice(index * 20, index * 20 + 20),
  );
}

function withoutContext(view: unknown): unknown {
  return typeof view === 'object' && view !== null ? { ...view, private_metadata: 'unreadable' } : view;
}
