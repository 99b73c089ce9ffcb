import { globSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Rooms of `test/` whose files start no process and leave nothing behind in theirs. */
const UNIT_ROOMS = ['add-inbox', 'coldsend', 'csv', 'operations', 'slack'];

/**
 * The files that `npm test` runs, each in a process of its own. A unit room is one of them, written into the folder: to start a
 * process and load the modules costs more than most of its tests.
 */
export function findTests(folder: string): string[] {
  const files = globSync('test/**/*.test.ts').toSorted();
  const rooms = UNIT_ROOMS.map((room) => {
    const path = join(folder, `${room}.test.mjs`);
    writeFileSync(path, importAll(files.filter((file) => roomOf(file) === room)));
    return path;
  });
  return [...rooms, ...files.filter((file) => !UNIT_ROOMS.includes(roomOf(file)))];
}

function roomOf(file: string): string {
  return file.split('/')[1] ?? '';
}

function importAll(files: string[]): string {
  return files.map((file) => `import '${pathToFileURL(resolve(file)).href}';\n`).join('');
}
