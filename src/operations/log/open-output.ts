import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/**
 * Opens stdout (1) or stderr (2) for writing that never waits for a reader.
 *
 * @returns a function that writes as many bytes as the output takes at once and returns their number; it throws if the output
 *   takes none (EAGAIN, EPIPE, ENOSPC)
 */
export function openOutput(fd: 1 | 2): (bytes: Buffer) => number {
  const descriptor = openWithoutWaiting(fd);
  return (bytes) => writeSync(descriptor, bytes);
}

function openWithoutWaiting(fd: 1 | 2): number {
  // Node makes pipes and sockets non-blocking once their stream is accessed.
  void (fd === 1 ? process.stdout : process.stderr);
  const kind = fstatSync(fd);
  if (!kind.isFIFO() && !kind.isCharacterDevice()) return fd;
  try {
    // Node leaves terminals blocking, and a process that shares a pipe can make it blocking again. A new descriptor is not
    // shared.
    return openSync(`/dev/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}
