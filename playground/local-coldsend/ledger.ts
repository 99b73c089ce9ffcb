import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** `cut`: closed before the answer was complete. `client_left`: the client closed first. */
export type Answered = { status: number; body: unknown } | 'cut' | 'hung' | 'reset' | 'client_left';

/** One request, from when its headers have come; it fills in as the request goes on. No secret stands in it. */
export type LedgerEntry = {
  /** Milliseconds since 1970. */
  at: number;
  /** Counts the connections, so that reuse can be seen. */
  connection: number;
  method: string;
  /** As requested, with the query. */
  path: string;
  /** Names in lower case; keys only with their last four characters. */
  headers: Record<string, string>;
  /** The name of the key; undefined where it is none that was ever given out. */
  key: string | undefined;
  /** Parsed, passwords masked; undefined until read, and where it is not JSON. */
  body: unknown;
  /** `digestPassword` of each password at the top of the body, to compare with what was typed. */
  passwordDigests: Record<string, string>;
  bodyComplete: boolean;
  /** Each way in which the request is not the documented one; empty until it is read. */
  contractErrors: string[];
  /** Undefined until it is decided. */
  answered: Answered | undefined;
};

export type Ledger = {
  entries: LedgerEntry[];
  /** To be called when the entry has changed; `read` says that nothing more of its request will come. */
  changed(entry: LedgerEntry, what: 'opened' | 'read' | 'answered'): void;
  onRequest(listener: (entry: LedgerEntry) => void): () => void;
  onChange(listener: () => void): () => void;
  waitFor(predicate: (entry: LedgerEntry) => boolean): Promise<LedgerEntry>;
  close(): void;
};

export const MASK = '********';

export function createLedger(): Ledger {
  const entries: LedgerEntry[] = [];
  const listeners = new Set<(entry: LedgerEntry) => void>();
  const changeListeners = new Set<() => void>();
  const waiting = new Set<{ check: (entry: LedgerEntry) => void; giveUp: () => void }>();

  return {
    entries,
    changed(entry, what) {
      if (what === 'opened') entries.push(entry);
      for (const { check } of [...waiting]) check(entry);
      if (what === 'read') for (const listener of [...listeners]) listener(entry);
      for (const listener of [...changeListeners]) listener();
    },
    onRequest(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onChange(listener) {
      changeListeners.add(listener);
      return () => changeListeners.delete(listener);
    },
    waitFor(predicate) {
      const past = entries.find(predicate);
      if (past !== undefined) return Promise.resolve(past);
      return new Promise((resolve, reject) => {
        const waiter = {
          check(entry: LedgerEntry) {
            if (!predicate(entry)) return;
            waiting.delete(waiter);
            resolve(entry);
          },
          giveUp: () => reject(new Error('the local ColdSend was closed before such a request came')),
        };
        waiting.add(waiter);
      });
    },
    close() {
      for (const { giveUp } of waiting) giveUp();
      waiting.clear();
      listeners.clear();
      changeListeners.clear();
    },
  };
}

/** What `passwordDigests` holds for a password: SHA-256, hex. */
export function digestPassword(password: string): string {
  return createHash('sha256').update(password).digest('hex');
}

export function digestPasswords(body: unknown): Record<string, string> {
  if (typeof body !== 'object' || body === null) return {};
  const digests: Record<string, string> = {};
  for (const [field, value] of Object.entries(body)) {
    if (isPassword(field) && typeof value === 'string') digests[field] = digestPassword(value);
  }
  return digests;
}

/** A copy of a JSON value in which each password, however deep, is masked. */
export function maskPasswords(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(maskPasswords);
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([field, value]) => [field, isPassword(field) ? MASK : maskPasswords(value)]),
  );
}

export function maskHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const masked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const text = Array.isArray(value) ? value.join(', ') : (value ?? '');
    masked[name] = name === 'x-api-key' || name === 'authorization' ? lastFour(text) : text;
  }
  return masked;
}

function lastFour(secret: string): string {
  return secret.length < 12 ? '…' : `…${secret.slice(-4)}`;
}

function isPassword(field: string): boolean {
  return /password/i.test(field);
}
