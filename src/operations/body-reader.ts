import type { IncomingMessage } from 'node:http';
import { createGrowingBuffer } from './growing-buffer.ts';

/** `unfinished`: for all bodies together that are still being read; by default far more than Slack ever sends at once. */
const MAX_BYTES = { body: 256 * 1024, unfinished: 16 * 1024 * 1024 };

/** `crowded_out`: other requests needed the memory. `cut_off`: the connection is closed. */
type NoBody = 'too_large' | 'crowded_out' | 'cut_off';

type Reading = { capacity: number; end(result: Buffer | NoBody): void };

/**
 * Reads the bodies of requests from any sender. Reading stops where a body declares too large a size or exceeds the limit. All
 * unfinished bodies share a limit. Beyond it, the oldest is dropped, since Slack's own arrive within milliseconds.
 */
export function createBodyReader(most = MAX_BYTES): (request: IncomingMessage) => Promise<Buffer | NoBody> {
  /** The oldest first. */
  const unfinished = new Set<Reading>();
  let held = 0;

  return async (request) => {
    if (Number(request.headers['content-length'] ?? 0) > most.body) return 'too_large';
    // Cut off before anybody listened: nothing more comes, not even the end.
    if (request.destroyed) return 'cut_off';
    return new Promise((resolve) => {
      const body = createGrowingBuffer();
      const reading: Reading = { capacity: 0, end };
      unfinished.add(reading);
      request.on('data', take);
      request.on('end', onEnd);
      request.on('error', onCutOff);
      request.on('close', onCutOff);

      function take(chunk: Buffer): void {
        if (body.length + chunk.length > most.body) end('too_large');
        else keep(chunk);
      }

      function keep(chunk: Buffer): void {
        body.add(chunk);
        held += body.capacity - reading.capacity;
        reading.capacity = body.capacity;
        for (const oldest of unfinished) {
          if (held <= most.unfinished) break;
          oldest.end('crowded_out');
        }
      }

      /** Removes all listeners from the request, which lives as long as its connection. */
      function end(result: Buffer | NoBody): void {
        unfinished.delete(reading);
        held -= reading.capacity;
        request.pause();
        request.off('data', take).off('end', onEnd).off('error', onCutOff).off('close', onCutOff);
        resolve(result);
      }

      function onEnd(): void {
        end(body.bytes());
      }

      function onCutOff(): void {
        end('cut_off');
      }
    });
  };
}
