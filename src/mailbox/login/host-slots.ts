/** The number of logins at once, in all and at one host, and the refusals after which a host gets a pause. */
export type SlotLimits = { atOnce: number; perHost: number; refusalsInARow: number; pauseMs: number };

/** A server bans an address, or answers it ever slower, after a handful of wrong passwords. */
export const SLOT_LIMITS: SlotLimits = { atOnce: 40, perHost: 4, refusalsInARow: 5, pauseMs: 10 * 60_000 };

/** More hosts than are asked in ten minutes. */
const MAX_IDLE_HOSTS = 1_000;

type Host = { running: number; waiting: (() => void)[]; refusals: number; pausedUntil: number };

export type HostSlots = {
  /**
   * Does `work` once there is a free slot, and returns its result. Skips it while the host is paused.
   *
   * @param isRefusal true for the result of a login that the host refused; undefined for one that is neither that nor a success,
   *   such as a time-out, which ends no row of refusals: a host answers the slower, the more it has refused
   */
  run<T>(name: string, work: () => Promise<T>, isRefusal: (result: T) => boolean | undefined): Promise<T | 'paused'>;
};

/** @param now milliseconds that only go forward */
export function createHostSlots(now: () => number, limits: SlotLimits = SLOT_LIMITS): HostSlots {
  const hosts = new Map<string, Host>();
  let running = 0;
  return { run };

  async function run<T>(
    name: string,
    work: () => Promise<T>,
    isRefusal: (result: T) => boolean | undefined,
  ): Promise<T | 'paused'> {
    const host = hostOf(name);
    await takeSlot(host);
    try {
      if (host.pausedUntil > now()) return 'paused';
      const result = await work();
      note(host, isRefusal(result));
      return result;
    } finally {
      giveSlot(host);
    }
  }

  function takeSlot(host: Host): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    host.waiting.push(resolve);
    startNext();
    return promise;
  }

  function giveSlot(host: Host): void {
    host.running -= 1;
    running -= 1;
    startNext();
  }

  /** Hosts take turns: the one that was served goes to the end. */
  function startNext(): void {
    for (const [name, host] of hosts) {
      if (running >= limits.atOnce) return;
      if (host.running >= limits.perHost) continue;
      const start = host.waiting.shift();
      if (start === undefined) continue;
      hosts.delete(name);
      hosts.set(name, host);
      host.running += 1;
      running += 1;
      start();
    }
  }

  function note(host: Host, isRefusal: boolean | undefined): void {
    if (isRefusal === undefined) return;
    host.refusals = isRefusal ? host.refusals + 1 : 0;
    if (host.refusals < limits.refusalsInARow) return;
    host.refusals = 0;
    host.pausedUntil = now() + limits.pauseMs;
  }

  function hostOf(name: string): Host {
    const known = hosts.get(name);
    if (known !== undefined) return known;
    if (hosts.size >= MAX_IDLE_HOSTS) forgetIdle();
    const host: Host = { running: 0, waiting: [], refusals: 0, pausedUntil: 0 };
    hosts.set(name, host);
    return host;
  }

  function forgetIdle(): void {
    for (const [name, host] of hosts) {
      if (host.running === 0 && host.waiting.length === 0 && host.pausedUntil <= now()) hosts.delete(name);
    }
  }
}
