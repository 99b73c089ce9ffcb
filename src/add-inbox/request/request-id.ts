/** Crockford's base 32: no two characters look or sound alike. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const LENGTH = 12;

/**
 * A new reference for a request, 60 bits of randomness: it stands in the log and in the messages.
 *
 * @param randomBytes as in node:crypto
 */
export function createRequestId(randomBytes: (size: number) => Uint8Array): string {
  return Array.from(randomBytes(LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
