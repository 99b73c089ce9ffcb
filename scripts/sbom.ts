import { readFileSync } from 'node:fs';
import { createSbom, findLicenseProblems, renderLicenses } from './sbom/create-sbom.ts';
import { readPackages } from './sbom/read-packages.ts';

/*
 * `npm run sbom` prints a bill of materials in CycloneDX JSON, and `npm run sbom -- --licenses` a list of the licenses. Both read
 * only package-lock.json and what `npm ci` installed. The status is 1 if a package has no permissive license.
 */

const root = new URL('../', import.meta.url);
const { self, packages } = readPackages((path) => readFileSync(new URL(path, root), 'utf8'));

console.log(
  process.argv.includes('--licenses') ? renderLicenses(packages) : JSON.stringify(createSbom(self, packages), null, 2),
);
for (const problem of findLicenseProblems(packages)) {
  console.error(problem);
  process.exitCode = 1;
}
