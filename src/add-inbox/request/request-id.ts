/** Crockford's base 32, which leaves out characters that look or sound like others. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const LENGTH = 12;

/**
 * A new reference for a request, with 60 bits of randomness. It appears in the log and in messages.
 *
 * @param randomBytes as in node:crypto
 */
export function createRequestId(randomBytes: (size: number) => Uint8Array): string {
  return Array.from(randomBytes(LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
