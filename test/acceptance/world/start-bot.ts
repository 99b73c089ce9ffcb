import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type BotProcess, startBotProcess } from '../../../playground/bot-process.ts';
import {
  type LocalColdsend,
  type LocalColdsendOptions,
  startLocalColdsend,
} from '../../../playground/local-coldsend/local-coldsend.ts';
import {
  type LocalSlack,
  type LocalSlackOptions,
  type Person,
  startLocalSlack,
} from '../../../playground/local-slack/local-slack.ts';
import { readManifestScopes } from './manifest-scopes.ts';

export const API_KEY = 'cs_live_0123456789abcdef0123456789abcdef01234567';
/** ColdSend does not know it until it is told. */
export const OTHER_KEY = 'cs_live_another0another0another0another0ano1';

/** For more inboxes at once in one channel than Slack would take messages. */
export const MANY_POSTS = { rateLimits: { postMessage: { burst: 1_000, perSecond: 1_000 } } };

const ENCRYPTION_KEYS = `k1:${Buffer.alloc(32, 42).toString('base64')}`;

export type World = {
  slack: LocalSlack;
  coldsend: LocalColdsend;
  bot: BotProcess;
  /** A public channel that the bot is in. */
  channelId: string;
  admin: Person;
  member: Person;
  guest: Person;
  databasePath: string;
  env: Record<string, string>;
  /** Starts the bot again on the same database, after it ended. */
  restart(env?: Record<string, string>): Promise<BotProcess>;
};

export type WorldOptions = {
  transport?: 'http' | 'socket';
  env?: Record<string, string>;
  /** Stores a working key before the test begins; on unless said otherwise. */
  withKey?: boolean;
  slack?: LocalSlackOptions;
  coldsend?: LocalColdsendOptions;
};

/** The bot as a process, on an empty database, with a local Slack and a local ColdSend; all of it gone after the test. */
export async function startWorld(context: TestContext, options: WorldOptions = {}): Promise<World> {
  const { transport = 'http', withKey = true } = options;
  const slack = await startLocalSlack({ scopes: readManifestScopes(), ...options.slack });
  const coldsend = await startLocalColdsend(options.coldsend);
  coldsend.addKey(API_KEY);
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-'));
  const databasePath = join(folder, 'bot.db');
  const env = {
    SLACK_BOT_TOKEN: slack.installation.botToken,
    ...(transport === 'http'
      ? { SLACK_SIGNING_SECRET: slack.app.signingSecret }
      : { SLACK_APP_TOKEN: slack.app.appToken }),
    SLACK_API_URL: slack.apiUrl,
    COLDSEND_API_URL: coldsend.url,
    ENCRYPTION_KEYS,
    DATABASE_URL: `sqlite:${databasePath}`,
    ...options.env,
  };
  let bot = await start(env);
  context.after(async () => {
    await bot.stop('SIGKILL');
    recordPayloads(slack);
    await Promise.all([slack.close(), coldsend.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const admin = slack.as(slack.addPerson({ name: 'ada', is_admin: true }).id);
  const member = slack.as(slack.addPerson({ name: 'mel' }).id);
  const guest = slack.as(slack.addPerson({ name: 'gus', is_restricted: true }).id);
  const everyone = [admin.userId, member.userId, guest.userId];
  const { id: channelId } = slack.addChannel({ name: 'inboxes', members: everyone, withBot: true });
  if (withKey) await storeKey(admin, API_KEY);

  return {
    slack,
    coldsend,
    get bot() {
      return bot;
    },
    channelId,
    admin,
    member,
    guest,
    databasePath,
    env,
    restart: async (changes = {}) => {
      bot = await start({ ...env, ...changes });
      return bot;
    },
  };

  async function start(withEnv: Record<string, string>): Promise<BotProcess> {
    const started = await startBotProcess(withEnv);
    if (transport === 'http') slack.deliverTo('all', `${started.url}/slack/events`);
    else await slack.waitForSockets();
    return started;
  }
}

/** For `npm run validate:blocks`, which asks Slack itself about everything the tests saw. */
function recordPayloads(slack: LocalSlack): void {
  const file = process.env.RECORD_BLOCKS_TO;
  if (file === undefined) return;
  appendFileSync(file, slack.ledger.payloads.map((payload) => `${JSON.stringify(payload)}\n`).join(''));
}

/** Stores a key in the Home tab, as an admin does. */
export async function storeKey(admin: Person, apiKey: string): Promise<void> {
  await admin.openHome();
  await admin.click('home_store_key', { in: 'home' });
  await admin.waitForModal(({ callbackId }) => callbackId === 'store_key');
  await admin.type('api_key', apiKey);
  const submitted = await admin.submit();
  if (submitted.modal !== undefined) throw new Error(`the key was not stored:\n${submitted.modal.rendered}`);
}
