import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
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
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void;
  cut(): void;
  close(): void;
};

const PING_MS = 2_000;
const CONNECTION_LIMIT = 10;
const TICKET_LIFE_MS = 30_000;

/** Slack's end of Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode */
export function createSocketMode({
  ids,
  appId,
  host,
  now,
  onChange,
  onProblem,
}: {
  ids: Ids;
  appId: string;
  /** `127.0.0.1:PORT`, known once the server listens. */
  host: () => string;
  now: () => number;
  onChange: () => void;
  onProblem: (problem: string) => void;
}): SocketMode {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Map<string, number>();
  const waiting = new Map<string, (answer: SocketAnswer) => void>();
  const connectionOf = new Map<string, WebSocket>();
  let connections: { id: string; socket: WebSocket }[] = [];

  const pings = setInterval(() => {
    for (const { socket } of connections) socket.ping();
  }, PING_MS);
  pings.unref();

  function welcome(socket: WebSocket): void {
    const id = ids.next('S');
    connections.push({ id, socket });
    socket.on('message', (data) => take(String(data)));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      connections = connections.filter((connection) => connection.socket !== socket);
      for (const [envelopeId, sentOver] of connectionOf) {
        if (sentOver === socket) waiting.get(envelopeId)?.({ kind: 'dropped', connection: id });
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
      server.handleUpgrade(request, socket, head, welcome);
    },
    send({ type, payload, retry }, timeoutMs) {
      const connection = connections.find(({ socket }) => socket.readyState === socket.OPEN);
      if (connection === undefined) return Promise.resolve({ kind: 'nobody' });
      connections = [...connections.filter((other) => other !== connection), connection];
      const envelopeId = ids.secret(36);
      return new Promise((resolve) => {
        const timer = setTimeout(() => settle({ kind: 'timeout', connection: connection.id }), timeoutMs);
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
        connection.socket.send(
          JSON.stringify({ envelope_id: envelopeId, type, accepts_response_payload: accepts, payload, ...retried }),
        );
      });
    },
    sendFrame(frame, envelopeId, timeoutMs) {
      for (const { socket } of connections) socket.send(frame);
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
    disconnect(reason) {
      for (const { socket } of connections) {
        socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink' } }));
        if (reason !== 'warning') socket.close();
      }
    },
    cut() {
      for (const { socket } of connections) socket.terminate();
    },
    close() {
      clearInterval(pings);
      for (const { socket } of connections) socket.terminate();
      server.close();
    },
  };
}
