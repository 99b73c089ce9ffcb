import { connect, type Socket } from 'node:net';
import { createMessageReader, type HttpMessage } from './http-messages.ts';

/** A kept-alive connection for one request at a time; made again after the other side has closed it. */
export function createConnection(port: number): { send(request: string): Promise<HttpMessage>; close(): void } {
  let socket: Socket | undefined;
  let answered: PromiseWithResolvers<HttpMessage> | undefined;

  return {
    send(request) {
      answered = Promise.withResolvers<HttpMessage>();
      socket ??= open();
      socket.write(request, 'latin1');
      return answered.promise;
    },
    close: () => socket?.destroy(),
  };

  function open(): Socket {
    const opened = connect({ port, host: '127.0.0.1', noDelay: true });
    const read = createMessageReader((message) => {
      if (message.isLast) socket = undefined;
      answered?.resolve(message);
    });
    opened.on('data', read);
    opened.on('error', (error) => answered?.reject(error));
    opened.on('close', () => {
      if (socket !== opened) return;
      socket = undefined;
      answered?.reject(new Error('the connection was closed'));
    });
    return opened;
  }
}
