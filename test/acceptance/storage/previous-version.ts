import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** 0.1.0, the last version without batches. With each release, this becomes the release before it. */
const PREVIOUS = '1555fe482364393e9a09878ddcf5a4bc38808ada';

/** The main file of the previous version, with the packages of this one; undefined if the clone has no such commit. */
export function unpackPreviousVersion(context: TestContext): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-previous-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  try {
    const archive = execFileSync('git', ['archive', PREVIOUS, 'src', 'package.json'], {
      cwd: ROOT,
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    execFileSync('tar', ['-x', '-C', folder], { input: archive });
  } catch {
    return undefined;
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'src', 'main.ts');
}
