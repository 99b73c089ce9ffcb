import { randomBytes } from 'node:crypto';
import { createRequestId } from '../add-inbox/request/request-id.ts';
import { createColdsendClient } from '../coldsend/client.ts';
import type { Config } from '../config.ts';
import { createHealthRoutes } from '../operations/health-routes.ts';
import { startHousekeeping } from '../operations/housekeeping.ts';
import { describeError, type ProcessLog } from '../operations/log/log.ts';
import { createNoteCalls } from '../operations/log/note-calls.ts';
import { createNoteUnreadable } from '../operations/log/note-unreadable.ts';
import { createNoteRefused } from '../operations/log/refused-requests.ts';
import { createMetrics } from '../operations/metrics.ts';
import { createMonotonicClock } from '../operations/monotonic-clock.ts';
import { createConnect } from '../operations/proxy/connect.ts';
import { createReadiness } from '../operations/readiness.ts';
import { createBoltApp } from '../slack/bolt/bolt-app.ts';
import { createPeople } from '../slack/permissions/people.ts';
import { createPermissions } from '../slack/permissions/permissions.ts';
import { createUserGroups } from '../slack/permissions/user-groups.ts';
import { createResponseUrls } from '../slack/web-api/response-url.ts';
import { createSdkLogger } from '../slack/web-api/sdk-logger.ts';
import { createSlackApis } from '../slack/web-api/slack-api.ts';
import { isTokenRefused, isViewOutdated } from '../slack/web-api/slack-errors.ts';
import { createSlackFetch } from '../slack/web-api/slack-fetch.ts';
import { belowPublicPath } from '../web/below-public-path.ts';
import { createHttpServer } from '../web/http-server.ts';
import { createAppDrafts } from './batches/drafts.ts';
import { createMailbox } from './mailbox.ts';
import { createProcessing } from './processing.ts';
import { createReceiver } from './receiver.ts';
import { createSecureLinks } from './secure-links.ts';
import { createSlackListeners } from './slack-listeners.ts';
import { createChores, openStores } from './stores.ts';
import { createWorkspaces } from './workspaces.ts';

/** When the bot stops, it waits this long for the answers to requests that it has already sent to ColdSend. */
const STOP_WITHIN_MS = 20_000;

export type RunningApp = {
  port: number;
  /** Claims nothing more, waits for the answers to sent requests, and closes everything. */
  stop(): Promise<void>;
};

/**
 * Wires and starts the whole bot: it migrates the database, listens on the port and asks Slack for the bot's identity. Throws the
 * error that prevents the start: a database that is in use, damaged or sealed with other keys, or a token that Slack refuses.
 */
