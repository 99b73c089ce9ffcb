import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { PASSWORDS, post, SAVE } from './post-to-page.ts';
import { startSecurePage, TOKEN } from './start-secure-page.ts';

const answerTo = async (response: Promise<Response>) => {
  const { status } = await response;
  return [status, await (await response).text()];
};

const GONE = [404, '{"kind":"gone"}'];

test('the page is the same for everybody, allows just its own style and script, and stays in no cache or frame', async (context) => {
  const world = await startSecurePage(context);
  const response = await fetch(`${world.publicUrl}/secure`);
  const html = await response.text();
  const hashOf = (tag: string) => {
    const [, content = ''] = new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`).exec(html) ?? [];
    return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
  };
  const policy = response.headers.get('content-security-policy') ?? '';
  assert.deepEqual(policy.split('; '), [
    "default-src 'none'",
    `script-src ${hashOf('script')}`,
    `style-src ${hashOf('style')}`,
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]);
  const expected = {
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'set-cookie': null,
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(response.headers.get(name), value, name);
  assert.doesNotMatch(html, / style="| on[a-z]+="|https?:\/\/(?!www\.w3\.org|myaccount\.google\.com)/);
  for (const path of [`/secure?token=${TOKEN}`, '/secure?x']) {
    assert.equal(await (await fetch(`${world.publicUrl}${path}`)).text(), html);
  }
});

test('what follows links changes and learns nothing', async (context) => {
  const world = await startSecurePage(context);
  const { publicUrl, behind } = world;
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH']) {
    for (const path of ['/secure', '/secure/', '/secure/look', '/secure/save', `/secure/${TOKEN}`]) {
      const response = await fetch(publicUrl + path, {
        method,
        headers: { 'user-agent': 'Slackbot-LinkExpanding 1.0', origin: 'https://evil.example' },
      });
      assert.equal(response.status, path === '/secure' && /GET|HEAD/.test(method) ? 200 : 404, `${method} ${path}`);
      assert.equal(response.headers.get('access-control-allow-origin'), null);
    }
  }
  assert.deepEqual([behind.looked, behind.wrong, behind.spentBy], [0, 0, undefined]);
  assert.equal((await post(world, 'save', SAVE)).status, 200);
});

test('only the page itself may ask, with JSON of the expected shape', async (context) => {
  const world = await startSecurePage(context);
  const { publicUrl, behind } = world;
  const cases: [body: unknown, headers: Record<string, string>, status: number][] = [
    [SAVE, { origin: 'https://evil.example' }, 403],
    [SAVE, { origin: 'null' }, 403],
    [SAVE, { origin: publicUrl.replace('127.0.0.1', 'localhost') }, 403],
    [SAVE, { origin: `${publicUrl}.evil.example` }, 403],
    [SAVE, { 'sec-fetch-site': 'cross-site' }, 403],
    [SAVE, { 'sec-fetch-site': 'same-site' }, 403],
    [SAVE, { 'sec-fetch-site': 'none' }, 403],
    [SAVE, { 'content-type': 'text/plain' }, 415],
    [SAVE, { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    [SAVE, { 'content-type': 'application/json-patch' }, 415],
    ['', {}, 400],
    ['{', {}, 400],
    ['null', {}, 400],
    ['[]', {}, 400],
    [{}, {}, 400],
    [{ ...SAVE, token: { $ne: '' } }, {}, 400],
    [{ ...SAVE, token: 'x'.repeat(101) }, {}, 400],
    [{ ...SAVE, pageId: 'short' }, {}, 400],
    [{ ...SAVE, isSure: 'yes' }, {}, 400],
    [{ ...SAVE, more: 1 }, {}, 400],
    [{ ...SAVE, smtp_password: 'x'.repeat(2_001) }, {}, 400],
    [{ ...SAVE, smtp_password: 'x'.repeat(256 * 1024) }, {}, 413],
  ];
  for (const [body, headers, status] of cases) {
    const answer = await answerTo(post(world, 'save', body, headers));
    assert.deepEqual(answer, [status, '{"kind":"refused"}'], JSON.stringify([headers, body]).slice(0, 200));
  }
  assert.deepEqual([behind.looked, behind.saved, behind.wrong], [0, [], 0]);
  assert.equal(behind.refused.length, cases.length);
  const { host } = new URL(publicUrl);
  const bare = request(`${publicUrl}/secure/look`, {
    method: 'POST',
    headers: { host, 'content-type': 'application/json' },
  });
  bare.end(JSON.stringify({ token: TOKEN }));
  const [response] = await once(bare, 'response');
  assert.equal(response.statusCode, 403, 'without an origin');
  response.resume();
  assert.equal((await post(world, 'save', SAVE, { 'sec-fetch-site': 'same-origin' })).status, 200);
});

test('a body that never ends and one that comes too slowly are cut off, and others are served meanwhile', async (context) => {
  const world = await startSecurePage(context);
  const { publicUrl, behind } = world;
  const { port, host } = new URL(publicUrl);
  const head = `POST /secure/save HTTP/1.1\r\nhost: ${host}\r\norigin: ${publicUrl}\r\ncontent-type: application/json\r\n`;
  const endless = connect(Number(port), '127.0.0.1').on('error', () => {});
  endless.write(`${head}transfer-encoding: chunked\r\n\r\n`);
  const flood = setInterval(() => endless.write(`10000\r\n${'x'.repeat(65_536)}\r\n`), 5);
  const [answer] = await once(endless, 'data');
  clearInterval(flood);
  endless.destroy();
  assert.match(String(answer), /^HTTP\/1\.1 413 /);
  const slow = connect(Number(port), '127.0.0.1').on('error', () => {});
  slow.write(`${head}content-length: 400\r\n\r\n{"token":`);
  assert.equal((await post(world, 'look', { token: TOKEN })).status, 200);
  const [late] = await once(slow, 'data');
  assert.match(String(late), /^HTTP\/1\.1 408 /);
  assert.deepEqual(behind.saved, []);
});

test('forged tokens are all the same, and 10,000 of them end at the limit', async (context) => {
  const world = await startSecurePage(context);
  const { behind } = world;
  for (const token of [
    '',
    'x',
    TOKEN.slice(1),
    `${TOKEN}A`,
    TOKEN.toLowerCase(),
    '../../etc',
    '\u0000',
    "' or 1=1 --",
  ]) {
    assert.deepEqual(await answerTo(post(world, 'look', { token })), GONE, token);
    assert.deepEqual(await answerTo(post(world, 'save', { ...SAVE, token })), GONE, token);
  }
  const statuses = new Map<number, number>();
  for (let sent = 0; sent < 10_000; sent += 50) {
    const batch = Array.from({ length: 50 }, (_, index) => String(sent + index).padStart(43, 'A'));
    const answers = await Promise.all(batch.map((token) => post(world, 'look', { token })));
    for (const answer of answers) {
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      await answer.text();
    }
  }
  assert.deepEqual([...statuses.keys()].sort(), [404, 429]);
  assert.ok(behind.looked <= 300, `${behind.looked} look-ups`);
  assert.deepEqual([behind.spentBy, behind.wrong], [undefined, 0]);
  behind.monotonic += 60_000;
  assert.equal((await post(world, 'look', { token: TOKEN })).status, 200);
});

test('one token can be tried only so often in a minute, from wherever', async (context) => {
  const world = await startSecurePage(context);
  for (let tries = 0; tries < 60; tries += 1) {
    const answer = await post(world, 'look', { token: TOKEN }, { 'x-forwarded-for': `203.0.113.${tries}` });
    assert.equal(answer.status, 200);
  }
  const other = { 'x-forwarded-for': '198.51.100.7' };
  assert.equal((await post(world, 'look', { token: TOKEN }, other)).status, 429);
  assert.equal((await post(world, 'look', { token: 'A'.repeat(43) }, other)).status, 404);
});

test('a second submission of the same page gets the first answer; a replay by another does nothing', async (context) => {
  const world = await startSecurePage(context);
  assert.deepEqual(await answerTo(post(world, 'save', SAVE)), [200, '{"kind":"saved"}']);
  assert.deepEqual(await answerTo(post(world, 'save', { ...SAVE, smtp_password: 'other' })), [200, '{"kind":"saved"}']);
  assert.deepEqual(await answerTo(post(world, 'save', { ...SAVE, pageId: 'q'.repeat(32) })), GONE);
  assert.deepEqual(await answerTo(post(world, 'look', { token: TOKEN })), GONE);
  assert.deepEqual(world.behind.saved, [PASSWORDS]);
});

test('five mistakes, then the link is dead', async (context) => {
  const world = await startSecurePage(context);
  const wrong = { ...SAVE, smtp_password: '' };
  for (let tries = 0; tries < 5; tries += 1) {
    const [status, text] = await answerTo(post(world, 'save', wrong));
    assert.equal(status, 422);
    assert.match(String(text), /"wrong".*"smtp_password":"Enter the password\."/);
  }
  assert.deepEqual(await answerTo(post(world, 'save', SAVE)), GONE);
  assert.deepEqual(world.behind.saved, []);
});

test('the permission is looked at again when the password comes in', async (context) => {
  const world = await startSecurePage(context);
  assert.equal((await post(world, 'look', { token: TOKEN })).status, 200);
  world.behind.permission = { kind: 'unknown' };
  assert.deepEqual(await answerTo(post(world, 'save', SAVE)), [503, '{"kind":"later"}']);
  world.behind.permission = { kind: 'lost', why: 'guest' };
  assert.deepEqual(await answerTo(post(world, 'save', SAVE)), GONE);
  assert.deepEqual([world.behind.saved, world.behind.wrong], [[], 0]);
});

const CHECK = { token: TOKEN, ...PASSWORDS };

test('a login is checked in words, at most five times, and nothing is saved or spent', async (context) => {
  const world = await startSecurePage(context);
  const { behind } = world;
  const check = async (body: object = CHECK) => {
    const response = await post(world, 'check', body);
    return [response.status, await response.json()];
  };
  const works = ['Sending and reading: The login works.'];
  assert.deepEqual(await check(), [200, { kind: 'checked', works: true, lines: works }]);
  behind.verdict = { smtp: { kind: 'works' }, imap: { kind: 'refused', reason: 'imap_off' } };
  const [, refused] = await check();
  assert.match(JSON.stringify(refused), /"works":false.*Reading \(IMAP\): IMAP is off for this mailbox/);
  behind.verdict = undefined;
  assert.deepEqual(await check(), [200, { kind: 'unchecked' }]);
  assert.deepEqual((await check({ ...CHECK, smtp_password: 'x'.repeat(501) }))[0], 422);
  await check();
  await check();
  assert.equal(behind.checked.length, 5);
  behind.verdict = { smtp: { kind: 'works' }, imap: { kind: 'works' } };
  assert.deepEqual(await check(), [200, { kind: 'unchecked' }]);
  assert.equal(behind.checked.length, 5);
  assert.deepEqual([behind.saved, behind.wrong, behind.spentBy], [[], 0, undefined]);
  assert.equal((await post(world, 'save', SAVE)).status, 200);
  assert.deepEqual(await check(), [404, { kind: 'gone' }]);
});

test('a login is checked only for the page itself, for a link that works, and where the bot logs in at all', async (context) => {
  const world = await startSecurePage(context);
  const { behind } = world;
  for (const [body, headers, status] of [
    [CHECK, { origin: 'https://evil.example' }, 403],
    [CHECK, { 'sec-fetch-site': 'cross-site' }, 403],
    [CHECK, { 'content-type': 'text/plain' }, 415],
    [{ ...CHECK, host: 'evil.example' }, {}, 400],
    [{ ...CHECK, token: 'x' }, {}, 404],
  ] as const) {
    assert.equal((await post(world, 'check', body, headers)).status, status);
  }
  behind.permission = { kind: 'lost', why: 'deactivated' };
  assert.equal((await post(world, 'check', CHECK)).status, 404);
  assert.deepEqual(behind.checked, []);
  const off = await startSecurePage(context, {}, false);
  assert.equal((await post(off, 'check', CHECK)).status, 404);
  assert.match(await (await post(off, 'look', { token: TOKEN })).text(), /"canCheck":false/);
});
