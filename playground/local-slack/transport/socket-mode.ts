import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { DisconnectReason, Fault, SocketsStruck } from '../api.ts';
import { isObject, type JsonObject, stringAt } from '../json.ts';
import type { EnvelopeType } from '../ledger/traffic.ts';
import type { Ids } from '../state/ids.ts';

export type SocketAnswer =
  | { kind: 'acknowledged'; payload: unknown; connection: string }
  | { kind: 'timeout'; connection: string }
  | { kind: 'dropped'; connection: string }
  | { kind: 'nobody' };

export type Envelope = {
  type: EnvelopeType;
  payload: JsonObject;
  retry?: { attempt: number; reason: string };
};

export type SocketMode = {
  /** What `apps.connections.open` answers; the address works once. */
  openUrl(): string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sends the envelope over one of the connections and waits for its acknowledgement. */
  send(envelope: Envelope, timeoutMs: number): Promise<SocketAnswer>;
  /** Sends a frame as it is; resolves with whether the envelope of this id was acknowledged. */
  sendFrame(frame: string | Buffer, envelopeId: string | undefined, timeoutMs: number): Promise<boolean>;
  count(): number;
  /** Sockets that are still open although their upgrade failed. */
  refusedCount(): number;
  disconnect(reason: DisconnectReason, options?: SocketsStruck & { closeAfterMs?: number }): void;
  cut(options?: SocketsStruck): void;
  hang(forMs: number, options?: SocketsStruck): void;
  close(): void;
};

/** From then on nothing is sent over a connection that Slack is about to close: what was sent can still be acknowledged. */
const DRAIN_MS = 500;
const CONNECTION_LIMIT = 10;
const TICKET_LIFE_MS = 30_000;

type Connection = { id: string; socket: WebSocket; isHung: boolean; isLeaving: boolean };

