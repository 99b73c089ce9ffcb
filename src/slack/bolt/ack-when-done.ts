import { EVENTS } from '../ids.ts';

type Ack = (response?: unknown) => Promise<void>;

const WHEN_DONE = new Set<unknown>([EVENTS.uninstalled, EVENTS.revoked]);

/**
 * Bolt acknowledges every event before it is handled. An uninstall is acknowledged only after the workspace is removed or the
 * failure is logged: if the bot crashes or takes longer than Slack waits, Slack sends the event again.
 *
 * @returns the `ack` to give Bolt, and `done`, to call when Bolt has finished
 */
export function ackWhenDone(body: Record<string, unknown>, ack: Ack): { ack: Ack; done(): Promise<void> } {
  const { event } = body;
  const type = typeof event === 'object' && event !== null && 'type' in event ? event.type : undefined;
  if (!WHEN_DONE.has(type)) return { ack, done: async () => {} };
  return { ack: async () => {}, done: ack };
}
