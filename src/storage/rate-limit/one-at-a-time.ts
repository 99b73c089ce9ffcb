/**
 * Runs one caller at a time for each name, in the order of arrival. A caller that waits here uses no database connection, unlike
 * one that waits for a lock inside the database.
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
