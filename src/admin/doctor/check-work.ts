import type { Database } from '../../storage/database.ts';
import { createBatchRepository } from '../../storage/requests/batches/batch-repository.ts';
import { createRequestCounts } from '../../storage/requests/request-counts.ts';
import type { Sealer } from '../../storage/sealing/sealing.ts';
import type { DoctorContext, Finding } from '../command.ts';

/** A call to ColdSend takes a minute at most, unless COLDSEND_TIMEOUT_MS says otherwise. */
const ARMED_FOR_MS = 10 * 60_000;

/** The requests and lists that are not finished yet. */
export async function checkWork({ database, sealer, now }: DoctorContext): Promise<Finding[]> {
  if (database instanceof Error) return [];
  const { countByState, countWaiting } = createRequestCounts(database);
  const [states, waiting] = [await countByState(), await countWaiting()];
  const counts = Object.entries(states).map(([state, { count }]) => [state, count] as const);
  const oldest = states.armed.oldestAcceptedAt;
  return [
    { ok: true, says: `Unfinished requests: ${render(counts)}. Of these wait: ${render(Object.entries(waiting))}.` },
    { ok: true, says: `Unfinished lists: ${render(await countBatches(database, sealer, now))}.` },
    ...(oldest !== undefined && now() - oldest > ARMED_FOR_MS
      ? [
          {
            ok: false,
            says: 'A request has been with ColdSend for over ten minutes. Start the bot, or look at its log.',
          },
        ]
      : []),
    ...(waiting.key > 0
      ? [{ ok: false, says: 'Requests wait for a valid ColdSend key. Ask an admin to add one in the Home tab.' }]
      : []),
  ];
}

async function countBatches(database: Database, sealer: Sealer, now: () => number) {
  const held = { sealer, now, owner: 'doctor', leaseMs: 0, onUnreadable: () => {} };
  return Object.entries(await createBatchRepository({ database, ...held }).countByState());
}

function render(counts: (readonly [string, number])[]): string {
  const some = counts.filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`);
  return some.length === 0 ? 'none' : some.join(', ');
}
