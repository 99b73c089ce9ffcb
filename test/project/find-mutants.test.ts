import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Mutant } from '../../mutants/find-mutants.ts';
import { parseSources } from '../../mutants/parse-sources.ts';
import { parseSettings } from '../../mutants/settings.ts';
import { TARGETS, testsOf } from '../../mutants/targets.ts';
import { tryMutants } from '../../mutants/try-mutants.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-find-mutants-'));
const OPTIONS = { module: 'nodenext', noEmit: true, strict: true, types: [] };
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'tsconfig.json'), '{ "include": ["*.ts"] }');

/** The source with each of its faults, one at a time. */
function faultsOf(source: string): string[] {
  writeFileSync(join(folder, 'x.ts'), source);
  return parseSources(folder, ['x.ts']).map(
    ({ start, end, replacement }) => source.slice(0, start) + replacement + source.slice(end),
  );
}

test('a condition is held to be true, and to be false', () => {
  assert.deepEqual(faultsOf('if (a) b;'), ['if ((a) || true) b;', 'if ((a) && false) b;', 'if (a) {}']);
  assert.deepEqual(faultsOf('const x = a ? b : c;'), [
    'const x = (a) || true ? b : c;',
    'const x = (a) && false ? b : c;',
  ]);
});

test('bounds, operators and constants change', () => {
  assert.deepEqual(faultsOf('const x = a < 7;'), ['const x = a <= 7;', 'const x = a < 8;']);
  assert.deepEqual(faultsOf('const x = a === 60_000;'), ['const x = a !== 60_000;', 'const x = a === 6000000;']);
  assert.deepEqual(faultsOf('const x = a && !b;'), ['const x = (a);', 'const x = (!b);', 'const x = a && b;']);
  assert.deepEqual(faultsOf('const x = Math.min(a, true);'), [
    'const x = Math.max(a, true);',
    'const x = Math.min(a, false);',
  ]);
});

test('statements, awaits, elements and chained calls are removed', () => {
  assert.deepEqual(faultsOf('await a();'), ['{}', 'a();']);
  assert.deepEqual(faultsOf('const x = { a, b: c };'), ['const x = {  b: c };', 'const x = { a,  };']);
  assert.deepEqual(faultsOf('const x = [a, b];'), ['const x = [ b];', 'const x = [a, ];']);
  assert.deepEqual(faultsOf('const x = a.b().catch(c);'), ['const x = a.b();']);
});

test('the words of SQL change', () => {
  assert.deepEqual(faultsOf('const x = sql`a <= b or c is null`;'), [
    'const x = sql`a > b or c is null`;',
    'const x = sql`a <= b and c is null`;',
    'const x = sql`a <= b or c is not null`;',
  ]);
});

test('types and imports have no faults', () => {
  assert.deepEqual(
    faultsOf("import { a } from './a.ts';\ntype X = { a: 1 };\ninterface Y { b: true }\nconst x: 1 | 2 = y;"),
    [],
  );
});

test('each file of the run exists and has a test', () => {
  const files = Object.keys(TARGETS);
  for (const file of files) assert.ok(existsSync(join(ROOT, file)) && testsOf(file, ROOT).length > 0, file);
});

test('a fault survives that neither the tests nor the types notice', { timeout: 240_000 }, async () => {
  const root = mkdtempSync(join(folder, 'project-'));
  for (const each of ['src', 'test']) mkdirSync(join(root, each));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, include: ['src'] }));
  const source = 'export function isOdd(n: number): boolean {\n  const two = 2;\n  return n % two === 1 || n > 9;\n}\n';
  writeFileSync(join(root, 'src/odd.ts'), source);
  const asserted = "import { isOdd } from '../src/odd.ts';\nif (!isOdd(1) || isOdd(2) || !isOdd(3)) process.exit(1);\n";
  writeFileSync(join(root, 'test/odd.test.ts'), asserted);
  const survivors: string[] = [];
  const mutants = parseSources(root, ['src/odd.ts']);
  const onTried = ({ change }: Mutant, survives: boolean) => void (survives && survivors.push(change));
  await tryMutants(mutants, { root, atOnce: 2, onTried });
  assert.deepEqual(
    survivors.toSorted(),
    [
      'return n % two === 1 || n > «9»; → 10',
      'return n % two === 1 || n «>» 9; → >=',
      'return «n % two === 1 || n > 9»; → (n % two === 1)',
    ].toSorted(),
  );
});

test('the settings are a seed, how many, and which files', () => {
  assert.deepEqual(parseSettings([], ROOT), { seed: 1, sample: 200, files: Object.keys(TARGETS) });
  const settings = parseSettings(['--seed', '7', '--all', 'src/coldsend/post-*.ts'], ROOT);
  assert.deepEqual(settings, { seed: 7, sample: Number.POSITIVE_INFINITY, files: ['src/coldsend/post-once.ts'] });
  for (const args of [['--seed', 'x'], ['--sample', '-1'], ['src/none.ts'], ['--unknown']]) {
    assert.throws(() => parseSettings(args, ROOT), TypeError, args.join(' '));
  }
});
