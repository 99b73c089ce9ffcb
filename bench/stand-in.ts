import { createServer, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { ID } from './clock.ts';
import { createMessageReader } from './http-messages.ts';
import { listen } from './listen.ts';

/*
 * Slack's Web API and ColdSend in one process that only answers: no rules, no memory. Tells whoever connects to its second
 * port of each call that the benchmark waits for, one `<kind> <id>` a line.
 */

const { values: options } = parseArgs({ options: { 'slack-delay': { type: 'string', default: '0' } } });
const slackDelayMs = Number(options['slack-delay']);

const ANSWERS: Record<string, string> = {
  'auth.test': json({ team_id: 'T1', user_id: 'U0BOT', bot_id: 'B1', team: 'Acme', user: 'inbox-bot' }),
  'users.info': json({ user: { id: 'U1', team_id: 'T1', is_admin: true } }),
  'views.open': json({ view: { id: 'V1', hash: '1.a' } }),
  'views.update': json({ view: { id: 'V1', hash: '1.a' } }),
  'chat.getPermalink': json({ permalink: 'https://acme.slack.com/archives/C1/p1700000000000100' }),
  'chat.update': json({ channel: 'C1', ts: '1700000000.000100' }),
};

const SCOPES = 'x-oauth-scopes: commands,chat:write,chat:write.public,users:read\r\n';

const listeners = new Set<Socket>();

const events = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('close', () => listeners.delete(socket));
  listeners.add(socket);
});

const apis = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => {});
  const read = createMessageReader(({ startLine, body }) => {
    const path = startLine.split(' ')[1] ?? '';
    if (path.startsWith('/api/')) answerSlack(socket, path.slice('/api/'.length), body);
    else {
      tell('sent', body);
      socket.write(answerColdsend(body));
    }
  });
  socket.on('data', read);
});

process.send?.({ port: await listen(apis), eventsPort: await listen(events) });

function answerSlack(socket: Socket, method: string, body: string): void {
  tell(kindOf(method, body), body);
  const answer = http(200, method === 'chat.postMessage' ? posted() : (ANSWERS[method] ?? json({})), SCOPES);
  if (slackDelayMs === 0) socket.write(answer);
  else setTimeout(() => socket.write(answer), slackDelayMs);
}

let messages = 0;

/** Each message has a `ts` of its own: inboxes with the same one would be tries of one inbox. */
function posted(): string {
  messages += 1;
  return json({ channel: 'C1', ts: `1700000001.${String(messages).padStart(6, '0')}` });
}

type Kind = 'opened' | 'sent' | 'replied' | 'finished' | 'published' | 'identified';

function tell(kind: Kind | undefined, body: string): void {
  if (kind === undefined) return;
  const line = `${kind} ${ID.exec(body)?.[0] ?? ''}\n`;
  for (const listener of listeners) listener.write(line);
}

/**
 * What this call is: the form stands there, the thread of a job has its reply, the form shows the outcome; somebody's Home; a
 * bot's look at its token.
 */
function kindOf(method: string, body: string): Kind | undefined {
  if (method === 'views.open') return 'opened';
  if (method === 'chat.postMessage' && body.includes('thread_ts=')) return 'replied';
  if (method === 'views.publish') return 'published';
  if (method === 'auth.test') return 'identified';
  return method === 'views.update' ? 'finished' : undefined;
}

function answerColdsend(body: string): string {
  const added = {
    success: true,
    message: 'Sender account added',
    inbox_id: 'b4f0a7c2-3d1e-4f5a-8b6c-7d8e9f0a1b2c',
    email_address: /"email_address":"([^"]+)"/.exec(body)?.[1] ?? '',
    display_name: 'Jane Doe',
    inbox_type: 'GOOGLE_WORKSPACE',
    daily_limit: 100,
    overall_status: 'ACTIVE',
    created_at: '2025-01-01T00:00:00Z',
  };
  return http(200, JSON.stringify(added));
}

function json(answer: object): string {
  return JSON.stringify({ ok: true, ...answer });
}

function http(status: number, body: string, headers = ''): string {
  return `HTTP/1.1 ${status} OK\r\ncontent-type: application/json\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;
}
