/** How many of the times, in order, fall into any `ms` at most. */
export function mostWithin(times: readonly number[], ms: number): number {
  let most = 0;
  let first = 0;
  for (const [index, time] of times.entries()) {
    while ((times[first] ?? time) <= time - ms) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
