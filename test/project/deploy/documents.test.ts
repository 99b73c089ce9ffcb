import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { MIGRATIONS } from '../../../src/storage/migrations/migrations.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const DOCUMENTS = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT });

test('every link of a document to a file of the project leads somewhere', () => {
  const dead = DOCUMENTS.flatMap((document) =>
    [...readFileSync(join(ROOT, document), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)]
      .map(([, path = '']) => join(dirname(document), path))
      .filter((path) => !existsSync(join(ROOT, path)))
      .map((path) => `${document}: ${path}`),
  );
  assert.deepEqual(dead, []);
});

test('CHANGELOG.md has the current version and names the latest migration', () => {
  const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  assert.ok(changelog.includes(`\n## ${version}\n`));
  const latest = MIGRATIONS.at(-1)?.name ?? assert.fail();
  assert.ok(changelog.includes(latest), latest);
});

test('every measure in SECURITY.md has tests, and they exist', () => {
  const [, measures = ''] = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8').split('## Threats and measures');
  const rows = measures.split('\n').filter((line) => /^\| (?!threat )/.test(line));
  assert.ok(rows.length > 10);
  for (const row of rows) {
    const tests = row.match(/test\/[\w/-]+\.test\.ts/g) ?? [];
    assert.ok(tests.length > 0, row);
    for (const file of tests) assert.ok(existsSync(join(ROOT, file)), file);
  }
});
