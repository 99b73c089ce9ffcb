import type { SecureWorld } from './start-secure-page.ts';
import { TOKEN } from './start-secure-page.ts';

export const PAGE_ID = 'p'.repeat(32);
export const PASSWORDS = { smtp_password: 'planted-secret-7Q', imap_password: 'planted-secret-7Q' };
export const SAVE = { token: TOKEN, pageId: PAGE_ID, ...PASSWORDS, isSure: false };

/** What only a page that may go on gets. */
export const LOOK_SHOWS = /"kind":"password".*"address":"jane@acme\.com"/;

/** As the page's script posts it. */
export function post(
  { publicUrl }: Pick<SecureWorld, 'publicUrl'>,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${publicUrl}/secure/${path}`, {
    method: 'POST',
    headers: { origin: publicUrl, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}
