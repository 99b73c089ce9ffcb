import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A folder with more things side by side is no folder but a drawer. */
const MAX_ENTRIES = 12;

const MAX_LINES = 400;

const files = globSync('{src,test}/**/*.{ts,js}', { cwd: ROOT });

test(`no folder of src/ and test/ has more than ${MAX_ENTRIES} entries`, () => {
  const folders = new Set(files.flatMap((file) => foldersOf(dirname(file))));
  const full = [...folders].map((folder) => ({ folder, entries: readdirSync(join(ROOT, folder)).length }));
  assert.deepEqual(
    full.filter(({ entries }) => entries > MAX_ENTRIES),
    [],
  );
});

test(`no file of src/ and test/ has more than ${MAX_LINES} lines`, () => {
  const lengths = files.map((file) => ({ file, lines: readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1 }));
  assert.deepEqual(
    lengths.filter(({ lines }) => lines > MAX_LINES),
    [],
  );
});

function foldersOf(folder: string): string[] {
  return folder === '.' ? [] : [folder, ...foldersOf(dirname(folder))];
}
