import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * Where `path` leads through symbolic links, also while no file is there yet: every name of one file gives the same.
 *
 * @throws the file system's error where it leads nowhere (a loop of links, a file in place of a folder)
 */
export function realPathOf(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch (error) {
    if (!hasCode(error, 'ENOENT') || absolute === dirname(absolute)) throw error;
  }
  const folder = realPathOf(dirname(absolute));
  const target = readLink(join(folder, basename(absolute)));
  return target === undefined ? join(folder, basename(absolute)) : realPathOf(resolve(folder, target));
}

/** Undefined where there is no link. */
function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'EINVAL')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
