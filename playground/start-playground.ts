import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BotProcess, startBotProcess } from './bot-process.ts';
import { type LocalColdsend, startLocalColdsend } from './local-coldsend/local-coldsend.ts';
import { startLocalSlack } from './local-slack/local-slack.ts';
import type { LocalSlack } from './local-slack/types.ts';

export type Playground = {
  slack: LocalSlack;
  coldsend: LocalColdsend;
  /** A key that the local ColdSend takes. */
  apiKey: string;
  bot(): BotProcess;
  /** Starts the bot on the same database again, after it ended. */
  startBot(): Promise<void>;
  /** Ends all of it and leaves nothing behind. */
  close(): Promise<void>;
};

/** The bot as it runs in production, in Socket Mode on an empty database, beside a local Slack and a local ColdSend. */
export async function startPlayground(): Promise<Playground> {
  const [slack, coldsend] = await Promise.all([startLocalSlack(), startLocalColdsend()]);
  const apiKey = `cs_live_${randomBytes(20).toString('hex')}`;
  coldsend.addKey(apiKey);
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-playground-'));
  const env = {
    SLACK_BOT_TOKEN: slack.installation.botToken,
    SLACK_APP_TOKEN: slack.app.appToken,
    SLACK_API_URL: slack.apiUrl,
    COLDSEND_API_URL: coldsend.url,
    ENCRYPTION_KEYS: `playground:${randomBytes(32).toString('base64')}`,
    DATABASE_URL: `sqlite:${join(folder, 'bot.db')}`,
  };
  let bot = await start();

  return { slack, coldsend, apiKey, bot: () => bot, startBot, close };

  async function start(): Promise<BotProcess> {
    const started = await startBotProcess(env);
    await slack.waitForSockets();
    return started;
  }

  async function startBot(): Promise<void> {
    bot = await start();
  }

  async function close(): Promise<void> {
    await bot.stop();
    await Promise.all([slack.close(), coldsend.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}
