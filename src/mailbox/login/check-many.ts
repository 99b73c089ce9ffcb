import type { LoginVerdict, UnknownReason } from '../../add-inbox/account/login-verdict.ts';
import { answerInTime } from '../../add-inbox/worker/time-limit.ts';
import { isRefusedAtLogin, type MailboxLogin } from './check-login.ts';
import type { HostSlots, SlotLimits } from './host-slots.ts';
import type { BudgetLimits, LoginBudgets } from './login-budgets.ts';
import type { Half } from './mail-ports.ts';

/** Mailboxes at once. Each takes two logins, so these are 20 logins; at one server, at most four. */
export const MANY_SLOT_LIMITS: SlotLimits = { atOnce: 10, perHost: 4, refusalsInARow: 5, pauseMs: 10 * 60_000 };

/** About what one list uses within a minute, so that several lists at once check no more than that. */
export const MANY_BUDGET_LIMITS: BudgetLimits = { person: 600, workspace: 600, host: 300 };

/** A person waits for the result in a window. */
const MANY_WITHIN_MS = 120_000;

export type ManyAsker = { teamId: string; userId: string };

export type ManyWatch = {
  /** Called at the start, and after each mailbox. */
  onProgress(done: number, total: number): void;
  /** Nobody wants the rest any more. */
  signal: AbortSignal;
};

/**
 * Checks the logins of many mailboxes, with a verdict for each in the same order. Servers take turns, and one that refuses several
 * in a row gets a pause. What is not checked when the time is over, or when the signal aborts, is unknown. Never rejects.
 */
export function createCheckMany(deps: {
  check(login: MailboxLogin): Promise<LoginVerdict>;
  slots: HostSlots;
  budgets: LoginBudgets;
  /** A half that was not checked. */
  onSkipped(half: Half, reason: UnknownReason): void;
}) {
  return async (
    asker: ManyAsker,
    logins: readonly MailboxLogin[],
    { onProgress, signal }: ManyWatch,
  ): Promise<LoginVerdict[]> => {
    const verdicts = new Map<number, LoginVerdict>();
    await inTime(signal, (isLate) => {
      onProgress(0, logins.length);
      const checks = logins.map(async (login, index) => {
        const verdict = await checkInTurn(asker, login, isLate);
        if (isLate()) return;
        verdicts.set(index, typeof verdict === 'string' ? skip(verdict) : verdict);
        onProgress(verdicts.size, logins.length);
      });
      return Promise.all(checks);
    });
    return logins.map((_login, index) => verdicts.get(index) ?? skip('over_budget'));
  };

  /** The verdict, or why there is none. */
  function checkInTurn(
    asker: ManyAsker,
    login: MailboxLogin,
    isLate: () => boolean,
  ): Promise<LoginVerdict | UnknownReason> {
    const hosts = [login.smtp.host, login.imap.host];
    const check = async () =>
      !isLate() && deps.budgets.take({ ...asker, hosts }) ? deps.check(login) : ('over_budget' as const);
    const run = deps.slots.run(hosts.join(' ').toLowerCase(), check, isRefusedByServer);
    return run.then((verdict) => (verdict === 'paused' ? 'host_paused' : verdict));
  }

  /** Settles with `work`, or earlier where the time is over or the signal aborts. From then on, `isLate` is true. */
  async function inTime(signal: AbortSignal, work: (isLate: () => boolean) => Promise<unknown>): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let isLate = false;
    const end = () => {
      isLate = true;
      resolve();
    };
    signal.addEventListener('abort', end);
    work(() => isLate).then(() => resolve(), reject);
    await answerInTime(promise, MANY_WITHIN_MS, end);
    signal.removeEventListener('abort', end);
  }

  function skip(reason: UnknownReason): LoginVerdict {
    for (const half of ['smtp', 'imap'] as const) deps.onSkipped(half, reason);
    return { smtp: { kind: 'unknown', reason }, imap: { kind: 'unknown', reason } };
  }
}

function isRefusedByServer(verdict: LoginVerdict | 'over_budget'): boolean | undefined {
  return verdict === 'over_budget' ? undefined : isRefusedAtLogin(verdict.smtp) || isRefusedAtLogin(verdict.imap);
}
