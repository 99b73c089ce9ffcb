/** The buffer while the output takes nothing: about 1,500 lines. */
export const MAX_KEPT_BYTES = 256 * 1024;

/** A pipe takes 64 KiB at a time, so a reader that keeps up gets 3 MB per second. */
const RETRY_INTERVAL_MS = 20;

type LineWriter = {
  /** Takes one line with its line feed. Lines of one event-loop iteration are written together. */
  add(line: string): void;
  /** Writes as much as the output takes now. */
  flush(): void;
  /** The number of lines dropped so far. */
  countDropped(): number;
};

/**
 * Writes lines to an output that may be stuck, closed or full, and never waits for it. Lines that the output doesn't take yet are
 * kept up to a limit. Lines beyond the limit, and lines whose write fails, are dropped. When the output takes lines again, an
 * extra line says how many are missing.
 */
export function createLineWriter(deps: {
  /** Writes as many bytes as the output takes at once and returns their number. Throws EAGAIN if the output is only busy. */
  write(bytes: Buffer): number;
  /** The line that reports the number of missing lines. */
  renderDropped(count: number): string;
}): LineWriter {
  let lines: Buffer[] = [];
  let bytes = 0;
  /** Part of the first line is already written. The rest has to follow, so that the next line is complete. */
  let isFirstBegun = false;
  let dropped = 0;
  let untold = 0;
  let scheduled: NodeJS.Immediate | undefined;
  let retry: NodeJS.Timeout | undefined;

  return { add, flush, countDropped: () => dropped };

  function add(line: string): void {
    const added = Buffer.from(line);
    if (bytes + added.length > MAX_KEPT_BYTES && retry === undefined) flush();
    if (bytes + added.length > MAX_KEPT_BYTES) drop(1);
    else keep(added);
    if (retry === undefined) scheduled ??= setImmediate(flush);
  }

  function flush(): void {
    clearImmediate(scheduled);
    clearTimeout(retry);
    scheduled = undefined;
    retry = undefined;
    try {
      if (lines.length > 0) writeLines();
      if (lines.length === 0 && untold > 0) writeDropped();
    } catch (error) {
      if (!isBusy(error)) dropLines();
    }
    // A retry also reports missing lines, so that losses before a pause don't go unnoticed.
    if (lines.length > 0 || untold > 0) retry = setTimeout(flush, RETRY_INTERVAL_MS).unref();
  }

  function writeLines(): void {
    let written = deps.write(Buffer.concat(lines));
    bytes -= written;
    for (let [first] = lines; first !== undefined && written > 0; [first] = lines) {
      isFirstBegun = written < first.length;
      if (isFirstBegun) lines[0] = first.subarray(written);
      else lines.shift();
      written -= first.length;
    }
  }

  function writeDropped(): void {
    const notice = Buffer.from(deps.renderDropped(untold));
    const written = deps.write(notice);
    untold = 0;
    if (written === notice.length) return;
    keep(notice.subarray(written));
    isFirstBegun = true;
  }

  function dropLines(): void {
    const kept = isFirstBegun ? lines.slice(0, 1) : [];
    drop(lines.length - kept.length);
    lines = kept;
    bytes = kept[0]?.length ?? 0;
  }

  function keep(line: Buffer): void {
    lines.push(line);
    bytes += line.length;
  }

  function drop(count: number): void {
    dropped += count;
    untold += count;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
