import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const GIVE_UP_MS = 180_000;

export type Calls = Awaited<ReturnType<typeof watchCalls>>;

/** Counts the calls that the stand-in tells of, by kind, since the last `forget`. */
export async function watchCalls(eventsPort: number) {
  const times = new Map<string, number[]>();
  const socket = connect(eventsPort, '127.0.0.1');
  await once(socket, 'connect');
  createInterface({ input: socket }).on('line', (line) => {
    const kind = line.slice(0, line.indexOf(' '));
    const of = times.get(kind) ?? [];
    of.push(performance.now());
    times.set(kind, of);
  });
  return {
    forget: () => times.clear(),

    /** Resolves with when each came, in milliseconds, once there are so many. */
    async waitFor(kind: string, count: number): Promise<number[]> {
      const deadline = performance.now() + GIVE_UP_MS;
      while (performance.now() < deadline) {
        const came = times.get(kind) ?? [];
        if (came.length >= count) return came;
        await sleep(20);
      }
      throw new Error(`${times.get(kind)?.length ?? 0} of ${count} calls came: ${kind}`);
    },

    close: () => socket.destroy(),
  };
}
