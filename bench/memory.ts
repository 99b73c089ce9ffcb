import type { Databases } from './databases.ts';
import { type Growth, measureFloods } from './floods.ts';
import type { Lab, Load } from './lab.ts';
import { type RunningSubject, type Subject, startSubject } from './subjects.ts';

const CONCURRENCY = 64;
const NO_TIME_LIMIT_MS = 600_000;

/**
 * Resident memory in MB: before any request, the most under full load, after the first and the second so many requests, and how
 * much more it was at most while a process that was just started was flooded.
 */
export type Memory = { idle: number; saturated: number; after: number[]; afterForged: number[]; floods?: Growth };

/**
 * Puts one subject under load after the other, each in a process of its own.
 *
 * @param requests so many commands, twice, and as many forged requests, twice; 0 leaves that out, and the floods
 */
export async function measureMemory(
  subject: Subject,
  { lab, databases, ms, requests }: { lab: Lab; databases: Databases; ms: number; requests: number },
): Promise<Memory> {
  const databaseUrl = await databases.create(subject);
  const running = await startSubject(subject, { standInPort: lab.standInPort, databaseUrl });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const { rssMb: idle } = await running.usage();
  let saturated = 0;
  for (const workload of ['command', 'mistake', 'job'] as const) {
    await lab.measure(running, { workload, concurrency: CONCURRENCY, ms: ms / 3 });
    saturated = Math.max(saturated, (await running.usage()).rssMb);
  }
  const many = { concurrency: CONCURRENCY, ms: NO_TIME_LIMIT_MS, most: requests };
  const after: number[] = [];
  const afterForged: number[] = [];
  if (requests > 0) {
    for (let times = 0; times < 2; times += 1) after.push(await settled(running, { workload: 'command', ...many }));
    for (let times = 0; times < 2; times += 1)
      afterForged.push(await settled(running, { workload: 'forged', ...many }));
  }
  await running.stop();
  return { idle, saturated, after, afterForged, ...(requests > 0 && { floods: await flood() }) };

  async function flood(): Promise<Growth> {
    const flooded = await startSubject(subject, { standInPort: lab.standInPort, databaseUrl });
    const growth = await measureFloods(flooded.port, async () => (await flooded.usage()).rssMb);
    await flooded.stop();
    return growth;
  }

  async function settled(process: RunningSubject, load: Load): Promise<number> {
    await lab.measure(process, load);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return (await process.usage()).rssMb;
  }
}
