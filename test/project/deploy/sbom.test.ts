import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { z } from 'zod';
import { createSbom, findLicenseProblems, renderLicenses } from '../../../scripts/sbom/create-sbom.ts';
import { readAudit } from '../../../scripts/sbom/read-audit.ts';
import { type Package, readPackages } from '../../../scripts/sbom/read-packages.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const SCHEMAS = join(
  dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')),
  'res/schema',
);

const { self, packages } = readPackages((path) => readFileSync(join(ROOT, path), 'utf8'));

test('npm run sbom prints a bill of materials that the schema of CycloneDX accepts', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/sbom.ts'], { cwd: ROOT, encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
  const sbom: unknown = JSON.parse(stdout);
  assert.deepEqual(sbom, JSON.parse(JSON.stringify(createSbom(self, packages))));
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const name of ['spdx', 'jsf-0.82']) ajv.addSchema(readSchema(name), urlOf(name));
  const isValid = ajv.compile(readSchema('bom-1.6'));
  assert.ok(isValid(sbom), JSON.stringify(isValid.errors));
  assert.equal(isValid({ ...Object(sbom), components: [{ type: 'library' }] }), false, 'the schema is in force');
});

test('it has what the bot needs to run, and only that', () => {
  const names = packages.map(({ name }) => name);
  const { dependencies, devDependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()), devDependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  for (const [name, version] of Object.entries(dependencies)) {
    assert.ok(
      packages.some((each) => each.name === name && each.version === version),
      name,
    );
  }
  for (const name of ['typescript', '@biomejs/biome', 'ajv']) {
    assert.ok(name in devDependencies && !names.includes(name), name);
  }
  const { components, dependencies: graph } = createSbom(self, packages);
  const refs = new Set(graph.map(({ ref }) => ref));
  assert.deepEqual(
    graph.flatMap(({ dependsOn }) => dependsOn.filter((ref) => !refs.has(ref))),
    [],
  );
  const reached = new Set([graph[0]?.ref ?? '']);
  for (const ref of reached)
    for (const next of graph.find((each) => each.ref === ref)?.dependsOn ?? []) reached.add(next);
  assert.equal(reached.size, components.length + 1, 'each is needed by something');
});

test('every package has a permissive license; any other, or none, is named', () => {
  assert.deepEqual(findLicenseProblems(packages), []);
  assert.match(renderLicenses(packages), /^MIT \(\d+\): .*\bzod\b/m);
  const of = (license: string | undefined): Package => ({
    name: 'x',
    version: '1.0.0',
    license,
    integrity: '',
    needs: [],
  });
  for (const license of [
    'GPL-3.0-only',
    'MIT AND GPL-3.0-only',
    '(AGPL-3.0-only OR SSPL-1.0)',
    'UNLICENSED',
    undefined,
  ]) {
    assert.deepEqual(findLicenseProblems([of(license)]), [
      `x 1.0.0 has no permissive license: ${license ?? 'no license'}.`,
    ]);
  }
  for (const license of ['ISC', '(MIT OR EUPL-1.1+)', 'MIT AND Zlib']) {
    assert.deepEqual(findLicenseProblems([of(license)]), []);
  }
});

test('npm run audit fails for known problems, and not where the registry does not answer', () => {
  const found = { vulnerabilities: { qs: { name: 'qs', severity: 'high' } } };
  assert.deepEqual(readAudit(JSON.stringify(found)), {
    isFine: false,
    says: 'The registry knows problems of qs (high). Run: npm audit --omit=dev',
  });
  assert.equal(readAudit('{"vulnerabilities":{}}').isFine, true);
  for (const silent of ['', '{"statusCode":405}', '{"error":{"code":"ENOAUDIT"}}', '<html>']) {
    assert.deepEqual(readAudit(silent), {
      isFine: true,
      says: 'The registry did not answer, so known problems were not checked.',
    });
  }
});

function readSchema(name: string): object {
  return JSON.parse(readFileSync(join(SCHEMAS, `${name}.SNAPSHOT.schema.json`), 'utf8'));
}

/** How the schemas name each other. */
function urlOf(name: string): string {
  return `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`;
}
