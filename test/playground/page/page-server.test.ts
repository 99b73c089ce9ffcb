import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { type CastMember, populate } from '../../../playground/page/populate.ts';
import { servePage } from '../../../playground/page/serve-page.ts';
import { type Playground, startPlayground } from '../../../playground/start-playground.ts';
import { callSlack } from '../local-slack/call-slack.ts';

describe('the server of the page', () => {
  let playground: Playground;
  let cast: CastMember[];
  let served: Awaited<ReturnType<typeof servePage>>;
  let port: number;

  before(async () => {
    playground = await startPlayground();
    cast = populate(playground.slack);
    served = await servePage(playground, cast, { port: 0 });
    port = Number(new URL(served.url).port);
  });
  after(async () => {
    await served.close();
    await playground.close();
  });

  /** fetch would not let us set Host and Origin. */
  async function ask(
    path: string,
    {
      method = 'GET',
      headers = {},
      body = '',
    }: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<{ status: number | undefined; body: string; headers: NodeJS.Dict<string | string[]> }> {
    const host = `localhost:${port}`;
    const sent = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: {
        host,
        ...(method === 'POST' && { origin: `http://${host}`, 'content-length': String(Buffer.byteLength(body)) }),
        ...headers,
      },
    });
    sent.end(body);
    const [response] = await once(sent, 'response');
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return { status: response.statusCode, body: text, headers: response.headers };
  }

  const act = (given: unknown, headers = {}) =>
    ask('/act', { method: 'POST', body: typeof given === 'string' ? given : JSON.stringify(given), headers });

  test('serves the page, and its scripts without types', async () => {
    const page = await ask('/');
    assert.equal(page.status, 200);
    assert.match(String(page.headers['content-security-policy']), /default-src 'none'/);
    for (const [, path = ''] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) {
      assert.equal((await ask(path)).status, 200, path);
    }
    const script = await ask('/main.ts');
    assert.match(String(script.headers['content-type']), /^text\/javascript/);
    assert.doesNotMatch(script.body, /import type|: State\b/);
  });

  test('serves nothing else', async () => {
    for (const path of ['/tsconfig.json', '/../serve-page.ts', '/..%2fserve-page.ts', '/package.json', '/nothing']) {
      assert.equal((await ask(path)).status, 404, path);
    }
  });

  test('knows itself by loopback names only', async () => {
    for (const host of [`127.0.0.1:${port}`, `[::1]:${port}`]) {
      assert.equal((await ask('/', { headers: { host } })).status, 200, host);
    }
    for (const host of ['evil.example', `evil.example:${port}`, 'localhost', `localhost:${port + 1}`]) {
      assert.equal((await ask('/', { headers: { host } })).status, 403, host);
      assert.equal((await act({ kind: 'kill_bot' }, { host, origin: `http://${host}` })).status, 403, host);
    }
  });

  test('takes nothing from the pages of others', async () => {
    const origins = ['http://evil.example', `http://localhost:${port + 1}`, `https://localhost:${port}`, 'null', ''];
    for (const origin of origins) {
      assert.equal((await act({ kind: 'kill_bot' }, { origin })).status, 403, origin);
      if (origin !== '') assert.equal((await ask('/events', { headers: { origin } })).status, 403, origin);
    }
    const crossSite = { 'sec-fetch-site': 'cross-site' };
    assert.equal((await ask('/events', { headers: crossSite })).status, 403);
    assert.equal(playground.bot.state(), 'running');
  });

  test('refuses garbage, too much, and people who are not there', async () => {
    for (const garbage of ['', '{', '[]', 'null', {}, { kind: 'rm' }, { kind: 'say', text: ' ', channelId: 'C' }]) {
      assert.equal((await act(garbage)).status, 400, JSON.stringify(garbage));
    }
    assert.equal((await act({ kind: 'type', field: 'x', value: 'x'.repeat(70_000) })).status, 413);
    assert.equal((await ask('/events?as=U404')).status, 404);
    assert.equal((await ask('/traffic?id=call.9999')).status, 404);
    assert.equal((await ask('/traffic?id=__proto__')).status, 404);
  });

  test('takes files for an open form, from its own page, and no more than 32 MB', async () => {
    const attach = (body: string, headers = {}) =>
      ask('/attach?field=file', {
        method: 'POST',
        body,
        headers: { 'content-type': 'multipart/form-data; boundary=x', ...headers },
      });
    const form = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\na,b\r\n--x--\r\n';
    assert.match((await attach(form)).body, /"trouble":"Ada has neither a modal nor the Home open"/);
    assert.equal((await attach('a,b')).status, 400);
    assert.equal((await attach(form, { 'content-type': 'text/csv' })).status, 400);
    assert.equal((await attach(form, { origin: 'http://evil.example' })).status, 403);
    const tooLong = { 'content-length': String(33 * 1024 * 1024), connection: 'close' };
    assert.equal((await attach('', tooLong)).status, 413);
  });

  test('shows files to those who see the message, as plain text', async () => {
    const { slack } = playground;
    const [ada, , , sam] = cast.map(({ userId }) => userId);
    slack.setScopes(slack.workspace.teamId, [...playground.app.scopes, 'files:write']);
    const wanted = { filename: 'page.html', length: 4 };
    const { upload_url, file_id } = await callSlack(slack, 'files.getUploadURLExternal', wanted, 'form');
    await fetch(String(upload_url), { method: 'POST', body: '<b>!' });
    const ofFile = (userId = '') => ask(`/file?${new URLSearchParams({ as: userId, id: String(file_id) })}`);
    assert.equal((await ofFile(ada)).status, 404, 'it is shared nowhere yet');
    const channel = slack
      .as(ada ?? '')
      .channels()
      .find(({ name }) => name === 'inboxes');
    await callSlack(slack, 'files.completeUploadExternal', { files: [{ id: file_id }], channel_id: channel?.id });
    const shown = await ofFile(ada);
    assert.deepEqual([shown.status, shown.body], [200, '<b>!']);
    assert.match(String(shown.headers['content-type']), /^text\/plain/);
    assert.equal((await ofFile(sam)).status, 404);
  });

  test('tells as trouble what a client of Slack would not let one do', async () => {
    for (const refused of [
      { kind: 'submit' },
      { kind: 'close', all: true },
      { kind: 'type', field: 'x', value: 'y' },
    ]) {
      const { status, body } = await act(refused);
      assert.equal(status, 200);
      assert.match(body, /"trouble":"Ada has /);
    }
  });

  test('/invite brings the bot into a private channel, and is nothing elsewhere', async () => {
    const { slack, app } = playground;
    const ada = slack.as(cast[0]?.userId ?? '');
    const channelOf = (name: string) =>
      ada.channels().find((channel) => channel.name === name || channel.kind === name);
    const deals = channelOf('deals');
    const line = `/invite @${app.name}`;
    assert.equal(deals?.members.has(slack.installation.botUserId), false);
    assert.equal((await act({ kind: 'command', line, channelId: deals?.id })).body, '{}');
    assert.equal(deals?.members.has(slack.installation.botUserId), true);
    assert.match((await act({ kind: 'command', line, channelId: channelOf('im')?.id })).body, /Nobody can be invited/);
  });

  test('a port that is taken rejects', async () => {
    await assert.rejects(servePage(playground, cast, { port }), { code: 'EADDRINUSE' });
  });
});
