import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { parse } from 'node:querystring';
import { Pool } from 'undici';
import type { SenderAccount } from '../../src/add-inbox/account/sender-account.ts';
import { listen } from '../listen.ts';
import { isReady, message, notice, readAccount, settings, views } from './plain-app.ts';

/** The job with as little as there can be: node:http, the signature, an undici pool. */
const { origin, pathname } = new URL(settings.slackApiUrl);
const pool = new Pool(origin);
const key = createSecretKey(settings.signingSecret, 'utf8');
const [who, how] = [JSON.stringify(views.who), JSON.stringify({ response_action: 'update', view: views.how })];

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature } = request.headers;
    const digest = createHmac('sha256', key).update(`v0:${timestamp}:`).update(body).digest('hex');
    const [given, expected] = [Buffer.from(String(signature)), Buffer.from(`v0=${digest}`)];
    const isFresh = Math.abs(Date.now() / 1000 - Number(timestamp)) < 300;
    if (!isFresh || given.length !== expected.length || !timingSafeEqual(given, expected)) answer(response, 401, '');
    else void handle(parse(body.toString()), response);
  });
});

isReady(await listen(server));

async function handle(form: ReturnType<typeof parse>, response: ServerResponse): Promise<void> {
  if (typeof form.payload !== 'string') {
    answer(response, 200, '');
    await slack('views.open', { trigger_id: String(form.trigger_id), view: who });
    return;
  }
  const { view } = JSON.parse(form.payload);
  if (view.callback_id === 'add_inbox_who') return answer(response, 200, how);
  const { account, errors } = readAccount(view);
  if (account === undefined) return answer(response, 200, JSON.stringify({ response_action: 'errors', errors }));
  const accepted = { response_action: 'update', view: notice(`Adding ${account.email_address}`) };
  answer(response, 200, JSON.stringify(accepted));
  if (!settings.endsAtAck) await add(account, view.id);
}

async function add(account: SenderAccount, viewId: string): Promise<void> {
  const { ts } = await post('chat.postMessage', account, 'is being added');
  const { statusCode: _statusCode, body } = await pool.request({
    method: 'POST',
    path: new URL(settings.coldsendUrl).pathname,
    headers: { 'x-api-key': settings.coldsendKey, 'content-type': 'application/json' },
    body: JSON.stringify(account),
  });
  const { overall_status } = (await body.json()) as { overall_status: string };
  await post('chat.postMessage', account, overall_status, { thread_ts: ts });
  await post('chat.update', account, overall_status, { ts });
  await slack('views.update', { view_id: viewId, view: JSON.stringify(notice(overall_status)) });
}

function post(method: string, account: SenderAccount, words: string, more = {}): Promise<{ ts: string }> {
  const { channel, text, blocks } = message(account, words);
  return slack(method, { channel, text, blocks: JSON.stringify(blocks), ...more });
}

async function slack(method: string, args: Record<string, string>): Promise<{ ts: string }> {
  const { body } = await pool.request({
    method: 'POST',
    path: `${pathname}${method}`,
    headers: {
      authorization: `Bearer ${settings.botToken}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(args).toString(),
  });
  return (await body.json()) as { ts: string };
}

function answer(response: ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body);
}
