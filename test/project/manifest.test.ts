import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { readManifest, toHttpManifest } from '../../scripts/http-manifest.ts';
import { ACTIONS, BOT_NAME, BOT_SCOPES, CALLBACKS, OPTIONAL_SCOPES } from '../../src/slack/ids.ts';
import { INSTALL_PAGE } from '../../src/web/install-sentences.ts';
import { listStubbedListeners } from '../slack/listener-stubs.ts';

const shape = z.object({
  features: z.object({
    app_home: z.object({ home_tab_enabled: z.boolean(), messages_tab_enabled: z.boolean() }),
    bot_user: z.object({ display_name: z.string() }),
    slash_commands: z.array(z.object({ command: z.string(), should_escape: z.boolean(), url: z.string().optional() })),
  }),
  oauth_config: z.object({
    redirect_urls: z.array(z.string()).optional(),
    scopes: z.object({ bot: z.array(z.string()), bot_optional: z.array(z.string()) }),
  }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: z.array(z.string()), request_url: z.string().optional() }),
    interactivity: z.object({ is_enabled: z.boolean(), request_url: z.string().optional() }),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.boolean(),
    org_deploy_enabled: z.boolean(),
  }),
});

const manifest = shape.parse(parse(readManifest()));

const listeners = listStubbedListeners();

test('the manifest declares just the commands and events that are listened to', () => {
  assert.deepEqual(
    manifest.features.slash_commands.map(({ command }) => command),
    Object.keys(listeners.commands),
  );
  assert.deepEqual(manifest.settings.event_subscriptions.bot_events, [
    ...Object.keys(listeners.events),
    ...Object.keys(listeners.lifecycle),
  ]);
});

test('every id that something is drawn with has a listener, and the other way round', () => {
  const actions = [...Object.keys(listeners.actions), ...Object.keys(listeners.viewActions)];
  assert.deepEqual(actions.sort(), Object.values(ACTIONS).sort());
  const callbacks = [...Object.keys(listeners.submissions), CALLBACKS.notice, CALLBACKS.audit, CALLBACKS.reading];
  assert.deepEqual(callbacks.sort(), Object.values(CALLBACKS).sort());
});

test('installing asks for the scopes of the manifest, and the page tells each of them in words', () => {
  assert.deepEqual([...BOT_SCOPES], manifest.oauth_config.scopes.bot);
  assert.deepEqual([...OPTIONAL_SCOPES], manifest.oauth_config.scopes.bot_optional);
  for (const scope of BOT_SCOPES) assert.ok(INSTALL_PAGE.scopes[scope], scope);
});

test('each scope has its reason beside it', () => {
  assert.deepEqual(manifest.oauth_config.scopes.bot, [
    'commands',
    'chat:write',
    'chat:write.public',
    'users:read',
    'usergroups:read',
    'files:write',
    'files:read',
  ]);
  const lines = readManifest().split('\n');
  for (const scope of Object.values(manifest.oauth_config.scopes).flat()) {
    const at = lines.findIndex((line) => line.trim() === `- ${scope}`);
    assert.match(lines[at - 1] ?? '', /^\s*# \S/, scope);
  }
});

test('as it stands the manifest is for Socket Mode, with token rotation and org-wide installs off', () => {
  assert.equal(manifest.settings.socket_mode_enabled, true);
  assert.equal(manifest.settings.token_rotation_enabled, false);
  assert.equal(manifest.settings.org_deploy_enabled, false);
  assert.equal(manifest.settings.interactivity.is_enabled, true);
  assert.equal(manifest.features.app_home.home_tab_enabled, true);
  assert.equal(manifest.features.bot_user.display_name, BOT_NAME);
});

test('the variant for HTTP sends everything to /slack/events', () => {
  const http = shape.parse(parse(toHttpManifest(readManifest(), 'https://bot.example.com')));
  const url = 'https://bot.example.com/slack/events';
  assert.equal(http.settings.socket_mode_enabled, false);
  assert.deepEqual(
    [
      http.features.slash_commands[0]?.url,
      http.settings.event_subscriptions.request_url,
      http.settings.interactivity.request_url,
    ],
    [url, url, url],
  );
  assert.deepEqual(http.oauth_config, {
    ...manifest.oauth_config,
    redirect_urls: ['https://bot.example.com/slack/oauth_redirect'],
  });
});

test('npm run manifest prints it before anything is installed, and refuses what Slack would not take', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-manifest-'));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const file of ['manifest.yml', 'package.json', 'scripts/manifest.ts', 'scripts/http-manifest.ts'])
    cpSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), join(folder, file));
  const run = (...args: string[]) =>
    execFileSync(process.execPath, ['scripts/manifest.ts', ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  assert.equal(run(), readManifest());
  assert.match(run('https://bot.example.com'), /url: https:\/\/bot\.example\.com\/slack\/events/);
  for (const bad of ['http://bot.example.com', 'bot.example.com', '--help'])
    assert.throws(() => run(bad), { status: 2 });
});
