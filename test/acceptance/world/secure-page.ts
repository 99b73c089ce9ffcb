import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { findFreePort } from '../../../playground/find-free-port.ts';
import type { Person } from '../../../playground/local-slack/local-slack.ts';
import { MANY_POSTS, startWorld, type World } from './start-bot.ts';

type Options = NonNullable<Parameters<typeof startWorld>[1]>;

export const SECRET = 'planted secret password 7Q';

/** The tokens of all links in something that was shown. */
export function tokensIn(shown: unknown): string[] {
  return [...JSON.stringify(shown ?? '').matchAll(/\/secure#([\w-]{43})"/g)].map(([, token = '']) => token);
}

/** The token of the link on the page that a person sees. */
export function tokenOf(person: Person): string {
  return tokensIn(person.modal()?.view)[0] ?? assert.fail('no link');
}

/** A bot with a secure page. */
export async function startWithPage(context: TestContext, options: Options): Promise<World & { publicUrl: string }> {
  const port = await findFreePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const env = { PORT: String(port), PUBLIC_URL: `${publicUrl}/`, LOG_LEVEL: 'trace' };
  return Object.assign(await startWorld(context, { slack: MANY_POSTS, ...options, env }), { publicUrl });
}

/**
 * As the page's script posts it. `from`: the replica that is asked, if it is not behind the public URL. `pageId`: only a page that
 * waits for a matching code needs one.
 */
export async function post(
  publicUrl: string,
  what: 'look' | 'check' | 'save',
  body: object,
  from = publicUrl,
  pageId = '',
) {
  const response = await fetch(`${from}/secure/${what}`, {
    method: 'POST',
    headers: { origin: publicUrl, 'content-type': 'application/json', 'x-page-id': pageId },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: JSON.stringify(await response.json()) };
}

export const look = (publicUrl: string, token: string) => post(publicUrl, 'look', { token });

export const save = (publicUrl: string, token: string, password = SECRET) => {
  const passwords = { smtp_password: password, imap_password: password };
  return post(publicUrl, 'save', { token, pageId: 'p'.repeat(32), ...passwords, isSure: false });
};

export const GONE = { status: 404, body: '{"kind":"gone"}' };
