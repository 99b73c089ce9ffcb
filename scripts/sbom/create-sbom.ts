import type { Package } from './read-packages.ts';

/** Licenses that ask for no more than a notice. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);

/** A bill of materials in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), the same each time for the same packages. */
export function createSbom(self: Package, packages: Package[]) {
  const unique = [...new Map(packages.map((each) => [urlOf(each), each])).values()];
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { ...describe(self), type: 'application' } },
    components: unique.map(describe),
    dependencies: [self, ...unique].map((each) => ({
      ref: urlOf(each),
      dependsOn: [...new Set(each.needs.map(urlOf))].sort(),
    })),
  };
}

function describe(each: Package) {
  const { name, version, license, integrity } = each;
  const [, algorithm = '', digest = ''] = /^(sha\d+)-(.+)$/.exec(integrity ?? '') ?? [];
  return {
    type: 'library',
    'bom-ref': urlOf(each),
    name,
    version,
    purl: urlOf(each),
    ...(license !== undefined && {
      licenses: [isId(license) ? { license: { id: license } } : { expression: license }],
    }),
    ...(digest !== '' && {
      hashes: [{ alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(digest, 'base64').toString('hex') }],
    }),
  };
}

/** https://github.com/package-url/purl-spec */
function urlOf({ name, version }: Package): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function isId(license: string): boolean {
  return !/[ ()]/.test(license);
}

/** A sentence for each package without a permissive license. */
export function findLicenseProblems(packages: Package[]): string[] {
  return packages
    .filter(({ license }) => license === undefined || !isPermissive(license))
    .map(({ name, version, license = 'no license' }) => `${name} ${version} has no permissive license: ${license}.`);
}

/** Of `A OR B` one is enough, of `A AND B` both have to be permissive. Anything else in an expression is not understood. */
function isPermissive(expression: string): boolean {
  const bare = expression.replace(/^\(([^()]*)\)$/, '$1');
  if (bare.includes(' OR ')) return bare.split(' OR ').some(isPermissive);
  if (bare.includes(' AND ')) return bare.split(' AND ').every(isPermissive);
  return PERMISSIVE.has(bare);
}

/** The number of packages and their names, for each license. */
export function renderLicenses(packages: Package[]): string {
  const groups = Object.entries(Object.groupBy(packages, ({ license = 'no license' }) => license));
  return groups
    .map(([license, some = []]) => `${license} (${some.length}): ${some.map(({ name }) => name).join(', ')}`)
    .sort()
    .join('\n');
}
