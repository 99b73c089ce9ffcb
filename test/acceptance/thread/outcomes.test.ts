import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { startLocalColdsend } from '../../../playground/local-coldsend/local-coldsend.ts';
import type { Script } from '../../../playground/local-coldsend/script.ts';
import type { MessageSeen } from '../../../playground/local-slack/local-slack.ts';
import { addGoogleInbox, GOOGLE_PASSWORD } from '../world/add-google-inbox.ts';
import { API_KEY, startWorld, storeKey, type World } from '../world/start-bot.ts';

/** More inboxes at once in one channel than Slack would take messages. */
const MANY_MESSAGES = { rateLimits: { postMessage: { burst: 1_000, perSecond: 1_000 } } };

const TIMEOUT_MS = 1_000;

type Case = {
  name: string;
  script: Script;
  /** What the announcement shows at a glance. */
  glance: string;
  /** What stands in the reply. */
  reply: (string | RegExp)[];
  button?: 'Fix and try again' | 'Try again';
  /** Whether ColdSend has the inbox afterwards. */
  added?: boolean;
  /** The key is refused by this, and has to be stored again. */
  keyLost?: boolean;
};

const STATUSES = {
  PENDING: ['✅ Inbox added', 'overall_status: PENDING (ColdSend is still validating it)'],
  ACTIVE: ['✅ Inbox added', 'overall_status: ACTIVE (ready to use)'],
  PAUSED: ['⚠️ Inbox added', 'overall_status: PAUSED (temporarily disabled)'],
  DISABLED: ['⚠️ Inbox added', "overall_status: DISABLED (can't be used)"],
  active: ['✅ Inbox added', 'overall_status: active (ready to use)'],
  'warming up <!here>': ['⚠️ Inbox added', 'overall_status: warming up <!here>'],
  CONNECTION_ERROR: ['⚠️ Inbox added', 'overall_status: CONNECTION_ERROR'],
  '': ['⚠️ Inbox added', 'overall_status: no status given'],
} as const;

const addedCases = Object.entries(STATUSES).flatMap(([overallStatus, [glance, status]]) =>
  ([200, 201] as const).map(
    (code): Case => ({
      name: `added with “${overallStatus}” and ${code}`,
      script: { kind: 'added', overallStatus, status: code },
      glance,
      reply: [status, 'Daily limit: 30 a day', /Inbox ID: [0-9a-f-]{36}/],
      added: true,
    }),
  ),
);

const PAGE = '<html><head><title>Blocked</title></head><body>Ray 7f</body></html>';

const stillAdded: Case[] = Object.entries({
  'nothing else': '{"success":true}',
  'a message that is null, an id that is no UUID and a time with a blank':
    '{"success":true,"message":null,"inbox_id":"i-42","overall_status":"ACTIVE","created_at":"2025-06-01 10:00:00"}',
}).map(([name, body]) => ({
  name: `success: true with ${name}`,
  script: { kind: 'raw', status: 200, body },
  glance: body.includes('ACTIVE') ? '✅ Inbox added' : '⚠️ Inbox added',
  reply: body.includes('ACTIVE') ? ['(ready to use)', 'Inbox ID: i-42'] : ['overall_status: no status given'],
}));

const TROUBLES = {
  404: ['🔧 Inbox not added: the ColdSend address is wrong', /COLDSEND_ADD_PATH/],
  405: ['🔧 Inbox not added: the ColdSend address is wrong', /COLDSEND_ADD_PATH/],
  410: ['🔧 Inbox not added: the ColdSend address is wrong', /COLDSEND_ADD_PATH/],
  407: ['🔧 Inbox not added: a proxy asks for a login', /user name and password of the proxy/],
  413: ['🔧 Inbox not added: a size limit is too small', /size limit of the proxy/],
  401: ['❌ Inbox not added: it was refused on the way to ColdSend', /key did not change/],
  403: ['❌ Inbox not added: it was refused on the way to ColdSend', /key did not change/],
} as const;

const troubles: Case[] = Object.entries(TROUBLES).map(([status, [glance, next]]) => ({
  name: `${status} with a page`,
  script: { kind: 'raw', status: Number(status), headers: { 'Content-Type': 'text/html' }, body: PAGE },
  glance,
  reply: [`HTTP ${status}`, 'The answer says: Blocked Ray 7f', next],
  button: 'Try again',
}));

