import type { Logger, Receiver } from '@slack/bolt';
import type { FetchFunction } from '@slack/web-api';
import type { SlackConfig } from '../config.ts';
import { describeError, type Log } from '../operations/log/log.ts';
import type { ConnectWithin } from '../operations/proxy/connect.ts';
import type { Readiness } from '../operations/readiness.ts';
import { createHttpReceiver } from '../slack/bolt/http-receiver.ts';
import type { Route } from '../web/http-server.ts';

type ReceiverDeps = {
  slack: SlackConfig;
  fetch: FetchFunction;
  connectWithin: ConnectWithin;
  logger: Logger;
  readiness: Readiness;
  log: Log;
  /** Called with the reason for each refused request. */
  onRefused: Parameters<typeof createHttpReceiver>[0]['onRefused'];
  now(): number;
};

/** How Slack reaches the bot: Bolt's receiver and its routes on the bot's own port. Socket Mode needs no routes. */
export async function createReceiver(
  deps: ReceiverDeps,
): Promise<{ receiver: Receiver; routes: Record<string, Route> }> {
  const { log, readiness } = deps;
  const { apiUrl, transport } = deps.slack;
  if (transport.kind === 'http') {
    const receiver = createHttpReceiver({
      signingSecret: transport.signingSecret,
      now: deps.now,
      onUnanswered: () => log.error('A request of Slack was not acknowledged in time'),
      onRefused: deps.onRefused,
    });
    return { receiver, routes: { 'POST /slack/events': receiver.route } };
  }
  const { createSocketReceiver } = await import('../slack/bolt/socket-receiver.ts');
  const receiver = createSocketReceiver({
    appToken: transport.appToken,
    slackApiUrl: apiUrl,
    fetch: deps.fetch,
    connectWithin: deps.connectWithin,
    logger: deps.logger,
    onConnectionChange: (connected) => {
      readiness.set('socket', connected ? undefined : 'the connection to Slack is down');
      log.info(connected ? 'Connected to Slack' : 'The connection to Slack is down');
    },
    onOdd: (why) => log.warn('Slack sent something unexpected', { code: why }),
    onError: (error) => log.error('An event of Slack could not be handled', describeError(error)),
  });
  return { receiver, routes: {} };
}
