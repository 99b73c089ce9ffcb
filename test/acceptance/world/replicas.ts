import type { TestContext } from 'node:test';
import { type BotProcess, startBotProcess } from '../../../playground/bot-process.ts';
import type { World } from './start-bot.ts';

/** Another process on the same database; what Slack sends still goes to the first. */
export async function startReplica(context: TestContext, { env }: World): Promise<BotProcess> {
  const replica = await startBotProcess(env);
  context.after(() => replica.stop('SIGKILL'));
  return replica;
}

/** From now on Slack sends everything to these, in turn. */
export function deliverTo({ slack }: World, ...bots: BotProcess[]): void {
  slack.deliverTo(
    'all',
    bots.map(({ url }) => `${url}/slack/events`),
  );
}