const REFUSED = '❌ Inbox not added: ColdSend refused it';
const KEY_REFUSED = '🔑 Inbox not added: ColdSend refused the API key';
const UNKNOWN = "❓ We don't know if the inbox was added";

const refused: Case[] = [
  {
    name: 'success: false',
    script: { kind: 'not_added', message: 'The plan is full.' },
    glance: REFUSED,
    reply: ['ColdSend says: The plan is full.'],
    button: 'Fix and try again',
  },
  {
    name: '400 with a text',
    script: { kind: 'login_failed', reason: 'wrong app password' },
    glance: REFUSED,
    reply: ['ColdSend says: Connection failed: wrong app password'],
    button: 'Fix and try again',
  },
  {
    name: '422 with a list by field',
    script: {
      kind: 'field_errors',
      errors: [
        { loc: ['body', 'smtp_port'], msg: 'Input should be less than 65536', type: 'less_than' },
        { loc: ['body', 'smtp_password'], msg: 'Too weak', type: 'x' },
        { loc: ['body', 'warmup_mode'], msg: 'Field required', type: 'missing' },
      ],
    },
    glance: REFUSED,
    reply: ['SMTP port: Input should be less than 65536', 'Password: Too weak', 'warmup_mode: Field required'],
    button: 'Fix and try again',
  },
  {
    name: '404 of ColdSend',
    script: { kind: 'refused', status: 404, detail: 'Not Found' },
    glance: TROUBLES[404][0],
    reply: ['ColdSend says: Not Found', TROUBLES[404][1]],
    button: 'Try again',
  },
  {
    name: '402 without words',
    script: { kind: 'raw', status: 402, body: '' },
    glance: REFUSED,
    reply: ['ColdSend says: HTTP 402'],
    button: 'Fix and try again',
  },
  {
    name: '409',
    script: { kind: 'exists' },
    glance: 'ℹ️ Inbox not added: ColdSend already has it',
    reply: ['ColdSend says: Email already exists', 'We changed nothing.'],
  },
  {
    name: '401',
    script: { kind: 'key_refused' },
    glance: KEY_REFUSED,
    reply: ['ColdSend says: Invalid or revoked API key', /admin/],
    button: 'Fix and try again',
    keyLost: true,
  },
  ...(['text', 'list', 'list_without_error'] as const).map(
    (form): Case => ({
      name: `403 with the missing scopes as ${form}`,
      script: { kind: 'scopes_missing', form },
      glance: KEY_REFUSED,
      reply: ['Missing scopes: sender_accounts:write', /admin/],
      button: 'Fix and try again',
      keyLost: true,
    }),
  ),
];

const unknown: Case[] = [
  {
    name: '500',
    script: { kind: 'server_error', status: 500 },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ['ColdSend had a server error.'],
  },
  {
    name: '502 from a proxy, the inbox having been added',
    script: { kind: 'server_error', status: 502, added: true },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ['A server between this bot and ColdSend answered in its place (HTTP 502).'],
    added: true,
  },
  {
    name: 'a redirect',
    script: { kind: 'redirect', status: 307, location: '/api/public/v1/elsewhere' },
    glance: TROUBLES[404][0],
    button: 'Try again',
    reply: ['HTTP 307', TROUBLES[404][1]],
  },
  {
    name: 'a 503 with a page',
    script: { kind: 'raw', status: 503, headers: { 'Content-Type': 'text/html' }, body: PAGE },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ['A server between this bot and ColdSend answered in its place (HTTP 503).'],
  },
  {
    name: 'an empty 200',
    script: { kind: 'raw', status: 200, body: '' },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ["I don't understand ColdSend's answer."],
  },
  {
    name: '204',
    script: { kind: 'raw', status: 204, headers: { 'Content-Length': '0' }, body: '' },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ["I don't understand ColdSend's answer."],
  },
  {
    name: 'a 200 that is no JSON',
    script: { kind: 'raw', status: 200, body: '<html>Welcome</html>' },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ["I don't understand ColdSend's answer."],
  },
  {
    name: 'a 200 of another shape',
    script: { kind: 'raw', status: 200, body: '{"success":"true"}' },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ["I don't understand ColdSend's answer."],
  },
  {
    name: 'a 200 that is too large',
    script: { kind: 'raw', status: 200, body: `{"success":true,"message":"${'x'.repeat(1024 * 1024)}"}` },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ["I don't understand ColdSend's answer."],
  },
  {
    name: 'an answer that is cut off',
    script: { kind: 'cut_off', afterBytes: 20 },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ["I don't understand ColdSend's answer."],
    added: true,
  },
  {
    name: 'a connection reset after the request was read',
    script: { kind: 'reset', when: 'after_reading' },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ['The connection to ColdSend broke before it answered.'],
  },
  {
    name: 'an answer that never comes',
    script: { kind: 'hang' },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ['The connection to ColdSend broke before it answered.'],
  },
  {
    name: 'an answer that stops in the middle',
    script: { kind: 'hang', afterBytes: 30, of: { kind: 'added' } },
    glance: UNKNOWN,
    button: 'Try again',
    reply: ["I don't understand ColdSend's answer."],
    added: true,
  },
];

