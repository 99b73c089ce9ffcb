import type { Usage } from '../world/fault-points.ts';

const MB = 2 ** 20;

/** How much more than at first a process may hold later: a share of it, and some more for caches that fill up. */
const ROOM = { heapBytes: { share: 0.25, more: 6 * MB }, rssBytes: { share: 0.25, more: 40 * MB } } as const;

/** Connections that are kept for a while come and go. */
const MORE_RESOURCES = 8;

/**
 * Whether a process that is at rest holds more than when it was at rest before. Pure; returns the violations.
 *
 * @param usages after each part of a run, the first one being what the others are compared with
 */
export function judgeGrowth(usages: readonly Usage[]): string[] {
  const [first, ...others] = usages;
  const last = others.at(-1);
  if (first === undefined || last === undefined) return [];
  const violations: string[] = [];
  for (const name of ['heapBytes', 'rssBytes'] as const) {
    const { share, more } = ROOM[name];
    if (last[name] <= first[name] * (1 + share) + more) continue;
    violations.push(`${name} grew: ${usages.map((usage) => Math.round(usage[name] / MB)).join(', ')} MB`);
  }
  for (const [name, count] of Object.entries(last.resources)) {
    if (count <= (first.resources[name] ?? 0) + MORE_RESOURCES) continue;
    violations.push(`${name} grew: ${usages.map(({ resources }) => resources[name] ?? 0).join(', ')}`);
  }
  return violations;
}
