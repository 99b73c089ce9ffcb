import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const FETCHED_WITHIN_MS = 30_000;

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** 0.1.0, the last version without batches. With each release, this becomes the release before it. */
const PREVIOUS = '1555fe482364393e9a09878ddcf5a4bc38808ada';

/** The latest migration that the previous version knows, which shows that it is its code that runs. */
export const PREVIOUS_MIGRATION = '0006-set-aside';

/**
 * The main file of the previous version, with the packages of this one. A shallow clone gets the commit from where it was cloned.
 *
 * @returns undefined if the commit can't be had, as without a network
 */
export function unpackPreviousVersion(context: TestContext): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-previous-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  if (!hasPrevious()) runGit('fetch', '--quiet', '--depth=1', '--no-tags', 'origin', PREVIOUS);
  if (!hasPrevious()) return undefined;
  const { stdout: archive } = runGit('archive', PREVIOUS, 'src', 'package.json');
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'src', 'main.ts');
}

function hasPrevious(): boolean {
  return runGit('cat-file', '-e', `${PREVIOUS}^{commit}`).status === 0;
}

function runGit(...args: string[]) {
  return spawnSync('git', args, { cwd: ROOT, maxBuffer: 64 * 1024 * 1024, timeout: FETCHED_WITHIN_MS });
}
