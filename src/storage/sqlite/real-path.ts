import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * Resolves the symbolic links in `path`, even if the file doesn't exist yet. All names of one file give the same path.
 *
 * @throws the file system's error if the path can't be resolved (a loop of links, or a file in place of a folder)
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

/** Undefined if there is no link. */
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
