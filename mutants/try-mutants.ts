import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant } from './find-mutants.ts';
import { passesTest, passesTypes, timeTest } from './run-tests.ts';
import { type TestRun, testsOf } from './targets.ts';

const FIRST_LIMIT_MS = 180_000;
const NOT_COPIED = new Set(['.git', 'node_modules', 'data']);

type TimedTest = { test: TestRun; limitMs: number };

/**
 * Tries each mutant in one of `atOnce` copies of the project in `root`, and tells `onTried` whether it survives: whether neither
 * the tests of its file nor the types notice it. Throws where a test fails without any fault.
 */
export async function tryMutants(
  mutants: readonly Mutant[],
  { root, atOnce, onTried }: { root: string; atOnce: number; onTried(mutant: Mutant, survives: boolean): void },
): Promise<void> {
  const folders = Array.from({ length: atOnce }, () => copyProject(root));
  process.once('exit', () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  const tests = await timeTests(new Set(mutants.map(({ file }) => file)), root, folders[0] ?? root);
  const queue = mutants.values();
  const tryNext = async (folder: string): Promise<void> => {
    for (const mutant of queue) onTried(mutant, await survives(mutant, tests.get(mutant.file) ?? [], folder));
  };
  await Promise.all(folders.map(tryNext));
}

function copyProject(root: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-mutants-'));
  // PostgreSQL, as a user of its own, has to get to the folders of the tests in it.
  chmodSync(folder, 0o711);
  for (const name of readdirSync(root)) {
    if (!NOT_COPIED.has(name)) cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** What each file's tests may take: much longer than without a fault. The quickest come first. */
async function timeTests(
  sources: ReadonlySet<string>,
  root: string,
  folder: string,
): Promise<Map<string, TimedTest[]>> {
  const known = new Map<string, TimedTest & { tookMs: number }>();
  const timed = async (test: TestRun) => {
    const name = JSON.stringify(test);
    const found = known.get(name);
    if (found !== undefined) return found;
    const tookMs = await timeTest(test, folder, FIRST_LIMIT_MS);
    if (tookMs === undefined) throw new Error(`${test.file} fails without any fault`);
    const added = { test, tookMs, limitMs: 5_000 + 5 * tookMs };
    known.set(name, added);
    return added;
  };
  const tests = new Map<string, TimedTest[]>();
  for (const source of sources) {
    const ofSource = [];
    for (const test of testsOf(source, root)) ofSource.push(await timed(test));
    tests.set(
      source,
      ofSource.toSorted((one, other) => one.tookMs - other.tookMs),
    );
  }
  return tests;
}

async function survives({ file, ...edit }: Mutant, tests: readonly TimedTest[], folder: string): Promise<boolean> {
  const path = join(folder, file);
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, source.slice(0, edit.start) + edit.replacement + source.slice(edit.end));
  try {
    for (const { test, limitMs } of tests) if (!(await passesTest(test, folder, limitMs))) return false;
    return await passesTypes(folder, FIRST_LIMIT_MS);
  } finally {
    writeFileSync(path, source);
  }
}
