import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type BotProcess, startBotProcess } from '../../../playground/bot-process.ts';
import { findFreePort } from '../../../playground/find-free-port.ts';
import { type LocalColdsend, startLocalColdsend } from '../../../playground/local-coldsend/local-coldsend.ts';
import { type LocalSlack, type Person, startLocalSlack } from '../../../playground/local-slack/local-slack.ts';
import { storeKey } from '../world/start-bot.ts';

export const STATE_SECRET = 'the state secret of the tests, long enough';

export const ENCRYPTION_KEY = `k1:${Buffer.alloc(32, 42).toString('base64')}`;

export const NEW_ENCRYPTION_KEY = `k2:${Buffer.alloc(32, 43).toString('base64')}`;

/** Where the bot runs: a new database, and how many replicas share it. */
export type Setting = { createUrl(): Promise<string>; replicas: number; transport?: 'http' | 'socket' };

export type AgencyTeam = {
  teamId: string;
  name: string;
  apiKey: string;
  admin: Person;
  member: Person;
  channelId: string;
};

export type Agency = {
  slack: LocalSlack;
  coldsend: LocalColdsend;
  bots: BotProcess[];
  teams: [AgencyTeam, AgencyTeam, AgencyTeam];
  databaseUrl: string;
  env: Record<string, string>;
  browser: Browser;
  /** Through the pages, as an admin of the workspace. */
  install(team: AgencyTeam): Promise<Page>;
  /** The same with a key stored. */
  setUp(team: AgencyTeam): Promise<void>;
  /** Kills all replicas and starts them again on the same database and ports. */
  restart(env?: Record<string, string>): Promise<void>;
};

/** The bot for several workspaces on an empty database; three workspaces, none of which has installed it yet. */
export async function startAgency(context: TestContext, setting: Setting): Promise<Agency> {
  const { transport = 'http' } = setting;
  const fast = { burst: 10_000, perSecond: 10_000 };
  const slack = await startLocalSlack({ rateLimits: { postMessage: fast, method: fast } });
  const coldsend = await startLocalColdsend({ rateLimits: [{ requests: 10_000, seconds: 60 }] });
  const databaseUrl = await setting.createUrl();
  const ports = await Promise.all(Array.from({ length: setting.replicas }, findFreePort));
  const publicUrl = `http://127.0.0.1:${ports[0]}`;
  const env = {
    ...(transport === 'http'
      ? { SLACK_SIGNING_SECRET: slack.app.signingSecret }
      : { SLACK_APP_TOKEN: slack.app.appToken }),
    SLACK_CLIENT_ID: slack.app.clientId,
    SLACK_CLIENT_SECRET: slack.app.clientSecret,
    SLACK_STATE_SECRET: STATE_SECRET,
    SLACK_AUTHORIZE_URL: slack.authorizeUrl,
    SLACK_API_URL: slack.apiUrl,
    COLDSEND_API_URL: coldsend.url,
    COLDSEND_RATE_LIMIT: '10000/60',
    PUBLIC_URL: publicUrl,
    ENCRYPTION_KEYS: ENCRYPTION_KEY,
    DATABASE_URL: databaseUrl,
  };
  const bots: BotProcess[] = [];
  context.after(async () => {
    await Promise.all(bots.map((bot) => bot.stop('SIGKILL')));
    await Promise.all([slack.close(), coldsend.close()]);
  });
  await start(env);
  if (transport === 'http') {
    slack.deliverTo(
      'all',
      ports.map((port) => `http://127.0.0.1:${port}/slack/events`),
    );
  } else await slack.waitForSockets(setting.replicas);
  const browser = createBrowser();
  const teams: Agency['teams'] = [createTeam('Acme'), createTeam('Blue'), createTeam('Coral')];

  return {
    slack,
    coldsend,
    bots,
    teams,
    databaseUrl,
    env,
    browser,
    install,
    setUp: async (team) => {
      const installed = await install(team);
      assert.equal(installed.status, 200, installed.title);
      await storeKey(team.admin, team.apiKey);
    },
    restart: async (change = {}) => {
      await Promise.all(bots.splice(0).map((bot) => bot.stop('SIGKILL')));
      await start({ ...env, ...change });
    },
  };

  async function start(withEnv: Record<string, string>): Promise<void> {
    // One after the other, so that the second finds the database migrated.
    for (const port of ports) bots.push(await startBotProcess({ ...withEnv, PORT: String(port) }));
  }

  function createTeam(name: string): AgencyTeam {
    const { teamId } = slack.addWorkspace({ name, installed: false });
    const person = (kind: string, change = {}) =>
      slack.as(slack.addPerson({ name: `${kind}-${name}`, teamId, ...change }).id);
    const [admin, member] = [person('admin', { is_admin: true }), person('member')];
    const { id: channelId } = slack.addChannel({ teamId, name: 'inboxes', members: [admin.userId, member.userId] });
    const apiKey = `cs_live_${name.toLowerCase()}_0123456789abcdef0123456789abcdef`;
    coldsend.addKey(apiKey, { name });
    slack.watchSecret(apiKey);
    return { teamId, name, apiKey, admin, member, channelId };
  }

  async function install({ admin }: AgencyTeam): Promise<Page> {
    const page = await browser.open(`${publicUrl}/slack/install`);
    slack.authorizeNextAs({ userId: admin.userId });
    return browser.open(page.link);
  }
}

export type Page = {
  status: number;
  title: string;
  text: string;
  /** Where its button leads. */
  link: string;
  /** The address it has in the end. */
  url: string;
};

export type Browser = { open(url: string): Promise<Page>; cookies: Map<string, string> };

/** Follows redirects and keeps cookies of the bot's pages. */
export function createBrowser(): Browser {
  const cookies = new Map<string, string>();
  return { open, cookies };

  async function open(url: string): Promise<Page> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === 'deleted') cookies.delete(name);
      else cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location !== null) return open(new URL(location, url).href);
    const text = await response.text();
    const link = /class="button" href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    return {
      status: response.status,
      title: /<h1>(.*)<\/h1>/.exec(text)?.[1] ?? '',
      text,
      link: link === '' ? '' : new URL(link, url).href,
      url,
    };
  }
}
