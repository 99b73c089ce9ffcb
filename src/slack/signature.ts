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
 * Whether Slack signed this body.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 *
 * @param signature the header X-Slack-Signature
 */
export function isSigned(key: KeyObject, timestamp: string, body: Buffer, signature: string | undefined): boolean {
  const expected = `v0=${createHmac('sha256', key).update(`v0:${timestamp}:`).update(body).digest('hex')}`;
  return signature?.length === expected.length && timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
}
