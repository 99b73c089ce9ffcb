import { EVENTS } from '../ids.ts';

type Ack = (response?: unknown) => Promise<void>;

const WHEN_DONE = new Set<unknown>([EVENTS.uninstalled, EVENTS.revoked]);

/**
 * Bolt acknowledges every event before it is looked at. That a workspace has left is acknowledged once it is removed, or given
 * up and noted: where the bot dies over it, or takes longer than Slack waits, Slack sends the event again, to whoever runs by then.
 *
 * @returns what to give Bolt instead of `ack`, and what to call when Bolt is through
 */
export function ackWhenDone(body: Record<string, unknown>, ack: Ack): { ack: Ack; done(): Promise<void> } {
  const { event } = body;
  const type = typeof event === 'object' && event !== null && 'type' in event ? event.type : undefined;
  if (!WHEN_DONE.has(type)) return { ack, done: async () => {} };
  return { ack: async () => {}, done: ack };
}
