import { spawnSync } from 'node:child_process';

/**
 * Why a test that needs a program of the system is skipped; false if the program is there, and in CI, where it has to be.
 *
 * @param debianPackage the package of Debian that has it
 */
export function findMissing(program: string, debianPackage: string): string | false {
  const isMissing = spawnSync(program, ['--version']).error !== undefined;
  return isMissing && process.env.CI === undefined && `${program} is missing: apt-get install ${debianPackage}`;
}
