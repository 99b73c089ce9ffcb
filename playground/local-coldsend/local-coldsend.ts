import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { type AddedAccount, createAccounts } from './accounts.ts';
import type { IssuedKey } from './check-request.ts';
import { loadContract } from './contract.ts';
import { handleRequest } from './handle-request.ts';
import { createLedger, type LedgerEntry } from './ledger.ts';
import { createRateWindows, type RateLimit } from './rate-windows.ts';
import type { Script } from './script.ts';
import { createScriptQueue, type ScriptAim } from './script-queue.ts';

export type LocalColdsendOptions = {
  /** 0, the default, takes a free one; always on 127.0.0.1. */
  port?: number;
  /** Newer deployments of ColdSend have `/sender-accounts/smtp`. */
  path?: string;
  /** Milliseconds since 1970: the clock of the rate limits and of `created_at`. */
  now?: () => number;
  rateLimits?: RateLimit[];
};

export type KeyOptions = {
  scopes?: string[];
  /** How the ledger calls the key; `key 1`, `key 2`, … by default. */
  name?: string;
  /** Whose key it is: keys of one customer share the accounts. By default each key is a customer's only one. */
  customer?: string;
};

export type LocalColdsend = {
  /** The base URL, as `COLDSEND_API_URL` takes it. */
  url: string;
  addKey(key: string, options?: KeyOptions): void;
  revokeKey(key: string): void;
  answerNext(script: Script, aim?: ScriptAim): void;
  /** For each request that `answerNext` has nothing for; undefined ends it. Those that add an inbox, unless said otherwise. */
  answerAlways(script: Script | undefined, about?: 'adding' | 'added'): void;
  readonly accounts: readonly AddedAccount[];
  /** Every request, in the order in which their headers came. */
  readonly ledger: readonly LedgerEntry[];
  /** Calls `listener` once for each request, as soon as it is read, before it is answered. Returns the end of it. */
  onRequest(listener: (entry: LedgerEntry) => void): () => void;
  /** Calls `listener` whenever something in the ledger has changed. Returns the end of it. */
  onChange(listener: () => void): () => void;
  /** The first request for which `predicate` holds, now or later. Rejects when the server is closed first. */
  waitFor(predicate: (entry: LedgerEntry) => boolean): Promise<LedgerEntry>;
  /** Forgets requests, accounts, scripts and used-up rates, and breaks off what is unanswered. Keys stay. */
  reset(): void;
  /** Also ends the connections that hang. */
  close(): Promise<void>;
};

const BASE_PATH = '/api/public/v1';

/** ColdSend's default limits for each key. */
const RATE_LIMITS: RateLimit[] = [
  { requests: 100, seconds: 60 },
  { requests: 1000, seconds: 3600 },
];

/**
 * Starts a stand-in for ColdSend's public API that keeps to coldsend.openapi.yaml and answers as it is told to.
 * Rejects where the port is taken.
 */
export async function startLocalColdsend(options: LocalColdsendOptions = {}): Promise<LocalColdsend> {
  const now = options.now ?? Date.now;
  const keys = new Map<string, IssuedKey>();
  const rates = createRateWindows(options.rateLimits ?? RATE_LIMITS, now);
  const scripts = createScriptQueue();
  const accounts = createAccounts();
  const ledger = createLedger();
  const addPath = BASE_PATH + (options.path ?? '/sender-accounts');
  const coldsend = { addPath, contract: loadContract(), keys, rates, scripts, accounts, ledger, now };

  const connections = new WeakMap<Socket, number>();
  const unanswered = new Set<Socket>();
  let connectionCount = 0;
  let stop = new AbortController();

  const server = createServer((request, response) => {
    const { socket } = request;
    const connection = connections.get(socket) ?? 0;
    unanswered.add(socket);
    // A rejection is a mistake of this stand-in or of a script, and ends the process on purpose.
    void handleRequest(coldsend, { request, response, connection }, stop.signal).then(({ answered }) => {
      if (answered !== 'hung') unanswered.delete(socket);
    });
  });
  server.on('connection', (socket) => {
    connectionCount += 1;
    connections.set(socket, connectionCount);
    socket.once('close', () => unanswered.delete(socket));
  });

  return {
    url: `http://127.0.0.1:${await listen(server, options.port ?? 0)}${BASE_PATH}`,
    addKey(key, { scopes = ['sender_accounts:write'], name = `key ${keys.size + 1}`, customer = key } = {}) {
      keys.set(key, { name, customer, scopes, revoked: false });
    },
    revokeKey(key) {
      const issued = keys.get(key);
      if (issued === undefined) throw new Error('no such key was given out');
      issued.revoked = true;
    },
    answerNext: (script, aim = {}) => scripts.add(script, aim),
    answerAlways: scripts.setAlways,
    accounts: accounts.list,
    ledger: ledger.entries,
    onRequest: ledger.onRequest,
    onChange: ledger.onChange,
    waitFor: ledger.waitFor,
    reset() {
      stop.abort();
      stop = new AbortController();
      for (const socket of unanswered) socket.destroy();
      ledger.entries.length = 0;
      accounts.clear();
      scripts.clear();
      rates.clear();
    },
    close() {
      stop.abort();
      ledger.close();
      return new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      });
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('not listening on a port'));
      else resolve(address.port);
    });
  });
}
