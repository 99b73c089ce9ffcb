import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { startAgency } from '../workspaces/start-agency.ts';

test('what strangers send makes no error line, no row and no answer 500; it is counted, and a likely cause is told once', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-strangers-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'bot.db');
  const { slack, bots } = await startAgency(context, { createUrl: async () => `sqlite:${path}`, replicas: 1 });
  const [bot] = bots;
  assert.ok(bot !== undefined);
  const { port } = new URL(bot.url);
  const now = Math.floor(Date.now() / 1000);

  /** Sends bytes as they are, one for each character; returns the status of the answer. */
  async function send(...lines: string[]): Promise<number> {
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
    const [answer] = await once(socket, 'data');
    socket.destroy();
    return Number(/^HTTP\/1\.1 (\d+) /.exec(String(answer))?.[1]);
  }
  const post = (signature: string) =>
    send(
      'POST /slack/events HTTP/1.1',
      'host: x',
      `x-slack-request-timestamp: ${now}`,
      `x-slack-signature: ${signature}`,
      'content-length: 0',
    );
  const get = (path: string, host = 'x') => send(`GET ${path} HTTP/1.1`, `host: ${host}`);

  for (const signature of [
    '\xff'.repeat(67),
    `v0=${'\x80'.repeat(64)}`,
    `v0=${'0'.repeat(63)}\xe9`,
    '',
    'v0=',
    'x'.repeat(8_000),
  ])
    assert.equal(await post(signature), 401);
  for (let count = 0; count < 20; count += 1) assert.equal(await post(`v0=${'0'.repeat(64)}`), 401);
  assert.equal(await get('/slack/oauth_redirect?code=x&state=y'), 400);
  assert.equal(await get('/slack/oauth_redirect?%&error=%ff&state[]=%00'), 400);
  for (const host of ['<>', 'a b', '[', '\xff', 'x:99999']) {
    assert.equal(await get('/slack/oauth_redirect?code=x&state=y', host), 400, host);
    assert.equal(await get('/slack/install', host), 200, host);
  }
  for (const path of ['//slack/install', '/%', '/slack/install/..']) assert.equal(await get(path), 404, path);
  for (const path of ['http://[/slack/install', '/\xff', '*']) assert.ok((await get(path)) < 500, path);
  assert.equal(await send('GET / HTTP/9.9'), 400);
  assert.equal(await send('\x16\x03\x01'), 400);
  for (let count = 0; count < 50; count += 1) assert.equal(await get('/slack/install'), 200);

  const page = await fetch(`${bot.url}/slack/install`);
  const cookie = page.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const state = cookie.split('=')[1] ?? '';
  const madeUp = await fetch(`${bot.url}/slack/oauth_redirect?code=made-up&state=${state}`, { headers: { cookie } });
  assert.equal(madeUp.status, 400, 'a code that Slack did not give');

  const old = slack.sign('', { timestampOffsetSeconds: -1_000 });
  for (let count = 0; count < 3; count += 1)
    assert.equal((await slack.sendRaw({ body: '', headers: { ...old } })).status, 401);

  const metrics = await (await fetch(`${bot.url}/metrics`)).text();
  const counted = new Map(
    [...metrics.matchAll(/^inbox_bot_refused_requests_total\{why="(\w+)"\} (\d+)$/gm)].map(([, why, count]) => [
      why,
      count,
    ]),
  );
  const expected = {
    unsigned: '6',
    signature: '20',
    clock: '3',
    state_wrong: '6',
    code_missing: '1',
    code_refused: '1',
  };
  for (const [why, count] of Object.entries(expected)) assert.equal(counted.get(why), count, why);
  for (const why of ['malformed', 'not_found']) assert.ok(Number(counted.get(why)) >= 2, why);
  const lines = bot.output().trim().split('\n');
  assert.deepEqual(
    lines.filter((line) => !/"level":(30|"info")/.test(line)).map((line) => /SIGNING_SECRET|its clock/.exec(line)?.[0]),
    ['SIGNING_SECRET', 'its clock'],
  );
  const database = new DatabaseSync(path, { readOnly: true });
  assert.deepEqual({ ...database.prepare('select count(*) as rows from oauth_states').get() }, { rows: 1 });
  database.close();
});
