import { SlackApiError } from './web-api-method.ts';

const DEFAULT_LIMIT = 100;
const MOST = 1_000;

/** One page of a list, with the cursor of the next (empty at the end) as Slack answers it. */
export function takePage<T>(
  all: T[],
  cursor: string | undefined,
  limit: number | undefined,
): { items: T[]; response_metadata: { next_cursor: string } } {
  const from =
    cursor === undefined || cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString().replace('at:', ''));
  if (!Number.isInteger(from)) throw new SlackApiError('invalid_cursor');
  if (limit !== undefined && limit > MOST) throw new SlackApiError('invalid_limit');
  const size = limit === undefined || limit === 0 ? DEFAULT_LIMIT : limit;
  const next = from + size < all.length ? Buffer.from(`at:${from + size}`).toString('base64') : '';
  return { items: all.slice(from, from + size), response_metadata: { next_cursor: next } };
}