/** Slack's end of Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode */
export function createSocketMode({
  ids,
  appId,
  host,
  now,
  pingMs,
  takeFault,
  onChange,
  onProblem,
}: {
  ids: Ids;
  appId: string;
  /** `127.0.0.1:PORT`, known once the server listens. */
  host: () => string;
  now: () => number;
  pingMs: number;
  /** The fault for this request for a WebSocket. */
  takeFault: () => Fault | undefined;
  onChange: () => void;
  onProblem: (problem: string) => void;
}): SocketMode {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Map<string, number>();
  const waiting = new Map<string, (answer: SocketAnswer) => void>();
  const connectionOf = new Map<string, WebSocket>();
  /** Sent over a connection that was lost since. */
  const unanswerable = new Set<string>();
  const timers = new Set<NodeJS.Timeout>();
  /** The sockets of upgrades that failed, which the app should close. */
  const refused = new Set<Duplex>();
  let connections: Connection[] = [];

  const pings = setInterval(() => {
    for (const { socket, isHung } of connections) if (!isHung) socket.ping();
  }, pingMs);
  pings.unref();

  function welcome(socket: WebSocket): void {
    const id = ids.next('S');
    connections.push({ id, socket, isHung: false, isLeaving: false });
    socket.on('message', (data) => take(String(data)));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      connections = connections.filter((connection) => connection.socket !== socket);
      for (const [envelopeId, sentOver] of connectionOf) {
        if (sentOver !== socket) continue;
        unanswerable.add(envelopeId);
        waiting.get(envelopeId)?.({ kind: 'dropped', connection: id });
      }
      onChange();
    });
    if (connections.length > CONNECTION_LIMIT) {
      socket.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets' }));
      socket.close();
      return;
    }
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: connections.length,
        debug_info: { host: 'applink', build_number: 1, approximate_connection_time: 18_060 },
        connection_info: { app_id: appId },
      }),
    );
    socket.ping();
    onChange();
  }

  function take(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      onProblem('Socket Mode: the app sent something that is not JSON');
      return;
    }
    const envelopeId = stringAt(message, 'envelope_id');
    const answer = envelopeId === undefined ? undefined : waiting.get(envelopeId);
    if (envelopeId !== undefined && unanswerable.delete(envelopeId)) return;
    if (envelopeId === undefined || answer === undefined) {
      onProblem(`Socket Mode: acknowledgement of an unknown, late or already acknowledged envelope`);
      return;
    }
    const payload = isObject(message) ? message.payload : undefined;
    answer({ kind: 'acknowledged', payload, connection: '' });
  }

  return {
    openUrl() {
      const ticket = ids.secret(32);
      tickets.set(ticket, now());
      return `ws://${host()}/link?ticket=${ticket}&app_id=${appId}`;
    },
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? '/', `http://${host()}`).searchParams.get('ticket') ?? '';
      const issuedAt = tickets.get(ticket);
      tickets.delete(ticket);
      if (issuedAt === undefined || now() - issuedAt > TICKET_LIFE_MS) {
        socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
      }
      const fault = takeFault();
      if (fault === undefined) server.handleUpgrade(request, socket, head, welcome);
      else failUpgrade(fault, socket, (greet) => server.handleUpgrade(request, socket, head, greet));
    },
    send({ type, payload, retry }, timeoutMs) {
      const connection = connections.find(({ socket, isLeaving }) => socket.readyState === socket.OPEN && !isLeaving);
      if (connection === undefined) return Promise.resolve({ kind: 'nobody' });
      connections = [...connections.filter((other) => other !== connection), connection];
      const envelopeId = ids.secret(36);
      return new Promise((resolve) => {
        const expire = (): void => {
          if (connection.isHung) unanswerable.add(envelopeId);
          settle({ kind: connection.isHung ? 'dropped' : 'timeout', connection: connection.id });
        };
        const timer = setTimeout(expire, timeoutMs);
        const settle = (answer: SocketAnswer) => {
          clearTimeout(timer);
          waiting.delete(envelopeId);
          connectionOf.delete(envelopeId);
          resolve(answer.kind === 'nobody' ? answer : { ...answer, connection: connection.id });
        };
        waiting.set(envelopeId, settle);
        connectionOf.set(envelopeId, connection.socket);
        const retried =
          type === 'events_api' ? { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? '' } : {};
        const accepts = type !== 'events_api';
        if (connection.isHung) return;
        connection.socket.send(
          JSON.stringify({ envelope_id: envelopeId, type, accepts_response_payload: accepts, payload, ...retried }),
        );
      });
    },
    sendFrame(frame, envelopeId, timeoutMs) {
      for (const { socket, isHung } of connections) if (!isHung) socket.send(frame);
      if (envelopeId === undefined) return Promise.resolve(false);
      return new Promise((resolve) => {
        const settle = (isAcknowledged: boolean) => {
          clearTimeout(timer);
          waiting.delete(envelopeId);
          resolve(isAcknowledged);
        };
        const timer = setTimeout(settle, timeoutMs, false);
        waiting.set(envelopeId, () => settle(true));
      });
    },
    count: () => connections.length,
    refusedCount: () => refused.size,
    disconnect(reason, { closeAfterMs = reason === 'warning' ? undefined : 0, only } = {}) {
      for (const connection of struck(only)) {
        const { socket } = connection;
        socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink' } }));
        if (closeAfterMs === undefined) continue;
        if (closeAfterMs === 0) socket.close();
        else {
          later(closeAfterMs - DRAIN_MS, () => (connection.isLeaving = true));
          later(closeAfterMs, () => socket.close());
        }
      }
    },
    cut({ only } = {}) {
      for (const { socket } of struck(only)) socket.terminate();
    },
    hang(forMs, { only } = {}) {
      for (const connection of struck(only)) {
        connection.isHung = true;
        connection.socket.pause();
        later(forMs, () => connection.socket.terminate());
      }
    },
    close() {
      clearInterval(pings);
      for (const timer of timers) clearTimeout(timer);
      for (const { socket } of connections) socket.terminate();
      for (const socket of refused) socket.destroy();
      server.close();
    },
  };

  function failUpgrade(fault: Fault, socket: Duplex, take: (greet: (taken: WebSocket) => void) => void): void {
    refused.add(socket);
    for (const event of ['error', 'end']) socket.on(event, () => socket.destroy());
    socket.on('close', () => refused.delete(socket));
    // The end of what the app sends is only noticed where all of it is read.
    socket.resume();
    if (fault === 'hang') return;
    if (fault === 'reset') socket.destroy();
    else if (fault === 'hangAfterTaking' || fault === 'resetAfterTaking') {
      take((taken) => {
        taken.on('error', () => taken.terminate());
        if (fault === 'resetAfterTaking') taken.terminate();
      });
    } else if ('answerAfterMs' in fault) later(fault.answerAfterMs, () => take(welcome));
    else if ('text' in fault) socket.write(fault.text);
    else socket.write(renderRefusal(fault));
  }

  function struck(only: number | undefined): Connection[] {
    const sound = connections.filter(({ isHung, isLeaving }) => !isHung && !isLeaving);
    return only === undefined ? sound : sound.slice(only % Math.max(1, sound.length)).slice(0, 1);
  }

  function later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  }
}

/** The connection stays open, as Slack's own would. */
function renderRefusal(
  fault: { error: string } | { status: number; headers?: object } | { retryAfter: number },
): string {
  const body = 'error' in fault ? JSON.stringify({ ok: false, error: fault.error }) : '';
  const status = 'status' in fault ? fault.status : 'error' in fault ? 200 : 429;
  const headers = 'retryAfter' in fault ? { 'Retry-After': fault.retryAfter } : 'status' in fault ? fault.headers : {};
  const lines = Object.entries({ ...headers, 'Content-Length': body.length }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n');
}
