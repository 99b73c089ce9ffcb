/** The checks within a minute. A check uses up one of each budget that it is part of. */
export type BudgetLimits = { person: number; workspace: number; host: number };

export const BUDGET_LIMITS: BudgetLimits = { person: 30, workspace: 120, host: 60 };

const MINUTE_MS = 60_000;

/** More than are in use within a minute. */
const MAX_KEPT = 5_000;

export type Checked = { teamId: string; userId: string; hosts: readonly string[] };

export type LoginBudgets = {
  /** Whether one more check is within the budgets. If it is, it counts. */
  take(checked: Checked): boolean;
};

/**
 * Keeps people from trying passwords, or from flooding a server, with the bot. Kept by each process for itself.
 *
 * @param now milliseconds that only go forward
 */
export function createLoginBudgets(now: () => number, limits: BudgetLimits = BUDGET_LIMITS): LoginBudgets {
  const used = new Map<string, { count: number; until: number }>();
  return {
    take: (checked) => {
      const budgets = budgetsOf(checked, limits);
      forgetOld();
      if (used.size >= MAX_KEPT) return false;
      if (budgets.some(([key, limit]) => (used.get(key)?.count ?? 0) >= limit)) return false;
      for (const [key] of budgets) count(key);
      return true;
    },
  };

  function count(key: string): void {
    const entry = used.get(key);
    if (entry === undefined) used.set(key, { count: 1, until: now() + MINUTE_MS });
    else entry.count += 1;
  }

  /** Those that began first stand first. */
  function forgetOld(): void {
    for (const [key, { until }] of used) {
      if (until > now()) return;
      used.delete(key);
    }
  }
}

function budgetsOf({ teamId, userId, hosts }: Checked, limits: BudgetLimits): [key: string, limit: number][] {
  const names = new Set(hosts.map((host) => host.toLowerCase().replace(/\.$/, '')));
  return [
    [`person ${teamId} ${userId}`, limits.person],
    [`workspace ${teamId}`, limits.workspace],
    ...[...names].map((name): [string, number] => [`host ${name}`, limits.host]),
  ];
}
