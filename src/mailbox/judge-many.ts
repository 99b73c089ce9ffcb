import type { DomainVerdict, JudgedDomain } from '../add-inbox/account/domain-verdict.ts';
import { answerInTime } from '../add-inbox/worker/time-limit.ts';

/** Each domain asks about 25 names. */
const AT_ONCE = 8;

/**
 * Judges domains, a few at once. Leaves out those that have no verdict, or none within the time.
 *
 * @param judge never rejects
 */
export async function judgeMany(
  domains: readonly string[],
  judge: (domain: string) => Promise<DomainVerdict | undefined>,
  withinMs: number,
): Promise<JudgedDomain[]> {
  const waiting = domains.slice();
  const known = new Map<string, DomainVerdict>();
  const judgeNext = async (): Promise<void> => {
    for (let domain = waiting.shift(); domain !== undefined; domain = waiting.shift()) {
      const verdict = await judge(domain);
      if (verdict !== undefined) known.set(domain, verdict);
    }
  };
  await answerInTime(Promise.all(Array.from({ length: AT_ONCE }, judgeNext)), withinMs, () => []);
  waiting.length = 0;
  return domains.flatMap((domain) => {
    const verdict = known.get(domain);
    return verdict === undefined ? [] : [{ domain, verdict }];
  });
}
