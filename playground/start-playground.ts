import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BotProcess, startBotProcess } from './bot-process.ts';
import { findFreePort } from './find-free-port.ts';
import { type LocalColdsend, startLocalColdsend } from './local-coldsend/local-coldsend.ts';
import { type PlaygroundMail, startPlaygroundMail } from './local-mail/playground-mail.ts';
import { type LocalSlack, startLocalSlack } from './local-slack/local-slack.ts';
import { type ManifestApp, readApp } from './read-app.ts';

export type BotState = 'running' | 'starting' | 'stopped';

export type Playground = {
  app: ManifestApp;
  slack: LocalSlack;
  coldsend: LocalColdsend;
  mail: PlaygroundMail;
  /** A key that the local ColdSend takes. */
  apiKey: string;
  bot: {
    state(): BotState;
    /** Everything it wrote so far. */
    output(): string;
    /** As `kill -9` does. */
    kill(): Promise<void>;
    /** Starts it on the same database again; does nothing while it runs. */
    start(): Promise<void>;
    onChange(listener: () => void): void;
  };
  /** Ends all of it and leaves nothing behind. */
  close(): Promise<void>;
};

/**
 * The bot as it runs in production, in Socket Mode on an empty database, beside a local Slack, a local ColdSend and local mail
 * servers. It asks no other server.
 */
export async function startPlayground(): Promise<Playground> {
  const app = readApp();
  const [slack, coldsend, mail] = await Promise.all([
    startLocalSlack({
      app: {
        name: app.name,
        commands: app.commands.map(({ command }) => command),
        events: app.events,
        optionalScopes: app.optionalScopes,
      },
      scopes: app.scopes,
    }),
    startLocalColdsend(),
    startPlaygroundMail(),
  ]);
  const apiKey = `cs_live_${randomBytes(20).toString('hex')}`;
  coldsend.addKey(apiKey);
  slack.watchSecret(apiKey);
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-playground-'));
  const port = await findFreePort();
  const authority = join(folder, 'mail.pem');
  writeFileSync(authority, mail.authority);
  const env = {
    PORT: String(port),
    // For the secure page.
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    SLACK_BOT_TOKEN: slack.installation.botToken,
    SLACK_APP_TOKEN: slack.app.appToken,
    SLACK_API_URL: slack.apiUrl,
    COLDSEND_API_URL: coldsend.url,
    ENCRYPTION_KEYS: `playground:${randomBytes(32).toString('base64')}`,
    DATABASE_URL: `sqlite:${join(folder, 'bot.db')}`,
    LOGIN_CHECKS: 'on',
    NODE_EXTRA_CA_CERTS: authority,
    ...mail.env,
  };
  const listeners = new Set<() => void>();
  let state: BotState = 'stopped';
  let bot: BotProcess | undefined;
  // Also when this process ends by an error: no bot and no folder outlives it.
  const leaveNothing = (): void => {
    bot?.signal('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', leaveNothing);
  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }

  return {
    app,
    slack,
    coldsend,
    mail,
    apiKey,
    bot: {
      state: () => state,
      output: () => bot?.output() ?? '',
      async kill() {
        await bot?.stop('SIGKILL');
      },
      start,
      onChange: (listener) => void listeners.add(listener),
    },
    close,
  };

  async function start(): Promise<void> {
    if (state !== 'stopped') return;
    change('starting');
    try {
      const started = await startBotProcess(env);
      bot = started;
      void started.exited.then(() => change('stopped'));
      await slack.waitForSockets();
      change('running');
    } catch (error) {
      change('stopped');
      throw error;
    }
  }

  function change(to: BotState): void {
    state = to;
    for (const listener of listeners) listener();
  }

  async function close(): Promise<void> {
    await bot?.stop();
    await Promise.all([slack.close(), coldsend.close(), mail.close()]);
    process.off('exit', leaveNothing);
    leaveNothing();
  }
}
