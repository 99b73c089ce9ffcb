import type { Databases } from './databases.ts';
import { type Subject, startSubject } from './subjects.ts';

export type StartTime = { readyMs: number; cpuMs: number; idleRssMb: number };

/** From spawn to ready, on a database that exists already, in turn. The first round fills the caches and does not count. */
export async function measureStarts(
  subjects: readonly Subject[],
  { databases, standInPort, rounds }: { databases: Databases; standInPort: number; rounds: number },
): Promise<Map<Subject, StartTime[]>> {
  const urls = new Map<Subject, string>();
  for (const subject of subjects) urls.set(subject, await databases.create(subject));
  const times = new Map<Subject, StartTime[]>(subjects.map((subject) => [subject, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const subject of subjects) {
      const running = await startSubject(subject, { standInPort, databaseUrl: urls.get(subject) ?? '' });
      const { cpuMs } = await running.usage();
      await new Promise((resolve) => setTimeout(resolve, 500));
      const { rssMb } = await running.usage();
      await running.stop();
      if (round >= 0) times.get(subject)?.push({ readyMs: running.readyMs, cpuMs, idleRssMb: rssMb });
    }
  }
  return times;
}
