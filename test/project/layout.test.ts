import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A folder with more things side by side is no folder but a drawer. */
const MAX_ENTRIES = 12;

const MAX_LINES = 400;

const MAX_LINES_OF_A_TEST = 200;

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
  const lengths = files.map((file) => ({ file, lines: linesOf(file).length }));
  assert.deepEqual(
    lengths.filter(({ lines }) => lines > MAX_LINES),
    [],
  );
});

test(`no test, and no function of a suite, has more than ${MAX_LINES_OF_A_TEST} lines`, () => {
  const long = files.filter((file) => file.startsWith('test/')).flatMap(findLongBlocks);
  assert.deepEqual(long, []);
});

/** Where the tests and functions begin that are too long; as the formatter has it, they end at a brace in the first column. */
function findLongBlocks(file: string): string[] {
  const lines = linesOf(file);
  return lines.flatMap((line, index) => {
    if (!/^(export |async )*(function|test|describe|for)\b/.test(line)) return [];
    const length = lines.slice(index).findIndex((each) => each.startsWith('}')) + 1;
    return length > MAX_LINES_OF_A_TEST ? [`${file}:${index + 1} has ${length}`] : [];
  });
}

function linesOf(file: string): string[] {
  return readFileSync(join(ROOT, file), 'utf8').split('\n').slice(0, -1);
}

function foldersOf(folder: string): string[] {
  return folder === '.' ? [] : [folder, ...foldersOf(dirname(folder))];
}
