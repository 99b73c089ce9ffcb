import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** Slack says five minutes; we hold requests from the future to it as well. */
const LARGEST_SKEW_S = 300;

/** A KeyObject, since an HMAC with one costs a sixth of one with a Buffer. */
export function createSigningKey(signingSecret: string): KeyObject {
  return createSecretKey(signingSecret, 'utf8');
}

/**
 * Whether the time a request claims to be from is within five minutes of `now` in either direction.
 *
 * @param timestamp the header X-Slack-Request-Timestamp, in seconds
 * @param now milliseconds since 1970
 */
export function isFresh(timestamp: string | undefined, now: number): timestamp is string {
  return (
    timestamp !== undefined &&
    /^\d{1,12}$/.test(timestamp) &&
    Math.abs(now / 1000 - Number(timestamp)) <= LARGEST_SKEW_S
  );
}

/**
 * Whether the headers have the form that Slack gives them; what has not is refused before anything is read or computed.
 *
 * @param signature the header X-Slack-Signature
 */
export function looksSigned(timestamp: string, signature: string): boolean {
  return /^\d{1,12}$/.test(timestamp) && /^v0=[0-9a-f]{64}$/.test(signature);
}

/**
 * Whether Slack signed this body.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 *
 * @param signature the header X-Slack-Signature
 */
export function isSigned(key: KeyObject, timestamp: string, body: Buffer, signature: string | undefined): boolean {
  const digest = createHmac('sha256', key).update(`v0:${timestamp}:`).update(body).digest('hex');
  // By bytes: a character above 0x7F is one in a header, and two here.
  const [expected, given] = [Buffer.from(`v0=${digest}`), Buffer.from(signature ?? '')];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
