/**
 * Lets one after the other in, for each name, in the order they came. Who waits here keeps no connection from others; who
 * waits for a lock inside the database does.
 */
export function createQueues(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<void>>();

  return async (name, work) => {
    const before = last.get(name);
    const { promise, resolve } = Promise.withResolvers<void>();
    last.set(name, promise);
    try {
      await before;
      return await work();
    } finally {
      if (last.get(name) === promise) last.delete(name);
      resolve();
    }
  };
}
