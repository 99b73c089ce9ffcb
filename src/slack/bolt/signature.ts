import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** Slack recommends five minutes; the limit also applies to requests from the future. */
const LARGEST_SKEW_S = 300;

/** Returns a KeyObject, since an HMAC with a KeyObject costs a sixth of one with a Buffer. */
export function createSigningKey(signingSecret: string): KeyObject {
  return createSecretKey(signingSecret, 'utf8');
}

/**
 * Checks that a request's timestamp is within five minutes of `now` in either direction.
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
 * Checks that the headers have Slack's format. Any other request is refused before its body is read or hashed.
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
  // Compares bytes: a header character above 0x7F becomes two bytes here.
  const [expected, given] = [Buffer.from(`v0=${digest}`), Buffer.from(signature ?? '')];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
