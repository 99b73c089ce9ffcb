import type { TestContext } from 'node:test';
import bolt from '@slack/bolt';
import { z } from 'zod';
import type { LocalSlack } from '../../../playground/local-slack/local-slack.ts';

const submission = z.record(
  z.string(),
  z.record(z.string(), z.object({ files: z.array(z.record(z.string(), z.unknown())).optional() })),
);

/** A Bolt app over HTTP for the default workspace, stopped when the test ends; keeps the files of what is submitted. */
export async function startBoltApp(t: TestContext, slack: LocalSlack) {
  const app = new bolt.App({
    signingSecret: slack.app.signingSecret,
    token: slack.installation.botToken,
    clientOptions: { slackApiUrl: slack.apiUrl },
    logLevel: bolt.LogLevel.ERROR,
  });
  const server = await app.start({ port: 0, host: '127.0.0.1' });
  t.after(() => app.stop());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('listens on no port');
  slack.deliverTo('all', `http://127.0.0.1:${address.port}/slack/events`);
  let files: Record<string, unknown>[] = [];
  app.view(/.*/, async ({ ack, view }) => {
    files = Object.values(submission.parse(view.state.values))
      .flatMap((block) => Object.values(block))
      .flatMap((value) => value.files ?? []);
    await ack();
  });
  return { app, submitted: () => files };
}
