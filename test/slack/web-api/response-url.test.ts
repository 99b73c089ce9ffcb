import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { connectDirectly } from '../../../src/operations/proxy/connect.ts';
import { createResponseUrls, respondOnlyToThem } from '../../../src/slack/web-api/response-url.ts';
import { createSlackFetch, NotBegunError, type SlackFetch } from '../../../src/slack/web-api/slack-fetch.ts';

test('nothing is said that may not be said any more', async () => {
  const sent: string[] = [];
  const fetch: SlackFetch = async (url, init) => {
    if (init?.isStillOurs?.() === false) throw new NotBegunError();
    sent.push(String(url));
    throw new Error('no answer');
  };
  for (const isStillOurs of [true, false]) {
    assert.equal(await respondOnlyToThem(fetch, `https://slack.test/${isStillOurs}`, 'hi', () => isStillOurs), false);
  }
  assert.deepEqual(sent, ['https://slack.test/true']);
});

const TRUSTED = [
  'https://hooks.slack.com/commands/T1/1/x',
  'https://hooks.slack.com:443/actions/T1/1/x',
  'https://HOOKS.slack.com/app/x',
  'https://hooks.slack-gov.com/commands/T1/1/x',
  'http://127.0.0.1:4001/commands/x',
];

const FOREIGN = [
  ...[
    'http://hooks.slack.com/commands/x',
    'https://hooks.slack.com:8443/x',
    'https://hooks.slack.com./x',
    'https://slack.com/x',
  ],
  ...['https://hooks.slack.com.evil.test/x', 'https://evil.test/hooks.slack.com', 'https://evil.test#hooks.slack.com'],
  ...['https://hooks.slack.com@evil.test/x', 'https://evilhooks.slack.com/x', 'https://files.slack.com/x'],
  ...['http://127.0.0.1:4002/x', 'https://127.0.0.1:4001/x', 'http://localhost:4001/x', 'http://169.254.169.254/x'],
  ...['file:///etc/passwd', 'javascript:alert(1)', '//hooks.slack.com/x', 'hooks.slack.com', ''],
];

test('only an address of Slack is kept and used, or one of the host that stands in for its API', async () => {
  const sent: string[] = [];
  const fetch: SlackFetch = async (url) => {
    sent.push(String(url));
    throw new Error('no answer');
  };
  const { accept, respond } = createResponseUrls({ fetch, apiUrl: 'http://127.0.0.1:4001/api/' });
  for (const url of TRUSTED) assert.equal(accept(url), url);
  for (const url of FOREIGN) assert.equal(accept(url), undefined, url);
  for (const url of [...FOREIGN, ...TRUSTED]) assert.equal(await respond(url, 'hi'), false);
  assert.deepEqual(sent, TRUSTED);
});

test('a redirect is not followed', async (context) => {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.writeHead(307, { location: '/elsewhere' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { fetch, close } = createSlackFetch(connectDirectly);
  context.after(async () => {
    await close();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const origin = `http://127.0.0.1:${address.port}`;
  const { respond } = createResponseUrls({ fetch, apiUrl: `${origin}/api/` });
  assert.equal(await respond(`${origin}/commands/x`, 'hi'), false);
  assert.deepEqual(asked, ['/commands/x']);
});
