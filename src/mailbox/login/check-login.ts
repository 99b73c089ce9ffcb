import type { HalfVerdict, LoginVerdict, RefusalReason } from '../../add-inbox/account/login-verdict.ts';
import { answerInTime } from '../../add-inbox/worker/time-limit.ts';
import type { AddressGuard } from '../safe-address.ts';
import type { HostSlots } from './host-slots.ts';
import { judgeFailure } from './judge-failure.ts';
import { loginByImap } from './login-by-imap.ts';
import { loginBySmtp } from './login-by-smtp.ts';
import { readLoginFailure } from './login-failure.ts';
import { LOGIN_LIMITS, type LoginAttempt, type LoginLimits } from './login-limits.ts';
import { encryptionOf, type Half } from './mail-ports.ts';

export type HalfLogin = { host: string; port: number; user: string; password: string };

export type MailboxLogin = { smtp: HalfLogin; imap: HalfLogin };

export type CheckLoginDeps = {
  guard: AddressGuard;
  slots: HostSlots;
  limits?: LoginLimits;
  /** The verdict on one half, and how long it took. */
  onChecked?(half: Half, verdict: HalfVerdict, ms: number): void;
  /** Milliseconds of a clock that is never set back. */
  now(): number;
};

/** When a half has to end, and whether it got as far as a login. */
type HalfTime = { readonly endsAt: number; isLoggingIn: boolean };

const LOGINS = { smtp: loginBySmtp, imap: loginByImap };

/** Beside the first one. */
export const MAX_MORE_ADDRESSES = 2;

/** Refusals that a server counts against the bot's address. */
const REFUSED_AT_LOGIN: readonly RefusalReason[] = [
  'wrong_login',
  'app_password_needed',
  'browser_needed',
  'account_locked',
  'microsoft_refused',
];

/**
 * Logs in to both servers of a mailbox at the same time, with a verdict for each. A host's addresses are looked up once, and the
 * login goes to one of the addresses that were checked. Never rejects; the verdict has neither the password nor the server's words.
 */
export function createCheckLogin({ guard, slots, limits = LOGIN_LIMITS, onChecked, now }: CheckLoginDeps) {
  return async ({ smtp, imap }: MailboxLogin): Promise<LoginVerdict> => {
    const [sending, reading] = await Promise.all([checkHalf('smtp', smtp), checkHalf('imap', imap)]);
    return { smtp: sending, imap: reading };
  };

  async function checkHalf(half: Half, login: HalfLogin): Promise<HalfVerdict> {
    const startedAt = now();
    const time: HalfTime = { endsAt: startedAt + limits.totalMs, isLoggingIn: false };
    const late = () => unknown(time.isLoggingIn ? 'no_answer' : 'over_budget');
    const verdict = await answerInTime(judgeHalf(half, login, time), limits.totalMs, late);
    onChecked?.(half, verdict, now() - startedAt);
    return verdict;
  }

  async function judgeHalf(half: Half, login: HalfLogin, time: HalfTime): Promise<HalfVerdict> {
    const resolved = await guard.resolve(login.host);
    if (resolved.kind === 'failed') return unknown('dns_failed');
    if (resolved.kind === 'no_such_host') return { kind: 'refused', reason: 'no_such_host' };
    if (resolved.kind === 'blocked') return unknown('not_tested_here');
    const encryption = encryptionOf(half, login.port, resolved.isOwn);
    if (encryption === undefined) return unknown('not_tested_here');
    const { port, user, password } = login;
    const attempt = { host: resolved.name, port, implicitTls: encryption === 'implicit', user, password };
    return tryAddresses(half, attempt, resolved.addresses, time);
  }

  /** Tries the next address while nothing listens: it may be up, or this machine may have IPv4 only. */
  async function tryAddresses(
    half: Half,
    attempt: Omit<LoginAttempt, 'address'>,
    [address, ...more]: [string, ...string[]],
    time: HalfTime,
  ): Promise<HalfVerdict> {
    // By address: a shared server has a name for each customer, but counts all refusals together.
    const result = await slots.run(address, () => tryLogin(half, { ...attempt, address }, time), isRefusedAtLogin);
    const verdict = result === 'paused' ? unknown('host_paused') : result;
    const [next, ...rest] = more.slice(0, MAX_MORE_ADDRESSES);
    if (next === undefined || !isNobodyThere(verdict)) return verdict;
    const later = await tryAddresses(half, attempt, [next, ...rest], time);
    return isNobodyThere(later) ? verdict : later;
  }

  /** Nobody waits for a login whose slot comes too late, so it is not made. */
  async function tryLogin(half: Half, attempt: LoginAttempt, time: HalfTime): Promise<HalfVerdict> {
    const totalMs = time.endsAt - now();
    if (totalMs <= 0) return unknown('over_budget');
    time.isLoggingIn = true;
    try {
      await LOGINS[half](attempt, { ...limits, totalMs });
      return { kind: 'works' };
    } catch (error) {
      return judgeFailure(readLoginFailure(error), attempt.host);
    }
  }
}

/** Whether the server counts the verdict against the bot's address; undefined where it got to no login, or to no end of one. */
export function isRefusedAtLogin(verdict: HalfVerdict): boolean | undefined {
  if (verdict.kind === 'works') return false;
  return verdict.kind === 'refused' && REFUSED_AT_LOGIN.includes(verdict.reason) ? true : undefined;
}

function isNobodyThere(verdict: HalfVerdict): boolean {
  return verdict.kind !== 'works' && (verdict.reason === 'port_closed' || verdict.reason === 'no_connection');
}

function unknown(reason: Extract<HalfVerdict, { kind: 'unknown' }>['reason']): HalfVerdict {
  return { kind: 'unknown', reason };
}
