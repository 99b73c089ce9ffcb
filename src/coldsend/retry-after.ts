import type { AnswerHeaders } from './answer.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** `Retry-After: 0` must not become a busy loop. */
const SHORTEST_MS = SECOND_MS;
const MAX_MS = 60 * MINUTE_MS;

/** A wait of over a day is a mistake, because no limit of ColdSend lasts longer than an hour. */
const ABSURD_MS = 24 * 60 * MINUTE_MS;

const IN_WORDS =
  /\b(?:retry|try again|wait)\D{0,40}(?<![-.\d])(\d{1,9}(?:\.\d+)?)\s*(s|secs?|seconds?|m|mins?|minutes?)\b/i;

/**
 * The wait that a 429 asks for, in milliseconds from 1 s to 1 h. The sources are `Retry-After`, then the seconds in the words of
 * `detail`, then `X-RateLimit-Reset`. An invalid value (negative, in the past, over a day, garbage) is skipped for the next
 * source.
 *
 * @param now milliseconds since 1970
 * @returns undefined if no source has a valid value
 */
export function findRateLimitWaitMs(
  headers: AnswerHeaders,
  detail: string | undefined,
  now: number,
): number | undefined {
  return findRetryAfterMs(headers, now) ?? fromWords(detail ?? '') ?? fromReset(headers, now);
}

/** The wait from `Retry-After` (RFC 9110: seconds, or an HTTP date), in milliseconds from 1 s to 1 h. */
export function findRetryAfterMs(headers: AnswerHeaders, now: number): number | undefined {
  const value = firstOf(headers, 'retry-after');
  if (value === undefined) return undefined;
  const seconds = parseDecimal(value);
  if (seconds !== undefined) return asWait(seconds * SECOND_MS);
  const date = parseHttpDate(value);
  return date === undefined ? undefined : untilMs(date, headers, now);
}

function fromWords(detail: string): number | undefined {
  const [, amount, unit] = IN_WORDS.exec(detail) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  return asWait(Number(amount) * (unit.toLowerCase().startsWith('m') ? MINUTE_MS : SECOND_MS));
}

function fromReset(headers: AnswerHeaders, now: number): number | undefined {
  const seconds = parseDecimal(firstOf(headers, 'x-ratelimit-reset') ?? '');
  return seconds === undefined ? undefined : untilMs(seconds * SECOND_MS, headers, now);
}

/** The server's time is compared with the server's clock, because ours may be off by a day. */
function untilMs(time: number, headers: AnswerHeaders, now: number): number | undefined {
  const serverNow = parseHttpDate(firstOf(headers, 'date') ?? '');
  const byServer = serverNow === undefined ? undefined : asWait(time - serverNow);
  return byServer ?? asWait(time - now);
}

function asWait(ms: number): number | undefined {
  if (!(ms >= 0 && ms <= ABSURD_MS)) return undefined;
  return Math.ceil(Math.min(Math.max(ms, SHORTEST_MS), MAX_MS));
}

function parseDecimal(text: string): number | undefined {
  return /^\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
}

/**
 * The three date formats of RFC 9110. `Date.parse` alone accepts nearly anything. The asctime format has no zone but is GMT too.
 */
function parseHttpDate(text: string): number | undefined {
  if (text.length > 40 || !/^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i.test(text)) return undefined;
  const time = Date.parse(/ GMT$/i.test(text) ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : time;
}

function firstOf(headers: AnswerHeaders, name: string): string | undefined {
  const value = headers[name];
  return (typeof value === 'string' ? value : value?.[0])?.trim();
}
