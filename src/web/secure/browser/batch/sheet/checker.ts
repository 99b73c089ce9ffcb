import type { RowCheck, RowsAnswer } from '../../contract.ts';
import type { Problem } from '../../sentences.ts';
import { listToCheck, noteSent, type SheetRow, splitByAddress, takeChecks } from './sheet.ts';

/** A person pauses this long between words. */
const CHECK_AFTER_MS = 400;

const AGAIN_AFTER_MS = 5_000;

/** The bot reads at most 256 KiB; this leaves room for what is around the rows. */
const MOST_BYTES = 200 * 1024;

/**
 * Asks the bot about rows that changed, and never says anything about them by itself. One question at a time: what changes
 * meanwhile is asked next. Where there is no answer, it asks again.
 */
export function createChecker(deps: {
  rows(): readonly SheetRow[];
  ask(rows: readonly SheetRow[]): Promise<RowsAnswer | Problem>;
  /** With the rows that have an answer now. */
  onChecked(rows: SheetRow[]): void;
  onProblem(problem: Problem): void;
  onGone(): void;
  schedule(act: () => void, ms: number): () => void;
}) {
  let isOver = false;
  let running: Promise<void> | undefined;
  let cancel = (): void => {};
  return { soon, now, stop };

  function soon(ms = CHECK_AFTER_MS): void {
    cancel();
    cancel = deps.schedule(() => void now(), ms);
  }

  /** Ends once nothing is left to ask, or the bot does not answer. */
  function now(): Promise<void> {
    cancel();
    running ??= checkAll().finally(() => {
      running = undefined;
    });
    return running;
  }

  function stop(): void {
    isOver = true;
    cancel();
  }

  async function checkAll(): Promise<void> {
    for (let rows = listToCheck(deps.rows()); rows.length > 0; rows = listToCheck(deps.rows())) {
      for (const part of splitByAddress(rows, MOST_BYTES)) {
        const sent = noteSent(part);
        const answer = await deps.ask(part);
        if (isOver) return;
        const checks = readChecks(answer);
        if (checks === undefined) return;
        deps.onChecked(takeChecks(sent, checks));
      }
    }
  }

  function readChecks(answer: RowsAnswer | Problem): RowCheck[] | undefined {
    if (typeof answer === 'string') {
      deps.onProblem(answer);
      soon(AGAIN_AFTER_MS);
    } else if (answer.kind === 'rows') return answer.checks;
    else deps.onGone();
    return undefined;
  }
}
