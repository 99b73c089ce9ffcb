import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { TestContext } from 'node:test';
import {
  type JsonObject,
  type LocalSlack,
  type LocalSlackOptions,
  startLocalSlack,
} from '../../../playground/local-slack/local-slack.ts';

export type Received = { headers: IncomingHttpHeaders; body: string; payload: JsonObject };
export type TestAnswer = { status?: number; body?: string | JsonObject } | 'hang';

/** A local Slack that is closed when the test ends. */
export async function slackFor(t: TestContext, options: LocalSlackOptions = {}): Promise<LocalSlack> {
  const slack = await startLocalSlack(options);
  t.after(() => slack.close());
  return slack;
}

/** An app behind HTTP: hands each request to `answer`, checks nothing, keeps what it received. */
export async function startTestApp(
  t: TestContext,
  answer: (received: Received) => TestAnswer | Promise<TestAnswer> = () => ({}),
): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const one = { headers: request.headers, body, payload: parsePayload(body) };
    received.push(one);
    const given = await answer(one);
    if (given === 'hang') return;
    const isJson = typeof given.body === 'object';
    response.writeHead(given.status ?? 200, { 'content-type': isJson ? 'application/json' : 'text/plain' });
    response.end(isJson ? JSON.stringify(given.body) : (given.body ?? ''));
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${port}/slack/events`, received };
}

/** One Web API call with the default installation's token. */
export async function call(
  slack: LocalSlack,
  method: string,
  args: JsonObject = {},
  token: string | null = slack.installation.botToken,
): Promise<JsonObject & { ok: boolean; error?: string }> {
  const answer = await fetch(`${slack.apiUrl}${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(args),
  });
  return answer.json() as Promise<JsonObject & { ok: boolean; error?: string }>;
}

export function isSigned(slack: LocalSlack, { headers, body }: Received): boolean {
  const base = `v0:${headers['x-slack-request-timestamp']}:${body}`;
  const expected = createHmac('sha256', slack.app.signingSecret).update(base).digest('hex');
  return headers['x-slack-signature'] === `v0=${expected}`;
}

export function plain(text: string): JsonObject {
  return { type: 'plain_text', text };
}

export function modal(blocks: JsonObject[], more: JsonObject = {}): JsonObject {
  return { type: 'modal', title: plain('Form'), submit: plain('Add'), blocks, ...more };
}

export function textInput(blockId: string, element: JsonObject = {}, more: JsonObject = {}): JsonObject {
  return {
    type: 'input',
    block_id: blockId,
    label: plain(`Label of ${blockId}`),
    element: { type: 'plain_text_input', action_id: 'value', ...element },
    ...more,
  };
}

function parsePayload(body: string): JsonObject {
  if (body.startsWith('{')) return JSON.parse(body);
  const form = new URLSearchParams(body);
  const payload = form.get('payload');
  return payload === null ? Object.fromEntries(form) : JSON.parse(payload);
}
