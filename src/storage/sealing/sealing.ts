import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

const VERSION = 'v1';
const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** One of `ENCRYPTION_KEYS`: `key` has 32 bytes, `id` at most 64 letters, digits, `-` and `_`. */
export type SealingKey = { id: string; key: Uint8Array };

/** The context of a sealed value. The value opens only in the same context. */
export type SealContext = { purpose: string; teamId: string; rowId: string };

export type Sealer = {
  /** Text of the form `v1.<key id>.<base64url of nonce, ciphertext and tag>`. */
  seal(plaintext: string, context: SealContext): string;
  /** @throws SealError, always the same one, whatever the cause. */
  open(sealed: string, context: SealContext): string;
  /** @throws SealError if `sealed` does not have the format of a sealed value. */
  keyIdOf(sealed: string): string;
  /** Whether a key with this id exists. */
  has(keyId: string): boolean;
  primaryKeyId: string;
};

/** One error for a wrong key, a wrong row, a changed byte and garbage, because the difference would help an attacker. */
export class SealError extends Error {
  readonly code = 'not_openable';
  constructor() {
    super('a sealed value could not be opened');
    this.name = 'SealError';
  }
}

/**
 * AES-256-GCM with a random nonce for each value. The key id, purpose, workspace and row are bound in as additional data. The
 * first key seals; all of them open.
 *
 * @throws TypeError if the keys can't be used; the message contains no key.
 */
export function createSealer(keys: SealingKey[]): Sealer {
  const [primary] = keys;
  if (!primary) throw new TypeError('at least one encryption key is needed');
  const byId = new Map<string, KeyObject>();
  for (const { id, key } of keys) {
    if (!KEY_ID.test(id)) throw new TypeError('the id of an encryption key has 1-64 letters, digits, - or _');
    if (key.length !== KEY_BYTES) throw new TypeError(`encryption key ${id} must have ${KEY_BYTES} bytes`);
    if (byId.has(id)) throw new TypeError(`two encryption keys have the id ${id}`);
    // OpenSSL imports a KeyObject once. A Buffer is converted at each call, which takes five times as long.
    byId.set(id, createSecretKey(key));
  }
  const primaryKey = createSecretKey(primary.key);

  return {
    primaryKeyId: primary.id,

    seal(plaintext, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', primaryKey, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(additionalData(primary.id, context));
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      const bytes = Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]);
      return sealedPrefix(primary.id) + bytes.toString('base64url');
    },

    open(sealed, context) {
      const { keyId, bytes } = parseSealed(sealed);
      const key = byId.get(keyId);
      if (!key) throw new SealError();
      try {
        const nonce = bytes.subarray(0, NONCE_BYTES);
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(additionalData(keyId, context));
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        const start = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
        return Buffer.concat([start, decipher.final()]).toString('utf8');
      } catch {
        throw new SealError();
      }
    },

    keyIdOf: (sealed) => parseSealed(sealed).keyId,

    has: (keyId) => byId.has(keyId),
  };
}

/** The prefix of every value sealed with the key. */
export function sealedPrefix(keyId: string): string {
  return `${VERSION}.${keyId}.`;
}

function parseSealed(sealed: unknown): { keyId: string; bytes: Buffer } {
  // SQLite can hold bytes or a number in a text column if someone writes them there.
  if (typeof sealed !== 'string') throw new SealError();
  const [version, keyId, encoded, ...rest] = sealed.split('.');
  if (version !== VERSION || keyId === undefined || encoded === undefined || rest.length > 0) throw new SealError();
  const bytes = Buffer.from(encoded, 'base64url');
  // Node's decoder skips invalid base64url characters, so several texts decode to the same bytes. Only one of them is valid.
  const canonical = bytes.toString('base64url') === encoded;
  if (!KEY_ID.test(keyId) || !canonical || bytes.length < NONCE_BYTES + TAG_BYTES) throw new SealError();
  return { keyId, bytes };
}

/** A JSON list of strings, so that no two contexts have the same text. */
function additionalData(keyId: string, { purpose, teamId, rowId }: SealContext): Buffer {
  return Buffer.from(JSON.stringify([VERSION, keyId, purpose, teamId, rowId]), 'utf8');
}
