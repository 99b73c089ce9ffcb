import type { AddedAccount } from './accounts.ts';
import { type Answer, invalidKey, rateLimited, refusal } from './answer/answer.ts';
import type { IssuedKey } from './check-request.ts';
import type { Taken } from './rate-windows.ts';

/** A call about one inbox: `POST …/{inbox_id}/test-email` or `DELETE …/{inbox_id}`. */
export type InboxCall = { kind: 'test_email' | 'remove'; inboxId: string };

/** What an answer does: the account that it removes. */
export type InboxDecision = { answer: Answer; toRemove: AddedAccount | undefined };

/** The call that a request makes; undefined where it is none about one inbox. */
export function findInboxCall(method: string | undefined, pathname: string, addPath: string): InboxCall | undefined {
  const accounts = addPath.replace(/\/smtp$/, '');
  if (!pathname.startsWith(`${accounts}/`)) return undefined;
  const [id = '', action, ...more] = pathname.slice(accounts.length + 1).split('/');
  if (id === '' || more.length > 0) return undefined;
  const inboxId = decodeURIComponent(id);
  if (method === 'POST' && action === 'test-email') return { kind: 'test_email', inboxId };
  return method === 'DELETE' && action === undefined ? { kind: 'remove', inboxId } : undefined;
}

/** ColdSend's own answer to such a call. `account` is the customer's with that id. */
export function answerInboxCall(
  { kind }: InboxCall,
  facts: { key: IssuedKey | undefined; rate: Taken | undefined; json: unknown; account: AddedAccount | undefined },
  nowMs: number,
): InboxDecision {
  const { key, rate, account, json } = facts;
  if (key === undefined || key.revoked) return { answer: invalidKey(), toRemove: undefined };
  if (rate?.retryAfterSeconds !== undefined)
    return { answer: rateLimited(rate.retryAfterSeconds), toRemove: undefined };
  if (account === undefined) return { answer: refusal(404, 'Inbox not found'), toRemove: undefined };
  const { inbox_id } = account;
  if (kind === 'remove') {
    return { answer: said({ success: true, message: 'Sender account removed', inbox_id }), toRemove: account };
  }
  const recipient_email = recipientIn(json);
  if (recipient_email === undefined) {
    const missing = { loc: ['body', 'recipient_email'], msg: 'Field required', type: 'missing' };
    return { answer: refusal(422, [missing]), toRemove: undefined };
  }
  const sent_at = new Date(nowMs).toISOString();
  const message = 'Test email sent successfully';
  const inbox_email = account.email_address;
  const answer = said({ success: true, message, inbox_id, inbox_email, recipient_email, sent_at, message_id: null });
  return { answer, toRemove: undefined };
}

function said(body: object): Answer {
  return { status: 200, headers: {}, body, documented: false };
}

function recipientIn(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !('recipient_email' in json)) return undefined;
  const { recipient_email } = json;
  const isValid = typeof recipient_email === 'string' && recipient_email.length >= 5 && recipient_email.length <= 255;
  return isValid ? recipient_email : undefined;
}
