import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, mock, test } from 'node:test';
import { connectDirectly } from '../../../src/operations/proxy/connect.ts';
import { downloadFile } from '../../../src/slack/web-api/download-file.ts';
import { createSlackFetch, type SlackFetch } from '../../../src/slack/web-api/slack-fetch.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const TOKEN = 'xoxb-token';

/** What each server was asked for, and the token that came along. */
const asked: { server: string; path: string | undefined; token: string | undefined }[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void = () => {};
const servers = ['ours', 'foreign'].map((name) =>
  createServer((request, response) => {
    asked.push({ server: name, path: request.url, token: request.headers.authorization });
    answer(request, response);
  }),
);
const { fetch, close } = createSlackFetch(connectDirectly);
let [ours, foreign] = ['', ''];

before(async () => {
  const urls = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }),
  );
  [ours = '', foreign = ''] = urls;
});

beforeEach(() => asked.splice(0));

after(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await close();
});

const download = (path: string) => downloadFile({ fetch, apiUrl: `${ours}/api/`, token: TOKEN }, path);

test('the bytes come as they are, for the token', async () => {
  const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x00, 0xff]);
  answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/csv' }).end(bytes);
  const downloaded = await download(`${ours}/files-pri/T1-F1/x.csv?a=b`);
  assert.ok(downloaded.kind === 'file');
  assert.deepEqual(Buffer.from(downloaded.bytes), bytes);
  assert.deepEqual(asked, [{ server: 'ours', path: '/files-pri/T1-F1/x.csv?a=b', token: `Bearer ${TOKEN}` }]);
});

test('redirects are followed on the hosts for files, at most three', async () => {
  answer = ({ url }, response) => {
    const hop = Number(/(\d)$/.exec(url ?? '')?.[1]);
    if (hop === 0) response.end('done');
    else response.writeHead(302, { location: `/hop${hop - 1}` }).end();
  };
  assert.equal((await download(`${ours}/hop3`)).kind, 'file');
  assert.equal(asked.length, 4);
  assert.equal((await download(`${ours}/hop4`)).kind, 'unreachable');
  assert.equal(asked.length, 8);
});

test('nothing is asked of a host that is not for files, wherever the address comes from', async () => {
  for (const url of [
    foreign,
    'https://evil.example/x',
    'https://files.slack.com.evil.example/x',
    'http://files.slack.com/x',
    'https://files.slack.com:8443/x',
    'https://user@evil.example/files.slack.com',
    'file:///etc/passwd',
    'no url',
    '',
  ]) {
    answer = (_request, response) => response.end();
    assert.equal((await download(url)).kind, 'unreachable', url);
    answer = (_request, response) => response.writeHead(302, { location: url || 'http://' }).end();
    assert.notEqual((await download(`${ours}/x`)).kind, 'file', `to ${url}`);
  }
  assert.ok(!asked.some(({ server }) => server === 'foreign'));
});

test("Slack's own hosts for files may be asked, and Slack's API not", async () => {
  const urls: string[] = [];
  const noted: SlackFetch = async (url, init) => {
    urls.push(String(url));
    return fetch(`${ours}/x`, init);
  };
  answer = (_request, response) => response.end('x');
  const from = (url: string) => downloadFile({ fetch: noted, apiUrl: 'https://slack.com/api/', token: TOKEN }, url);
  for (const host of ['files.slack.com', 'files-origin.slack.com']) {
    assert.equal((await from(`https://${host}/files-pri/x`)).kind, 'file');
  }
  for (const host of ['slack.com', 'acme.slack.com']) {
    assert.equal((await from(`https://${host}/x`)).kind, 'unreachable');
  }
  assert.equal(urls.length, 2);
});

for (const [what, respond] of Object.entries<(response: ServerResponse) => void>({
  'a page': (response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<p>'),
  'a page without a type': (response) => response.writeHead(200).end('\n<!DOCTYPE html>'),
  'a way to the page for signing in': (response) =>
    response.writeHead(302, { location: 'https://acme.slack.com/?redir=x' }).end(),
  'a 403': (response) => response.writeHead(403).end(),
  'a 401': (response) => response.writeHead(401).end(),
})) {
  test(`${what} means that the scope is missing`, async () => {
    answer = (_request, response) => respond(response);
    assert.equal((await download(`${ours}/x`)).kind, 'no_scope');
  });
}

test("a person's own web page is a file", async () => {
  answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/csv' }).end('<!doctype html>');
  assert.equal((await download(`${ours}/x`)).kind, 'file');
});

test('a file is read up to 4 MiB, whatever its length is said to be', async () => {
  answer = (_request, response) => response.end(Buffer.alloc(MAX_BYTES, 'x'));
  assert.equal((await download(`${ours}/x`)).kind, 'file');
  answer = (_request, response) => {
    for (let piece = 0; piece < 100; piece += 1) response.write(Buffer.alloc(64 * 1024));
    response.end();
  };
  assert.equal((await download(`${ours}/x`)).kind, 'too_large');
});

test('what is gone or broken is told apart', async () => {
  for (const [status, kind] of [
    [404, 'gone'],
    [410, 'gone'],
    [429, 'unreachable'],
    [500, 'unreachable'],
    [304, 'unreachable'],
  ] as const) {
    answer = (_request, response) => response.writeHead(status).end();
    assert.equal((await download(`${ours}/x`)).kind, kind, String(status));
  }
  answer = ({ socket }) => socket.destroy();
  assert.equal((await download(`${ours}/x`)).kind, 'unreachable');
});

test('a download that hangs ends', async (context) => {
  context.after(() => mock.restoreAll());
  mock.method(AbortSignal, 'timeout', () => AbortSignal.abort());
  answer = () => {};
  assert.equal((await download(`${ours}/x`)).kind, 'unreachable');
});
