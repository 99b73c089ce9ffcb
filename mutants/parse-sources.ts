import { join } from 'node:path';
import type { Node } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';
import { findMutants, type Mutant } from './find-mutants.ts';

/**
 * All mutants of these files, paths below `root`, which has the project's tsconfig.json. Throws where one is not in the project.
 *
 * TypeScript 7 has its parser under `unstable`: its version is pinned, and another parser would be one more dependency.
 */
export function parseSources(root: string, files: readonly string[]): Mutant[] {
  const api = new API({ cwd: root });
  try {
    const [project] = api.updateSnapshot({ openProject: join(root, 'tsconfig.json') }).getProjects();
    return files.flatMap((file) => {
      const source: Node | undefined = project?.program.getSourceFile(join(root, file));
      if (source === undefined) throw new TypeError(`${file} is no file of the project`);
      return findMutants(file, source);
    });
  } finally {
    api.close();
  }
}
