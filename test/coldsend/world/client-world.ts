import type { SendResult } from '../../../src/add-inbox/request/outcome.ts';
import { type ColdsendClientDeps, createColdsendClient } from '../../../src/coldsend/client.ts';
import { connectDirectly } from '../../../src/operations/proxy/connect.ts';
import { ACCOUNT, ADDED_BODY, API_KEY } from './documented.ts';
import { openRawServer, rawAnswer } from './raw-server.ts';

export const OK = rawAnswer(200, JSON.stringify(ADDED_BODY));

export const ANSWER_LOST: SendResult = { kind: 'unknown', why: 'answer_lost' };

export type Behaviour = Parameters<typeof openRawServer>[0];

export function clientFor(baseUrl: string, deps: Partial<ColdsendClientDeps> = {}) {
  return createColdsendClient({
    baseUrl,
    addPath: '/sender-accounts',
    timeoutMs: 3_000,
    connectWithin: connectDirectly,
    now: Date.now,
    ...deps,
  });
}

export async function sendTo(behaviour: Behaviour, deps: Partial<ColdsendClientDeps> = {}) {
  const server = await openRawServer(behaviour);
  const client = clientFor(server.baseUrl, deps);
  try {
    const result = await client.addSenderAccount(API_KEY, ACCOUNT);
    return { result, connections: server.connections.length, requests: server.requests };
  } finally {
    await client.close();
    await server.close();
  }
}

/** Answers with `text` and closes the connection in an orderly way. */
export function answering(text: string): Behaviour {
  return { onRequest: (socket) => socket.end(text) };
}
