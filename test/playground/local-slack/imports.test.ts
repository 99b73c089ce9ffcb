import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

const FOLDER = new URL('../../../playground/local-slack/', import.meta.url);

test('the local Slack knows nothing of the bot, nor of its SDK', async () => {
  const names = (await readdir(FOLDER, { recursive: true })).filter((name) => name.endsWith('.ts'));
  for (const name of names) {
    const file = new URL(name, FOLDER);
    const imported = [...(await readFile(file, 'utf8')).matchAll(/from '([^']+)'/g)].map(([, path]) => path ?? '');
    const foreign = imported.filter((path) =>
      path.startsWith('.') ? !new URL(path, file).href.startsWith(FOLDER.href) : !/^(node:[\w/]+|ws|zod)$/.test(path),
    );
    assert.deepEqual(foreign, [], name);
  }
});
