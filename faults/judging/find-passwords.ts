import { createDecipheriv } from 'node:crypto';

const NONCE_BYTES = 12;
const SEALED = /v1\.[A-Za-z0-9_-]{1,64}\.([A-Za-z0-9_-]{40,})/g;

/**
 * Passwords that can be read in the bytes of a database: as they are, or sealed with the key that we still hold. Each sealed
 * value is opened without looking at its tag, so that one that was torn from its row or cut off is found too.
 *
 * @param key the 32 bytes of the encryption key
 */
export function findPasswords(bytes: Buffer, passwords: string[], key: Uint8Array): string[] {
  const text = bytes.toString('latin1');
  const found = new Set(passwords.filter((password) => text.includes(password)));
  for (const [, encoded = ''] of text.matchAll(SEALED)) {
    const opened = openWithoutTag(Buffer.from(encoded, 'base64url'), key);
    for (const password of passwords) if (opened.includes(password)) found.add(password);
  }
  return [...found];
}

function openWithoutTag(sealed: Buffer, key: Uint8Array): string {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
  return decipher.update(sealed.subarray(NONCE_BYTES)).toString('latin1');
}
