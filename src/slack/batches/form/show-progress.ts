import { isRefusal } from '../../web-api/slack-api.ts';
import { isViewGone } from '../../web-api/slack-errors.ts';

/** A person sees that something happens, and Slack's limits for calls are far away. */
const SHOW_EVERY_MS = 3_000;

/**
 * Shows in a page how far a long work is, at most every three seconds. Where the person has closed the page, the signal aborts.
 *
 * @param show replaces the page
 * @param monotonicNow milliseconds that only go forward
 */
export function createShowProgress(
  show: (done: number, total: number) => Promise<unknown>,
  monotonicNow: () => number,
): { onProgress(done: number, total: number): void; signal: AbortSignal; end(): Promise<void> } {
  const closed = new AbortController();
  let showing: Promise<void> | undefined;
  let notBefore = 0;
  let last: [done: number, total: number] = [0, 0];
  return {
    signal: closed.signal,
    onProgress: (done, total) => {
      last = [done, total];
      if (showing === undefined && monotonicNow() >= notBefore) showing = showNow();
    },
    /** Waits until nothing replaces the page any more. Throws Slack's refusal if the person has closed it. */
    end: async () => {
      await showing;
      await showNow();
      closed.signal.throwIfAborted();
    },
  };

  /** Only a page that is gone matters: all else is shown later. */
  async function showNow(): Promise<void> {
    await show(...last).catch((error: unknown) => {
      if (isRefusal(error, isViewGone)) closed.abort(error);
    });
    notBefore = monotonicNow() + SHOW_EVERY_MS;
    showing = undefined;
  }
}
