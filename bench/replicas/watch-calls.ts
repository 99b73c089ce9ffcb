import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const GIVE_UP_MS = 180_000;

export type Calls = Awaited<ReturnType<typeof watchCalls>>;

/** Counts the calls that the stand-in tells of, by kind, since the last `forget`. */
export async function watchCalls(eventsPort: number) {
  const times = new Map<string, number[]>();
  const calls = new EventEmitter();
  const socket = connect(eventsPort, '127.0.0.1');
  await once(socket, 'connect');
  createInterface({ input: socket }).on('line', (line) => {
    const kind = line.slice(0, line.indexOf(' '));
    const of = times.get(kind) ?? [];
    of.push(performance.now());
    times.set(kind, of);
    calls.emit('call');
  });
  return {
    forget: () => times.clear(),

    /** Resolves with when each came, in milliseconds, once there are so many. */
    async waitFor(kind: string, count: number): Promise<number[]> {
      const signal = AbortSignal.timeout(GIVE_UP_MS);
      for (;;) {
        const came = times.get(kind) ?? [];
        if (came.length >= count) return came;
        await once(calls, 'call', { signal }).catch((cause: unknown) => {
          throw new Error(`${came.length} of ${count} calls came: ${kind}`, { cause });
        });
      }
    },

    close: () => socket.destroy(),
  };
}
