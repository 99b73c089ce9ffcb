import assert from 'node:assert/strict';
import type { Person } from '../../../playground/local-slack/local-slack.ts';

export const SECRET = 'planted secret password 7Q';

/** The tokens of all links in something that was shown. */
export function tokensIn(shown: unknown): string[] {
  return [...JSON.stringify(shown ?? '').matchAll(/\/secure#([\w-]{43})"/g)].map(([, token = '']) => token);
}

/** The token of the link on the page that a person sees. */
export function tokenOf(person: Person): string {
  return tokensIn(person.modal()?.view)[0] ?? assert.fail('no link');
}

/** As the page's script posts it. `from`: the replica that is asked, if it is not behind the public URL. */
export async function post(publicUrl: string, what: 'look' | 'check' | 'save', body: object, from = publicUrl) {
  const response = await fetch(`${from}/secure/${what}`, {
    method: 'POST',
    headers: { origin: publicUrl, 'content-type': 'application/json' },
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
