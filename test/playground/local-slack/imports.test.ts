import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

const FOLDER = new URL('../../../playground/local-slack/', import.meta.url);

test('the local Slack knows nothing of the bot, nor of its SDK', async () => {
  for (const name of await readdir(FOLDER)) {
    const source = await readFile(new URL(name, FOLDER), 'utf8');
    const imported = [...source.matchAll(/from '([^']+)'/g)].map(([, path]) => path ?? '');
    const foreign = imported.filter((path) => !/^(\.\/[\w-]+\.ts|node:[\w/]+|ws|zod)$/.test(path));
    assert.deepEqual(foreign, [], name);
  }
});
