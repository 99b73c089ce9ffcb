import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

/**
 * What a file of each room may import from the rest of `src/`. The wiring in `app/`, what is started, and the operators' commands
 * know everything.
 */
const MAY_IMPORT: Record<string, RegExp> = {
  'add-inbox/': /^add-inbox\//,
  'coldsend/': /^(coldsend|add-inbox)\/|^operations\/(growing-buffer|proxy\/connect)\.ts$/,
  'csv/': /^(csv|add-inbox)\//,
  'mailbox/': /^(mailbox|add-inbox)\//,
  'operations/': /^(operations|web|add-inbox)\/|^config\.ts$/,
  'slack/': /^(slack|add-inbox|csv|operations)\/|^web\/(http-server|install-sentences)\.ts$/,
  'slack/blocks/': /^slack\/(blocks\/|sentences\/|ids\.ts$)/,
  'slack/modals/': /^slack\/(modals|blocks|web-api|sentences)\/|^slack\/ids\.ts$|^add-inbox\/keys\/key-owner\.ts$/,
  'slack/permissions/':
    /^slack\/(permissions|install|modals|web-api|bolt|sentences)\/|^slack\/ids\.ts$|^(add-inbox|operations)\//,
  'storage/': /^(storage|add-inbox)\/|^operations\/operator-error\.ts$/,
  'storage/sealing/': /^storage\/(sealing|rows|sqlite)\/|^storage\/[a-z-]+\.ts$|^add-inbox\//,
  'web/': /^(web|add-inbox|operations)\/|^slack\/ids\.ts$/,
};

const files = globSync('**/*.{js,ts}', { cwd: SRC });

function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].map(([, target]) => target ?? '');
}

for (const [part, allowed] of Object.entries(MAY_IMPORT)) {
  test(`${part} imports only what it may`, () => {
    const inPart = files.filter((file) => file.startsWith(part));
    assert.ok(inPart.length > 0);
    for (const file of inPart) {
      const within = importsOf(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => relative(SRC, join(SRC, dirname(file), target)));
      assert.deepEqual(
        within.filter((target) => !allowed.test(target)),
        [],
        file,
      );
    }
  });
}

test('the heart of the product knows neither Slack, nor HTTP, nor SQL', () => {
  const foreign = files
    .filter((file) => file.startsWith('add-inbox/'))
    .flatMap(importsOf)
    .filter((target) => !target.startsWith('.'));
  assert.deepEqual([...new Set(foreign)], ['zod']);
});

test('only what is started reads the environment', () => {
  const readers = files.filter((file) => readFileSync(join(SRC, file), 'utf8').includes('process.env'));
  assert.deepEqual(readers.toSorted(), ['admin/admin.ts', 'main.ts']);
});

/** What tells that a file does something itself, and the one that does it for all. */
const OWNERS: [what: string, sign: string, owner: string][] = [
  ['whether somebody is an admin is asked', '.checkAdmin(', 'slack/permissions/admin-only.ts'],
  ['a wait doubles', '* 2 **', 'add-inbox/worker/back-off.ts'],
  ['work races against time', 'Promise.race(', 'add-inbox/worker/time-limit.ts'],
  ['what was added first is dropped', '.size <=', 'operations/drop-oldest.ts'],
];

for (const [what, sign, owner] of OWNERS) {
  test(`${what} in one place`, () => {
    const doers = files.filter((file) => readFileSync(join(SRC, file), 'utf8').includes(sign));
    assert.deepEqual(doers, [owner]);
  });
}

test('what runs in production does not know the playground', () => {
  for (const file of files) assert.ok(!importsOf(file).some((target) => target.includes('playground')), file);
});

test('no files import each other in a circle', () => {
  const done = new Set<string>();
  const visit = (file: string, way: string[]): void => {
    assert.ok(!way.includes(file), [...way, file].join(' -> '));
    if (done.has(file)) return;
    for (const target of importsOf(file)) {
      if (target.startsWith('.')) visit(relative(SRC, join(SRC, dirname(file), target)), [...way, file]);
    }
    done.add(file);
  };
  for (const file of files) visit(file, []);
});
