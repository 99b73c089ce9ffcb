import { createListeners, type Listeners } from '../../src/slack/bolt/listeners.ts';

/** The table of listeners, with nothing behind it: for what is to be known of every one of them. */
export function listStubbedListeners(): Listeners {
  const nothing: unknown = new Proxy(async () => undefined, { get: () => nothing });
  return createListeners(nothing as never);
}
