export type HttpMessage = {
  /** `POST /api/views.open HTTP/1.1` or `HTTP/1.1 200 OK`. */
  startLine: string;
  /** As it came, one character a byte. */
  body: string;
  /** The sender closes the connection after it. */
  isLast: boolean;
};

const CHUNKED_END = '0\r\n\r\n';

/**
 * Cuts what comes over one connection into HTTP messages. Knows no more of HTTP than the benchmark's own processes send, so
 * that reading a message costs a few microseconds and neither end of the load limits what is measured.
 */
export function createMessageReader(onMessage: (message: HttpMessage) => void): (chunk: Buffer) => void {
  let pending = '';
  return (chunk) => {
    pending += chunk.toString('latin1');
    for (;;) {
      const headEnd = pending.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const head = pending.slice(0, headEnd);
      const bodyStart = headEnd + 4;
      const bodyEnd = findBodyEnd(pending, head, bodyStart);
      if (bodyEnd < 0 || bodyEnd > pending.length) return;
      const body = pending.slice(bodyStart, bodyEnd);
      pending = pending.slice(bodyEnd);
      const startLine = head.slice(0, head.indexOf('\r\n'));
      onMessage({ startLine, body, isLast: /\r\nconnection: close/i.test(head) });
    }
  };
}

function findBodyEnd(text: string, head: string, bodyStart: number): number {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return bodyStart + Number(length);
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return bodyStart;
  const last = text.startsWith(CHUNKED_END, bodyStart) ? bodyStart : text.indexOf(`\r\n${CHUNKED_END}`, bodyStart);
  if (last < 0) return -1;
  return text.indexOf('\r\n\r\n', last) + 4;
}