export async function startApp(config: Config, log: ProcessLog): Promise<RunningApp> {
  const { slack } = config;
  const { apiUrl } = slack;
  const now = Date.now;
  const monotonicNow = createMonotonicClock({ monotonicNow: () => performance.now(), now });
  const newReference = () => createRequestId(randomBytes);
  const noteError = (message: string) => (error: unknown) => log.error(message, describeError(error));
  const readiness = createReadiness(
    slack.workspaces.kind === 'one' ? { slack: 'Slack has not answered auth.test yet' } : {},
  );

  const onUnreadable = createNoteUnreadable(log, (table) => metrics.unreadable(table));
  const stores = await openStores(config, log, now, onUnreadable);
  const { database, sealer, requests, batches, slots, settings, audit } = stores;
  const { countByState: countUnfinished, countWaiting } = requests;
  const { countLeft } = slots;
  const { countByState: countBatches } = batches;
  const { countDropped: countDroppedLines } = log;
  const sources = { countUnfinished, countWaiting, countBatches, countLeft, countDroppedLines };
  const metrics = createMetrics(sources, now);
  const onRefused = createNoteRefused({ count: metrics.refused, warn: log.warn, monotonicNow });
  const noteCalls = createNoteCalls(log, metrics, { isTokenRefused, isViewOutdated });

  const connectWithin = createConnect(config.proxies);
  const { apiUrl: baseUrl, addPath, timeoutMs } = config.coldsend;
  const { coldsend: onCall } = noteCalls;
  const coldsend = createColdsendClient({ baseUrl, addPath, timeoutMs, connectWithin, now, onCall });

  const slackFetch = createSlackFetch(connectWithin);
  const { fetch } = slackFetch;
  const logger = createSdkLogger(log);
  const responseUrls = createResponseUrls({ fetch, apiUrl });
  const renewToken = (token: string) => workspaces.installations.renew(token);
  const apiOf = createSlackApis({ apiUrl, fetch, onCall: noteCalls.slack, renewToken });
  const shared = { slack, fetch, logger, log, onRefused, now };
  const workspaces = createWorkspaces({ ...shared, database, sealer, apiOf, newReference, onUnreadable });
  const apiOfTeam = async (teamId: string) => apiOf((await workspaces.installations.get(teamId)).botToken);
  const permissions = createPermissions({
    people: createPeople(now),
    userGroups: createUserGroups(now),
    findSettings: settings.find,
    onRefused: ({ teamId, userId }, attempt, why) => {
      const details = { attempt, why };
      audit
        .addRefused({ teamId, userId, action: 'refused_attempt', requestId: undefined, details })
        .catch(noteError('A refused attempt could not be recorded'));
    },
  });

  const about = { stores, permissions, responseUrls, log, now, monotonicNow };
  const { addSenderAccount, callInbox, checkKey } = coldsend;
  const mailbox = config.mailbox.loginChecks
    ? createMailbox({ config: config.mailbox, metrics, log, monotonicNow })
    : undefined;
  const processing = createProcessing({ ...about, addSenderAccount, callInbox, mailbox, apiOfTeam, metrics });
  const { worker, batchWorker, inboxActions } = processing;
  const { publicUrl } = config;
  const { rateLimits } = config.coldsend;
  const lists = createAppDrafts({ ...about, mailbox, rateLimits, batchWorker, newReference });
  const { drafts, findDefaults } = lists;
  const canFindServers = mailbox !== undefined;
  const page = { publicUrl, apiOfTeam, worker, mailbox, drafts, findDefaults, canFindServers, newReference, onRefused };
  const secureLinks = createSecureLinks({ ...about, ...page, batchWorker });
  const listeners = createSlackListeners({
    ...about,
    ...processing,
    checkKey,
    mailbox,
    ...lists,
    uninstall: workspaces.uninstall,
    secureLinks,
    newReference,
  });

  const { receiver, routes } = await createReceiver({ ...shared, connectWithin, readiness });
  const allRoutes = {
    ...createHealthRoutes({ readiness, metrics, checkDatabase: database.check }),
    ...routes,
    ...(await workspaces.createRoutes()),
    ...(await secureLinks.createRoutes()),
  };
  const http = createHttpServer(
    belowPublicPath(allRoutes, config.publicUrl),
    noteError('A request could not be answered'),
    onRefused,
  );
  const [port] = await Promise.all([http.listen(config.port, config.host), workspaces.start()]);
  createBoltApp({
    receiver,
    listeners,
    authorize: workspaces.installations.get,
    apiOf,
    fetch,
    respond: responseUrls.respond,
    installUrl: workspaces.installUrl,
    slackApiUrl: apiUrl,
    logger,
    onFailure: (listener, error) => {
      const reference = newReference();
      log.error('A listener failed', { ...describeError(error), method: listener, request: reference });
      return reference;
    },
    onStranger: () => log.info('Something came from a workspace where the bot is not installed'),
    onAck: metrics.acknowledged,
  });
  await receiver.start();
  readiness.set('slack', undefined);
  log.info('Ready', { port, mode: slack.transport.kind });
  worker.start();
  batchWorker.start();
  inboxActions.start();
  const housekeeping = startHousekeeping({
    chores: createChores(stores, now),
    onError: (step, error) => log.error('The housekeeping failed', { ...describeError(error), step }),
  });

  return {
    port,
    stop: async () => {
      readiness.set('stopping', 'the bot is stopping');
      mailbox?.close();
      const working = [worker, batchWorker, inboxActions].map(({ stop }) => stop(STOP_WITHIN_MS));
      await Promise.all([...working, receiver.stop()]);
      workspaces.stop();
      await housekeeping.stop();
      await http.close();
      await Promise.allSettled([coldsend.close(), slackFetch.close()]);
      await database.close();
    },
  };
}
