import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answered } from '../ledger.ts';
import type { Delivery } from '../script.ts';
import type { Answer } from './answer.ts';

/**
 * Sends an answer, or as much of it as `delivery` lets through, and says what the client can have got.
 * Rejects when `stopped` is aborted while it waits.
 */
export async function deliverAnswer(
  response: ServerResponse,
  answer: Answer,
  delivery: Delivery,
  stopped: AbortSignal,
): Promise<Answered> {
  const { socket } = response;
  if (socket === null || socket.destroyed) return 'client_left';
  const body = Buffer.from(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  response.statusCode = answer.status;
  const headers = { 'Content-Type': 'application/json', 'Content-Length': String(body.length), ...answer.headers };
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
  const whole = { status: answer.status, body: answer.body };

  switch (delivery.kind) {
    case 'whole':
      response.end(body);
      return whole;
    case 'drip':
      response.flushHeaders();
      for (let sent = 0; sent < body.length; sent += delivery.bytes) {
        if (socket.destroyed) return 'client_left';
        response.write(body.subarray(sent, sent + delivery.bytes));
        await sleep(delivery.everyMs, undefined, { signal: stopped });
      }
      response.end();
      return whole;
    case 'cut':
      response.flushHeaders();
      await write(response, body.subarray(0, delivery.afterBytes));
      socket.destroySoon();
      return 'cut';
    case 'hang':
      if (delivery.afterBytes !== undefined) {
        response.flushHeaders();
        response.write(body.subarray(0, delivery.afterBytes));
      }
      return 'hung';
    case 'close':
      socket.destroySoon();
      return 'cut';
    case 'reset':
      socket.resetAndDestroy();
      return 'reset';
  }
}

/** Resolves once the operating system has the bytes, also when there are none or the client has left. */
function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    response.write(bytes, () => resolve());
  });
}
