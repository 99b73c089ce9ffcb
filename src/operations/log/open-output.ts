import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/**
 * Opens stdout (1) or stderr (2) for writing that never waits for a reader.
 *
 * @returns writes as many of the bytes as are taken at once and returns how many; throws where none are (EAGAIN, EPIPE, ENOSPC)
 */
export function openOutput(fd: 1 | 2): (bytes: Buffer) => number {
  const descriptor = openWithoutWaiting(fd);
  return (bytes) => writeSync(descriptor, bytes);
}

function openWithoutWaiting(fd: 1 | 2): number {
  // Node sets pipes and sockets to non-blocking once their stream is asked for.
  void (fd === 1 ? process.stdout : process.stderr);
  const kind = fstatSync(fd);
  if (!kind.isFIFO() && !kind.isCharacterDevice()) return fd;
  try {
    // Node leaves terminals blocking, and a process that shares the pipe can set it back. Nobody else has what is opened anew.
    return openSync(`/dev/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}
