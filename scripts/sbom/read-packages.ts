import { z } from 'zod';

/** One installed version of a package that the bot needs to run. */
export type Package = {
  name: string;
  version: string;
  /** An SPDX expression, as in `MIT` or `(MIT OR Apache-2.0)`; undefined if the package names none. */
  license: string | undefined;
  /** As in package-lock.json: `sha512-` and base64. */
  integrity: string | undefined;
  /** The packages that it gets when it imports them. */
  needs: Package[];
};

const names = z.record(z.string(), z.string()).default({});

const entry = z.object({
  version: z.string(),
  integrity: z.string().optional(),
  dev: z.boolean().default(false),
  dependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
});

const lock = z.object({ packages: z.record(z.string(), entry) });

const manifest = z.object({
  name: z.string(),
  license: z.union([z.string(), z.object({ type: z.string() }).transform(({ type }) => type)]).optional(),
});

/**
 * The project and what it needs to run, without development dependencies, sorted by name and version.
 *
 * @param read the text of a file of the project
 * @throws the error of `read` if a package is not installed
 */
export function readPackages(read: (path: string) => string): { self: Package; packages: Package[] } {
  const entries = Object.entries(lock.parse(JSON.parse(read('package-lock.json'))).packages);
  const found = new Map<string, Package>();
  const installed = entries.filter(([, { dev }]) => !dev);
  for (const [path, { version, integrity }] of installed) {
    const { name, license } = manifest.parse(JSON.parse(read(path === '' ? 'package.json' : `${path}/package.json`)));
    found.set(path, { name, version, license, integrity, needs: [] });
  }
  for (const [path, { dependencies, optionalDependencies, peerDependencies }] of installed) {
    const wanted = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
    found.get(path)?.needs.push(...wanted.flatMap((name) => resolve(found, path, name) ?? []));
  }
  const { '': self, ...others } = Object.fromEntries(found);
  if (self === undefined) throw new TypeError('package-lock.json does not name the project');
  return { self, packages: Object.values(others).sort(byName) };
}

/** As Node does: in the folder of the package itself, then in each folder above. */
function resolve(found: Map<string, Package>, from: string, name: string): Package | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const hit = found.get(`${folder === '' ? '' : `${folder}/`}node_modules/${name}`);
    if (hit !== undefined || folder === '') return hit;
  }
}

function byName(a: Package, b: Package): number {
  return `${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1;
}
