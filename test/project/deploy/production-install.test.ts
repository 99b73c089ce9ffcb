import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startLocalSlack } from '../../../playground/local-slack/local-slack.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const NOT_IN_A_CLONE = ['.git', 'node_modules', 'data', '.env'];

/** `nobody`. If root does not run the test, then the test itself is an unprivileged user. */
const UNPRIVILEGED = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

/** The system's own Node: without the project's, which `npm test` puts first. */
const PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);

const SYSTEM_NODE = spawnSync('node', ['-p', 'process.versions.node'], {
  env: { PATH },
  encoding: 'utf8',
}).stdout.trim();

const READY_WITHIN_MS = 60_000;

test('npm ci --omit=dev && npm start, as an unprivileged user', async (context) => {
  const { folder, npm } = copyProject();
  context.after(() => {
    spawnSync('chmod', ['-R', 'u+w', folder]);
    rmSync(folder, { recursive: true });
  });

  await context.test('installs without a warning', async () => {
    const install = npm(['ci', '--omit=dev', '--no-audit', '--no-fund', '--no-update-notifier']);
    assert.equal(await install.ended, 0, install.output());
    assert.match(install.output().trim(), /^added \d+ packages in \S+$/);
  });

  await context.test('runs where only the data folder can be written, and stops on SIGTERM', async () => {
    spawnSync('chmod', ['-R', 'a-w', folder]);
    spawnSync('chmod', ['u+w', join(folder, 'data')]);
    const slack = await startLocalSlack();
    context.after(() => slack.close());
    const bot = npm(['start'], {
      SLACK_BOT_TOKEN: slack.installation.botToken,
      SLACK_SIGNING_SECRET: slack.app.signingSecret,
      SLACK_API_URL: slack.apiUrl,
      ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 42).toString('base64')}`,
      HOST: '127.0.0.1',
      PORT: '0',
    });
    const url = `http://127.0.0.1:${await bot.find(/"port":(\d+).*"message":"Ready"/)}`;
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    bot.kill('SIGTERM');
    await bot.ended;
    assert.match(bot.output(), /"message":"Stopping"/);
    await assert.rejects(fetch(`${url}/healthz`), 'no process is left behind');
  });

  const skip = Number.parseInt(SYSTEM_NODE, 10) >= 24 && `the Node of this system, ${SYSTEM_NODE}, can run the bot`;
  await context.test(
    'says in a sentence that scripts were ignored, if the Node of the system is too old',
    { skip },
    async () => {
      spawnSync('chmod', ['-R', 'u+w', join(folder, 'node_modules/node')]);
      rmSync(join(folder, 'node_modules/node/bin/node'));
      for (const command of [['start'], ['run', 'admin', '--', 'list']]) {
        const refused = npm(command);
        assert.equal(await refused.ended, 1);
        assert.match(refused.output(), /^The bot needs Node 24 or later.*without --ignore-scripts/m);
        assert.doesNotMatch(refused.output(), /SyntaxError|^\s+at /m);
      }
    },
  );
});

test('an old Node is refused in one sentence', () => {
  const old = `Object.defineProperty(process, 'versions', { value: { node: '18.20.8' } });`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', `${old} require('./scripts/check-node.cjs')`], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.match(stderr, /^The bot needs Node 24 or later, and this is Node 18\.20\.8\. .*\.\n$/);
});

test('a package that is not installed is named in one sentence, and any other error stays as it is', () => {
  for (const [script, says] of [
    ["import 'no-such-package';", /^The package no-such-package is not installed\. Run "npm ci"\. .*\.\n$/],
    ["import './no-such-file.ts';", /ERR_MODULE_NOT_FOUND/],
  ] as const) {
    const { status, stderr } = spawnSync(
      process.execPath,
      ['-r', './scripts/check-node.cjs', '--input-type=module', '--eval', script],
      { cwd: ROOT, encoding: 'utf8' },
    );
    assert.equal(status, 1);
    assert.match(stderr, says);
  }
});

test('the commands for operators and newcomers check their Node before anything else', () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  for (const [name, script] of Object.entries(scripts)) {
    if (/\bnode /.test(script)) assert.match(script, /^(\w+=\S+ exec )?node -r \.\/scripts\/check-node\.cjs /, name);
  }
});

/** A clean copy of the project with an empty data folder, which belongs to the unprivileged user, and that user's npm. */
function copyProject() {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-install-'));
  const home = join(folder, 'home');
  cpSync(ROOT, folder, { recursive: true, filter: (path) => !NOT_IN_A_CLONE.includes(basename(path)) });
  for (const made of [home, join(folder, 'data')]) mkdirSync(made);
  if (UNPRIVILEGED !== undefined) spawnSync('chown', ['-R', `${UNPRIVILEGED.uid}:${UNPRIVILEGED.gid}`, folder]);
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_(?!EXTRA_CA)|INIT_CWD)/i.test(name));
  const base = { ...Object.fromEntries(inherited), npm_config_registry: findRegistry(), PATH, HOME: home };
  return {
    folder,
    npm: (args: string[], env: Record<string, string> = {}) =>
      watch(spawn('npm', args, { cwd: folder, env: { ...base, ...env }, ...UNPRIVILEGED })),
  };
}

/** The registry may be named in the home folder of whoever runs the test. */
function findRegistry(): string {
  return spawnSync('npm', ['config', 'get', 'registry'], {
    env: { ...process.env, PATH },
    encoding: 'utf8',
  }).stdout.trim();
}

function watch(child: ChildProcess) {
  let output = '';
  const found: (() => void)[] = [];
  const onData = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const look of found) look();
  };
  child.stdout?.on('data', onData);
  child.stderr?.on('data', onData);
  const ended = once(child, 'close').then(([status]: unknown[]) => status);
  return {
    output: () => output,
    ended,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Resolves with the first group once the output matches; rejects with the output if it never does. */
    find: (pattern: RegExp) =>
      new Promise<string>((resolve, reject) => {
        found.push(() => {
          const match = pattern.exec(output)?.[1];
          if (match !== undefined) resolve(match);
        });
        const fail = (): void => reject(new Error(`nothing matches ${pattern}:\n${output}`));
        void ended.then(fail);
        setTimeout(fail, READY_WITHIN_MS).unref();
      }),
  };
}
