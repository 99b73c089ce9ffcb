import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../../', import.meta.url);
const FOLDER = 'playground/local-slack/';
const DOOR = `${FOLDER}local-slack.ts`;

const files = globSync('*/**/*.{js,ts}', { cwd: fileURLToPath(ROOT), exclude: ['node_modules/**'] });
const inside = files.filter((file) => file.startsWith(FOLDER));

/** What a file imports: packages by name, files by their path in the project. */
function importsOf(file: string): string[] {
  const text = readFileSync(new URL(file, ROOT), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].map(([, target = '']) =>
    target.startsWith('.') ? new URL(target, new URL(file, ROOT)).href.slice(ROOT.href.length) : target,
  );
}

/** The page hands `json.ts` to the browser, which can't take the door: that starts a server. */
function mayImport(file: string, target: string): boolean {
  return target === DOOR || (file.startsWith('playground/page/') && target === `${FOLDER}json.ts`);
}

test('the local Slack imports nothing of the project, nor the SDK', () => {
  assert.ok(inside.includes(DOOR));
  for (const file of inside) {
    const foreign = importsOf(file).filter(
      (target) => !target.startsWith(FOLDER) && !/^(node:[\w/]+|ws|zod)$/.test(target),
    );
    assert.deepEqual(foreign, [], file);
  }
});

test('others come in by its door; only its own tests look behind it', () => {
  const others = files.filter((file) => !file.startsWith(FOLDER) && !file.startsWith('test/playground/local-slack/'));
  assert.ok(others.some((file) => importsOf(file).includes(DOOR)));
  for (const file of others) {
    const behind = importsOf(file).filter((target) => target.startsWith(FOLDER) && !mayImport(file, target));
    assert.deepEqual(behind, [], file);
  }
});

test('its files import each other in no circle', () => {
  const done = new Set<string>();
  function visit(file: string, way: string[]): void {
    assert.ok(!way.includes(file), [...way, file].join(' → '));
    if (done.has(file) || !file.startsWith(FOLDER)) return;
    for (const target of importsOf(file)) visit(target, [...way, file]);
    done.add(file);
  }
  for (const file of inside) visit(file, []);
});
