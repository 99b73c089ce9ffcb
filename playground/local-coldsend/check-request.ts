import {
  ADD_SCOPES,
  type Answer,
  fieldErrors,
  invalidKey,
  missingScopes,
  rateLimited,
  refusal,
} from './answer/answer.ts';
import type { AccountBody, CheckedBody } from './contract.ts';
import type { Taken } from './rate-windows.ts';

/** A key that was given out. */
export type IssuedKey = { name: string; customer: string; scopes: string[]; revoked: boolean };

export type Facts = {
  method: string | undefined;
  pathname: string;
  addPath: string;
  keyText: string | undefined;
  key: IssuedKey | undefined;
  rate: Taken | undefined;
  body: CheckedBody;
};

export type Checked = { ok: true; key: IssuedKey; account: AccountBody } | { ok: false; refusal: Answer };

/** The checks before an account is looked up, in ColdSend's order: path, method, key, scopes, rate, body. */
export function checkRequest({ method, pathname, addPath, keyText, key, rate, body }: Facts): Checked {
  if (pathname !== addPath) return refuse(refusal(404, 'Not Found'));
  if (method !== 'POST') return refuse({ ...refusal(405, 'Method Not Allowed'), headers: { Allow: 'POST' } });
  if (keyText === undefined || keyText === '') return refuse(refusal(401, 'API key required'));
  if (key === undefined || key.revoked) return refuse(invalidKey());
  if (!key.scopes.some((scope) => ADD_SCOPES.includes(scope))) return refuse(missingScopes());
  if (rate?.retryAfterSeconds !== undefined) return refuse(rateLimited(rate.retryAfterSeconds));
  if (!body.ok) return refuse(fieldErrors(body.errors));
  return { ok: true, key, account: body.account };
}

function refuse(answer: Answer): Checked {
  return { ok: false, refusal: answer };
}
