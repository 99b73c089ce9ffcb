import { answerInTime } from '../../add-inbox/worker/time-limit.ts';

/** The limits of a check of one half, in milliseconds and bytes. */
export type LoginLimits = {
  connectMs: number;
  greetingMs: number;
  answerMs: number;
  /** From the look-up to the last login, with the wait for a slot. */
  totalMs: number;
  /** From the server, all of one login. */
  bytes: number;
};

/**
 * A person waits for the result in a thread. Dovecot delays its first refusal of a client by 2 s, and the next by 4 s. A server that
 * can't be reached under three addresses, or says nothing, is found out before the total is over: each has a sentence of its own.
 */
export const LOGIN_LIMITS: LoginLimits = {
  connectMs: 2_500,
  greetingMs: 4_000,
  answerMs: 8_000,
  totalMs: 8_000,
  bytes: 256 * 1024,
};

/** Rows of a list also wait for each other at a server. */
export const ROW_LOGIN_LIMITS: LoginLimits = {
  ...LOGIN_LIMITS,
  connectMs: 6_000,
  greetingMs: 10_000,
  answerMs: 20_000,
  totalMs: 20_000,
};

/** A login at one server: the address is the one that was checked, the name the one its certificate must be for. */
export type LoginAttempt = {
  host: string;
  address: string;
  port: number;
  /** TLS from the first byte; otherwise STARTTLS is required. */
  implicitTls: boolean;
  user: string;
  password: string;
};

const LOOK_EVERY_MS = 200;

/** The login took longer than it may. */
class LoginTimeoutError extends Error {
  readonly code = 'ETIMEOUT';
}

/**
 * Settles as `work` does, or rejects when it takes too long. Calls `abort` at the end, and when the server sends too much. The
 * libraries' own time-outs start again with every byte, so a server that sends a byte a second could keep a login open forever.
 */
export async function withinLimits<T>(
  { totalMs, bytes }: LoginLimits,
  { work, abort, received }: { work: Promise<T>; abort: () => void; received: () => number },
): Promise<T> {
  const look = setInterval(() => received() > bytes && abort(), LOOK_EVERY_MS);
  try {
    return await answerInTime(work, totalMs, () => {
      throw new LoginTimeoutError();
    });
  } finally {
    clearInterval(look);
    abort();
  }
}
