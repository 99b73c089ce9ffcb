import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { parse } from 'node:querystring';
import { Pool } from 'undici';
import type { AccountToAdd, SenderAccount } from '../../src/add-inbox/account/sender-account.ts';
import { listen } from '../listen.ts';
import { type Accept, isReady, message, notice, readAccount, settings, views } from './plain-app.ts';

/* What both floors share: node:http, the signature, an undici pool. */

const { origin, pathname } = new URL(settings.slackApiUrl);
const pool = new Pool(origin);
const coldsendPath = new URL(settings.coldsendUrl).pathname;
const key = createSecretKey(settings.signingSecret, 'utf8');
const [who, how] = [JSON.stringify(views.who), JSON.stringify({ response_action: 'update', view: views.how })];

export async function startFloor(accept: Accept): Promise<void> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => receive(request, Buffer.concat(chunks), response, accept));
  });
  isReady(await listen(server));
}

function receive({ headers }: IncomingMessage, body: Buffer, response: ServerResponse, accept: Accept): void {
  const { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature } = headers;
  const digest = createHmac('sha256', key).update(`v0:${timestamp}:`).update(body).digest('hex');
  const [given, expected] = [Buffer.from(String(signature)), Buffer.from(`v0=${digest}`)];
  const isFresh = Math.abs(Date.now() / 1000 - Number(timestamp)) < 300;
  if (!isFresh || given.length !== expected.length || !timingSafeEqual(given, expected)) answer(response, 401, '');
  else void handle(parse(body.toString()), response, accept);
}

async function handle(form: ReturnType<typeof parse>, response: ServerResponse, accept: Accept): Promise<void> {
  if (typeof form.payload !== 'string') {
    answer(response, 200, '');
    await slack('views.open', { trigger_id: String(form.trigger_id), view: who });
    return;
  }
  const { view } = JSON.parse(form.payload);
  if (view.callback_id === 'add_inbox_who') return answer(response, 200, how);
  const { account, errors } = readAccount(view);
  if (account === undefined) return answer(response, 200, JSON.stringify({ response_action: 'errors', errors }));
  const afterAck = await accept({ viewId: view.id, account });
  const accepted = { response_action: 'update', view: notice(`Adding ${account.email_address}`) };
  answer(response, 200, JSON.stringify(accepted));
  if (!settings.endsAtAck) await afterAck?.();
}

export async function announce(account: AccountToAdd): Promise<string> {
  const { ts } = await post('chat.postMessage', account, 'is being added');
  return ts;
}

export async function addSenderAccount(account: SenderAccount): Promise<string> {
  const { body } = await pool.request({
    method: 'POST',
    path: coldsendPath,
    headers: { 'x-api-key': settings.coldsendKey, 'content-type': 'application/json' },
    body: JSON.stringify(account),
  });
  const { overall_status } = (await body.json()) as { overall_status: string };
  return overall_status;
}

export async function tell(viewId: string, account: AccountToAdd, ts: string, status: string): Promise<void> {
  await post('chat.postMessage', account, status, { thread_ts: ts });
  await post('chat.update', account, status, { ts });
  await slack('views.update', { view_id: viewId, view: JSON.stringify(notice(status)) });
}

function post(method: string, account: AccountToAdd, words: string, more = {}): Promise<{ ts: string }> {
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
