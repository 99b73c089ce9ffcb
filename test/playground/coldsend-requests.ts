import type { TestContext } from 'node:test';
import { Agent, request } from 'undici';
import {
  type LocalColdsend,
  type LocalColdsendOptions,
  startLocalColdsend,
} from '../../playground/local-coldsend/local-coldsend.ts';

export const KEY = 'cs_live_test0000000000000000000000000000abcd';

export const OTHER_KEY = 'cs_live_test0000000000000000000000000000wxyz';

export const JANE = {
  email_address: 'jane@acme.com',
  display_name: 'Jane',
  inbox_type: 'CUSTOM_SMTP',
  smtp_host: 'smtp.acme.com',
  smtp_port: 587,
  smtp_username: 'jane@acme.com',
  smtp_password: 'planted smtp secret',
  imap_host: 'imap.acme.com',
  imap_port: 993,
  imap_username: 'jane@acme.com',
  imap_password: 'planted imap secret',
  daily_limit: 30,
  smtp_use_tls: false,
  imap_use_ssl: true,
};

export const FORBIDDEN_TEXT = 'Missing API key scopes: sender_accounts:write';

export async function start(t: TestContext, options?: LocalColdsendOptions): Promise<LocalColdsend> {
  const coldsend = await startLocalColdsend(options);
  t.after(() => coldsend.close());
  coldsend.addKey(KEY);
  return coldsend;
}

export type Sent = {
  key?: string | undefined;
  path?: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

/** Sends `body` as JSON, or as it is where it is text or bytes, on a connection of its own. */
export async function post({ url }: LocalColdsend, body: unknown, sent: Sent = {}) {
  const { key = KEY, path = '/sender-accounts', method = 'POST', headers, signal } = sent;
  const dispatcher = new Agent({ pipelining: 0 });
  try {
    const response = await request(url + path, {
      method,
      dispatcher,
      ...(signal === undefined ? {} : { signal }),
      headers: { 'Content-Type': 'application/json', ...(key === '' ? {} : { 'X-API-Key': key }), ...headers },
      body: method === 'GET' ? null : typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body),
    });
    const text = await response.body.text();
    return { status: response.statusCode, headers: response.headers, text, body: parseOrText(text) };
  } finally {
    await dispatcher.destroy();
  }
}

export function parseOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
