import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBotProcess } from '../../playground/bot-process.ts';
import { startLocalColdsend } from '../../playground/local-coldsend/local-coldsend.ts';
import { startLocalSlack } from '../../playground/local-slack/local-slack.ts';
import { readManifestScopes } from '../../test/acceptance/world/manifest-scopes.ts';
import { API_KEY, storeKey } from '../../test/acceptance/world/start-bot.ts';
import { SEALING_KEY } from '../workloads.ts';

const GENEROUS = { burst: 1_000_000, perSecond: 1_000_000 };
const WITHIN_MS = 30_000;

/** MB above idle at the most, and how long a command had to wait for its acknowledgement at most. */
export type RealBot = { peakMb: number; slowestAckMs: number; acks: number };

/** The real bot gets a file from one person while another one types the command again and again. */
export async function measureRealBot(file: string): Promise<RealBot> {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-bench-'));
  const slack = await startLocalSlack({
    scopes: readManifestScopes(),
    rateLimits: { postMessage: GENEROUS, method: GENEROUS },
  });
  const coldsend = await startLocalColdsend();
  coldsend.addKey(API_KEY);
  const bot = await startBotProcess({
    SLACK_BOT_TOKEN: slack.installation.botToken,
    SLACK_SIGNING_SECRET: slack.app.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    COLDSEND_API_URL: coldsend.url,
    ENCRYPTION_KEYS: `${SEALING_KEY.id}:${Buffer.from(SEALING_KEY.key).toString('base64')}`,
    DATABASE_URL: `sqlite:${join(folder, 'bot.db')}`,
    NODE_OPTIONS: '--max-semi-space-size=16',
  });
  try {
    slack.deliverTo('all', `${bot.url}/slack/events`);
    const [ada, mel] = ['ada', 'mel'].map((name) => slack.as(slack.addPerson({ name, is_admin: true }).id));
    if (ada === undefined || mel === undefined) throw new Error('there is nobody');
    const { id: channelId } = slack.addChannel({ members: [ada.userId, mel.userId], withBot: true });
    await storeKey(ada, API_KEY);
    const acks: number[] = [];
    let isOver = false;
    const command = async (): Promise<void> => {
      const { status, ms } = await mel.command('/add-inbox', { channelId });
      if (status !== 'ok') throw new Error(`the command was answered with ${status}`);
      acks.push(ms);
    };
    for (let times = 0; times < 50; times += 1) await command();
    await sleep(1_000);
    const idleMb = readMb(bot.pid, 'VmRSS');
    acks.length = 0;
    const commands = (async () => {
      while (!isOver) await Promise.all([command(), sleep(50)]);
    })();
    await ada.command('/add-inbox many', { channelId });
    await ada.waitForModal(({ callbackId }) => callbackId === 'batch_form');
    await ada.attach('file', [{ name: 'inboxes.csv', content: file }]);
    await ada.submit();
    await ada.waitForModal(({ callbackId }) => callbackId === 'batch_preview', { timeoutMs: WITHIN_MS });
    await ada.submit();
    await ada.waitForModal(({ rendered }) => rendered.includes('Adding '), { timeoutMs: WITHIN_MS });
    isOver = true;
    await commands;
    return { peakMb: readMb(bot.pid, 'VmHWM') - idleMb, slowestAckMs: Math.max(...acks), acks: acks.length };
  } finally {
    await bot.stop('SIGKILL');
    await Promise.all([slack.close(), coldsend.close()]);
    rmSync(folder, { recursive: true });
  }
}

/** Of Linux: resident now, and at the most so far. */
function readMb(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}