test('every outcome is told once in the thread, at a glance in the channel and in the form that is still open', async (context) => {
  const world = await startWorld(context, {
    slack: MANY_MESSAGES,
    env: { COLDSEND_TIMEOUT_MS: String(TIMEOUT_MS) },
  });
  const { slack, coldsend, admin, member, channelId } = world;

  for (const [index, { name, script, glance, reply, button, added = false, keyLost }] of [
    ...addedCases,
    ...stillAdded,
    ...troubles,
    ...refused,
    ...unknown,
  ].entries()) {
    await context.test(name, async () => {
      const address = `case${index}@acme.com`;
      coldsend.answerNext(script, { forAddress: address });
      await addGoogleInbox(member, { address, channelId });
      const form = await member.waitForModal(({ rendered }) => rendered.includes(glance));

      const { root, replies } = threadOf(world, address);
      assert.match(root.rendered, new RegExp(`^${glance}\nRequested by @mel · Google Workspace`));
      assert.equal(replies.length, 1, 'one reply');
      const [told] = replies;
      assert.ok(told);
      for (const expected of [glance, address, ...reply]) {
        assert.ok(has(told.rendered, expected), `${expected} in the reply:\n${told.rendered}`);
        assert.ok(has(form.rendered, expected), `${expected} in the form:\n${form.rendered}`);
      }
      for (const expected of [glance.replace(/^\S+ /, ''), address]) {
        assert.ok(told.text.includes(expected) && root.text.includes(expected), 'for screen readers too');
      }
      const buttons = told.blocks.flatMap((block) => (block.type === 'actions' ? [JSON.stringify(block)] : []));
      assert.equal(buttons.length, button === undefined ? 0 : 1);
      if (button !== undefined) assert.ok(told.rendered.includes(`[ ${button} ]`));

      assert.equal(postsFor(world, address).length, 1, 'asked once');
      assert.equal(
        coldsend.accounts.some(({ email_address }) => email_address === address),
        added,
      );
      await member.close({ all: true });
      if (keyLost) await storeKey(admin, API_KEY);
    });
  }

  await context.test('nothing followed the redirect', () => {
    assert.deepEqual(
      coldsend.ledger.filter(({ path }) => path.endsWith('elsewhere')),
      [],
    );
  });

  assert.deepEqual(
    coldsend.ledger.filter(({ body, contractErrors }) => !isKeyCheck(body) && contractErrors.length > 0),
    [],
  );
  assert.deepEqual(slack.problems, []);
});

test('the button makes a new request in the same thread, and what was told before stays', async (context) => {
  const world = await startWorld(context, { slack: MANY_MESSAGES });
  const { slack, coldsend, admin, member, guest, channelId } = world;

  await context.test('a lost answer: unknown, then the button is told that ColdSend has it', async () => {
    const address = 'lost@acme.com';
    coldsend.answerNext({ kind: 'lost_answer' }, { forAddress: address });
    await addGoogleInbox(member, { address, channelId, name: 'Lost & Found' });
    await member.waitForModal(({ rendered }) => rendered.includes(UNKNOWN));
    await member.close({ all: true });
    const before = threadOf(world, address).replies;

    const form = await pressButton(address);
    assert.deepEqual(
      form.fields.map(({ value }) => value).slice(0, 3),
      [address, 'Lost & Found', 'GOOGLE_WORKSPACE'],
      'filled in',
    );
    await member.submit();
    const second = await member.waitForModal(({ callbackId }) => callbackId === 'add_inbox_how');
    assert.ok(second.fields.some(({ actionId, value }) => actionId === 'smtp_password' && value === undefined));
    await member.type('smtp_password', GOOGLE_PASSWORD);
    await member.submit();
    await member.waitForModal(({ rendered }) => rendered.includes('ColdSend already has it'));
    await member.close({ all: true });

    const { root, replies } = threadOf(world, address);
    assert.equal(replies.length, 2);
    assert.deepEqual(replies[0], before[0], 'the first reply stays as it was');
    assert.match(replies[1]?.rendered ?? '', /Email already exists[\s\S]*that try worked/);
    assert.match(root.rendered, /^ℹ️ Inbox not added: ColdSend already has it/);
    assert.equal(coldsend.accounts.filter(({ email_address }) => email_address === address).length, 1);
  });

  await context.test('somebody else fixes it, from the same button, as often as it takes', async () => {
    const address = 'fix@acme.com';
    coldsend.answerNext({ kind: 'login_failed' }, { forAddress: address, times: 2 });
    await addGoogleInbox(member, { address, channelId });
    await member.waitForModal(({ rendered }) => rendered.includes(REFUSED));
    await member.close({ all: true });
    for (const [number, wanted] of [REFUSED, '✅ Inbox added'].entries()) {
      await pressButton(address, admin);
      await admin.submit();
      await admin.type('smtp_password', GOOGLE_PASSWORD);
      await admin.submit();
      await admin.waitForModal(({ rendered }) => rendered.includes(wanted));
      await admin.close({ all: true });
      assert.equal(threadOf(world, address).replies.length, number + 2);
    }
    assert.match(threadOf(world, address).root.rendered, /^✅ Inbox added\nRequested by @ada · /);
    assert.equal(member.in(channelId).filter(({ rendered }) => rendered.includes(address)).length, 1, 'one thread');
  });

  await context.test(
    'once it was added, the button says so, by whom, with a link, and the Home has one line',
    async () => {
      const address = 'fix@acme.com';
      const page = await pressButton(address, member, ({ callbackId }) => callbackId === 'notice');
      assert.match(
        page.rendered,
        /This inbox was added in the meantime.*fix@acme\.com.*Requested by @ada, .*Open the message/s,
      );
      assert.deepEqual(page.fields, []);
      const [, link] = /<(https?:[^|]*)\|Open the message>/.exec(JSON.stringify(page.view)) ?? [];
      const reply = threadOf(world, address).replies.at(-1);
      assert.ok(reply && link?.includes(`/${channelId}/p${reply.ts.replace('.', '')}`), link);
      await member.close({ all: true });
      const { rendered } = await member.openHome();
      assert.equal(rendered.split(address).length, 2, rendered);
      assert.match(rendered, /fix@acme\.com\nJane Doe\n✅ Inbox added · @ada/);
    },
  );

  await context.test('while another try is under way it says so, also to who had the form open', async () => {
    const address = 'twice@acme.com';
    coldsend.answerNext({ kind: 'login_failed' }, { forAddress: address });
    await addGoogleInbox(member, { address, channelId });
    await member.waitForModal(({ rendered }) => rendered.includes(REFUSED));
    await member.close({ all: true });
    for (const person of [member, admin]) {
      await pressButton(address, person);
      await person.submit();
      await person.type('smtp_password', GOOGLE_PASSWORD);
    }
    coldsend.answerNext({ kind: 'rate_limited', retryAfter: '2' }, { forAddress: address });
    await admin.submit();
    const { modal } = await member.submit();
    assert.match(modal?.rendered ?? '', /I am adding this inbox right now.*Requested by @ada/s);
    await member.close({ all: true });
    const page = await pressButton(address, member, ({ callbackId }) => callbackId === 'notice');
    assert.match(page.rendered, /I am adding this inbox right now.*Requested by @ada/s);
    await member.close({ all: true });
    await admin.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
    await admin.close({ all: true });
    assert.equal(threadOf(world, address).replies.length, 2);
    assert.equal(coldsend.accounts.filter(({ email_address }) => email_address === address).length, 1);
  });

  await context.test('what was added from a form of its own is known too, also where Slack gives no link', async () => {
    const address = 'anew@acme.com';
    coldsend.answerNext({ kind: 'login_failed' }, { forAddress: address });
    await addGoogleInbox(member, { address, channelId });
    await member.waitForModal(({ rendered }) => rendered.includes(REFUSED));
    await member.close({ all: true });
    const failed = threadOf(world, address).replies[0];
    await addGoogleInbox(admin, { address, channelId });
    await admin.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
    await admin.close({ all: true });
    for (const fault of ['hang', { status: 500 }, { error: 'message_not_found' }] as const) {
      slack.failNext('chat.getPermalink', fault);
      await member.click('try_again', { in: { channelId, ts: failed?.ts ?? '' } });
      const page = await member.waitForModal(({ callbackId }) => callbackId === 'notice');
      assert.match(page.rendered, /This inbox was added in the meantime.*Requested by @ada.*#inboxes/s);
      await member.close({ all: true });
    }
  });

  await context.test('a guest who presses it gets a no and nothing to type into', async () => {
    const form = await pressButton('fix@acme.com', guest, ({ rendered }) => rendered.includes('Guests'));
    assert.deepEqual(form.fields, []);
    await guest.close({ all: true });
  });

  assert.deepEqual(slack.problems, []);

  async function pressButton(
    address: string,
    by = member,
    shows = ({ callbackId }: { callbackId: string; rendered: string }) => callbackId === 'add_inbox_who',
  ) {
    const [first] = threadOf(world, address).replies;
    assert.ok(first);
    await by.click('try_again', { in: { channelId, ts: first.ts } });
    return by.waitForModal(shows);
  }
});

test('what ColdSend puts off waits, says until when, and goes on by itself', async (context) => {
  const world = await startWorld(context, { slack: MANY_MESSAGES });
  const { slack, coldsend, member, channelId, bot } = world;
  const putOff: { name: string; script: Script; why: string }[] = [
    {
      name: '503',
      script: { kind: 'server_error', status: 503, retryAfter: '1' },
      why: 'ColdSend is temporarily unavailable.',
    },
    {
      name: '429 with Retry-After',
      script: { kind: 'rate_limited', retryAfter: '1' },
      why: 'We reached the limit on requests to ColdSend.',
    },
    {
      name: '429 that says it in words',
      script: { kind: 'rate_limited', detail: 'Rate limit exceeded. Retry after 1 seconds.', reset: false },
      why: 'We reached the limit on requests to ColdSend.',
    },
  ];

  const addresses = putOff.map((_each, index) => `later${index}@acme.com`);
  for (const [index, { script }] of putOff.entries()) {
    const address = addresses[index] ?? '';
    coldsend.answerNext(script, { forAddress: address });
    await addGoogleInbox(member, { address, channelId });
    await member.waitForModal(({ rendered }) => rendered.includes('🕒 Waiting to add an inbox'));
    await member.close({ all: true });
  }
  for (const [index, { name, why }] of putOff.entries()) {
    const address = addresses[index] ?? '';
    await context.test(name, async () => {
      const waiting = await slack.waitForCall(
        ({ method, args }) => method === 'chat.update' && says(args, address) && says(args, 'Waiting to add'),
      );
      const text = String(waiting.args.text);
      assert.ok(text.includes(why), text);
      const [, at] = /I try again at <!date\^(\d+)\^/.exec(text) ?? [];
      const inSeconds = Number(at) - waiting.at / 1_000;
      assert.ok(inSeconds > -1 && inSeconds <= 1, `the next try is ${inSeconds} s ahead`);

      await slack.waitForMessage(({ threadTs, text: said }) => threadTs !== undefined && said.includes(address));
      await slack.waitFor(() => threadOf(world, address).root.rendered.match(/^✅ Inbox added/)?.[0], 'the glance');
      assert.equal(threadOf(world, address).replies.length, 1);
      assert.equal(postsFor(world, address).length, 2);
    });
  }
  const metrics = await (await fetch(`${bot.url}/metrics`)).text();
  assert.match(metrics, /inbox_bot_requests_total\{outcome="added"\} 3/, 'waiting is no outcome');
  assert.deepEqual(slack.problems, []);
});

test('while nobody listens at ColdSend it waits, and a request is sent once somebody does', async (context) => {
  const port = await findFreePort();
  const world = await startWorld(context, {
    env: { COLDSEND_API_URL: `http://127.0.0.1:${port}/api/public/v1` },
  });
  const { slack, member, channelId } = world;
  await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
  const waiting = await member.waitForModal(({ rendered }) => rendered.includes('🕒 Waiting to add an inbox'));
  assert.match(waiting.rendered, /ColdSend can't be reached right now. I try again at/);

  const coldsend = await startLocalColdsend({ port });
  context.after(() => coldsend.close());
  coldsend.addKey(API_KEY);
  await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'), { timeoutMs: 10_000 });
  assert.equal(threadOf(world, 'jane@acme.com').replies.length, 1);
  assert.equal(coldsend.accounts.length, 1);
  assert.deepEqual(slack.problems, []);
});

const NASTY = '<!channel> <@U0VICTIM> <https://evil.example|click> *bold* _it_ ~no~ `code` :tada: & @here #general';

test('foreign text mentions nobody, links nowhere and formats nothing', async (context) => {
  const world = await startWorld(context, { slack: MANY_MESSAGES });
  const { slack, coldsend, member, channelId } = world;
  const scripts: Script[] = [
    { kind: 'refused', status: 400, detail: `said: ${NASTY}` },
    { kind: 'field_errors', errors: [{ loc: ['body', NASTY], msg: NASTY, type: 'x' }] },
    { kind: 'added', overallStatus: NASTY },
  ];
  for (const [index, script] of scripts.entries()) {
    const address = `o'neil_${index}@acme.com`;
    coldsend.answerNext(script, { forAddress: address });
    await addGoogleInbox(member, { address, channelId, name: NASTY });
    const form = await member.waitForModal(({ rendered }) => /Inbox (not )?added/.test(rendered));
    await member.close({ all: true });
    const { root, replies } = threadOf(world, address);
    for (const { rendered } of [root, ...replies, form]) {
      assert.ok(rendered.includes(NASTY), `shown as it came:\n${rendered}`);
      assert.ok(rendered.includes(address));
    }
  }
  assert.ok((await member.openHome()).rendered.includes(NASTY));

  const calls = slack.ledger.calls.filter(({ method }) => /^(chat|views)\./.test(method));
  assert.ok(calls.length > 12);
  for (const { args, method } of calls) {
    for (const text of textObjectsIn(args.view ?? args.blocks)) {
      if (text.type === 'mrkdwn') assert.doesNotMatch(String(text.text), /bold|VICTIM|evil|o'neil/, method);
      else if (/bold/.test(String(text.text))) assert.equal(text.emoji, false, method);
    }
    if (typeof args.text !== 'string') continue;
    assert.doesNotMatch(args.text, /<!channel|<@U0VICTIM|<https|https:\/\/evil|\*bold|_it_|~no~|`code|:tada:/, method);
    assert.doesNotMatch(args.text, /@here|#general|evil\.example/, method);
    if (method === 'chat.postMessage') {
      assert.deepEqual([args.unfurl_links, args.unfurl_media].map(String), ['false', 'false']);
    }
  }
  assert.deepEqual(slack.problems, []);
});

/** The announcement of the inbox and what stands in its thread, as the person who added it sees them. */
function threadOf({ member, channelId }: World, address: string): { root: MessageSeen; replies: MessageSeen[] } {
  const roots = member.in(channelId).filter(({ rendered }) => rendered.includes(address));
  assert.equal(roots.length, 1, `one announcement of ${address}`);
  const [root] = roots;
  assert.ok(root);
  return { root, replies: root.thread };
}

function postsFor({ coldsend }: World, address: string) {
  return coldsend.ledger.filter(({ body }) => says(body, `"${address}"`));
}

function says(value: unknown, text: string): boolean {
  return JSON.stringify(value ?? '').includes(text);
}

function has(text: string, expected: string | RegExp): boolean {
  return typeof expected === 'string' ? text.includes(expected) : expected.test(text);
}

/** A key is tried with an empty body. */
function isKeyCheck(body: unknown): boolean {
  return JSON.stringify(body) === '{}';
}

function textObjectsIn(value: unknown): { type: string; text: unknown; emoji?: unknown }[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.values(value).flatMap(textObjectsIn);
  if (!('type' in value) || (value.type !== 'mrkdwn' && value.type !== 'plain_text')) return inside;
  const text = 'text' in value ? value.text : undefined;
  const emoji = 'emoji' in value ? value.emoji : undefined;
  return [{ type: value.type, text, emoji }, ...inside];
}

function findFreePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
