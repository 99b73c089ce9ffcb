import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDoStep } from './add-inbox/do-step.ts';
import type { AddInboxRequest } from './add-inbox/request.ts';
import { createRequestId } from './add-inbox/request-id.ts';
import { createStoreKey } from './add-inbox/store-key.ts';
import { createSubmit } from './add-inbox/submit.ts';
import { createWorker } from './add-inbox/worker.ts';
import { createColdsendClient } from './coldsend/client.ts';
import type { Config } from './config.ts';
import { createHttpServer, sendText } from './http-server.ts';
import { describeError, type Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createReadiness } from './readiness.ts';
import { createBoltApp } from './slack/bolt-app.ts';
import { createDelivery } from './slack/delivery.ts';
import { createHttpReceiver } from './slack/http-receiver.ts';
import { identifyBot } from './slack/identify-bot.ts';
import { createAddInboxCommand } from './slack/listeners/add-inbox-command.ts';
import { createFormPages } from './slack/listeners/form-pages.ts';
import { createShowHome } from './slack/listeners/home-tab.ts';
import { createKeyPages } from './slack/listeners/key-pages.ts';
import { createTryAgain } from './slack/listeners/try-again.ts';
import { createListeners } from './slack/listeners.ts';
import { cannotPostText } from './slack/messages/ephemeral.ts';
import { createOpenForm } from './slack/open-form.ts';
import { createPeople } from './slack/people.ts';
import { respondOnlyToThem } from './slack/response-url.ts';
import { createRights } from './slack/rights.ts';
import { createSdkLogger } from './slack/sdk-logger.ts';
import { createSlackApis } from './slack/slack-api.ts';
import { createSlackFetch } from './slack/slack-fetch.ts';
import { createSocketReceiver } from './slack/socket-receiver.ts';
import { createColdsendKeyRepository } from './storage/coldsend-key-repository.ts';
import { openDatabase } from './storage/open-database.ts';
import { createRequestRepository } from './storage/request-repository.ts';
import { createResponseUrlSeal } from './storage/response-url-seal.ts';
import { createSealer } from './storage/sealing.ts';
import { createTurnRepository } from './storage/turn-repository.ts';

/**
 * How long a replica that died keeps its requests from the others. A bot that can't renew for so long could not acknowledge
 * within Slack's three seconds either.
 */
const LEASE_MS = 4_000;

/** Each mostly waits for ColdSend, which may take a minute: 100 requests a minute to each of several keys need many at once. */
const MOST_REQUESTS_AT_ONCE = 200;

/** How long requests that are on their way to ColdSend get to be answered when the bot stops. */
const STOP_WITHIN_MS = 20_000;

export type RunningApp = {
  port: number;
  /** Claims nothing more, lets what was sent be answered, closes everything. */
  stop(): Promise<void>;
};

/**
 * The whole bot, wired by hand and started: the database is migrated, the port listens, Slack has said who we are.
 * Throws what keeps it from starting: a database in use, broken or sealed with other keys, a token that Slack refuses.
 */
export async function startApp(config: Config, log: Log): Promise<RunningApp> {
  const now = Date.now;
  const readiness = createReadiness({ slack: 'Slack has not answered auth.test yet' });
  const noteError = (message: string) => (error: unknown) => log.error(message, describeError(error));

  const sealer = createSealer(config.encryptionKeys);
  const database = await openDatabase(config.databaseUrl, {
    sealer,
    onConnectionError: noteError('A connection to the database broke'),
  });
  const onUnreadable = (request: string, error: unknown) =>
    log.error('A stored request can not be read by this version', { ...describeError(error), request });
  const held = { sealer, owner: randomUUID(), leaseMs: LEASE_MS, now, onUnreadable };
  const requests = createRequestRepository({ db: database, ...held });
  const turns = createTurnRepository({ database, limits: config.coldsend.rateLimits, ...held });
  const keys = createColdsendKeyRepository({ db: database, sealer, now });
  const responseUrlSeal = createResponseUrlSeal(sealer);

  const metrics = createMetrics(() => requests.countByState(), now);

  const coldsend = createColdsendClient({
    baseUrl: config.coldsend.apiUrl,
    addPath: config.coldsend.addPath,
    timeoutMs: config.coldsend.timeoutMs,
    now,
    onCall: metrics.coldsendAnswered,
  });

  const { apiUrl, botToken, transport } = config.slack;
  const slackFetch = createSlackFetch();
  const { fetch } = slackFetch;
  const sdkLogger = createSdkLogger(log);
  const apiOf = createSlackApis({ apiUrl, fetch, logger: sdkLogger, onCall: metrics.slackAnswered });
  const api = apiOf(botToken);
  const rights = createRights(createPeople(now));

  const delivery = createDelivery({
    apiOf: async () => api,
    explainDm: async (request) => {
      const responseUrl = await requests.openResponseUrl(request);
      if (responseUrl !== undefined) await respondOnlyToThem(fetch, responseUrl, cannotPostText(request));
    },
    onIgnored: noteError('Slack did not take a message'),
  });
  const onError = (request: AddInboxRequest | undefined, error: unknown) =>
    log.error('A step of a request failed', { ...describeError(error), ...(request && { request: request.id }) });
  const worker = createWorker({
    requests,
    claimTurns: turns.claimTurns,
    createSteps: (isHeld) =>
      createDoStep({
        requests,
        keys,
        turns,
        delivery,
        addSenderAccount: coldsend.addSenderAccount,
        eraseFreed: () => database.eraseFreed(),
        isHeld,
        onStep: (request, step) =>
          log.info('Next step', { request: request.id, team: request.teamId, state: request.state, step }),
        onSettled: metrics.settled,
        onError,
        now,
        random: Math.random,
      }),
    onError,
    now,
    monotonicNow: () => performance.now(),
    random: Math.random,
    maxAtOnce: MOST_REQUESTS_AT_ONCE,
    leaseMs: database.kind === 'sqlite' ? Number.POSITIVE_INFINITY : LEASE_MS,
  });

  const newRequestId = () => createRequestId(randomBytes);
  const openForm = createOpenForm({ rights, findKey: keys.find });
  const showHome = createShowHome({ rights, findKey: keys.find, latest: requests.latest });
  const { sealResponseUrl, openResponseUrl } = responseUrlSeal;
  const listeners = createListeners({
    addInboxCommand: createAddInboxCommand({ openForm, sealResponseUrl }),
    formPages: createFormPages({
      rights,
      findByView: requests.findByView,
      submit: createSubmit({ requests, take: worker.take, newRequestId }),
      openResponseUrl,
      onNotAccepted: noteError('A submission could not be committed'),
    }),
    keyPages: createKeyPages({
      rights,
      findKey: keys.find,
      storeKey: createStoreKey({
        tryKey: coldsend.tryKey,
        save: keys.save,
        resumeWaitingForKey: requests.resumeWaitingForKey,
        wake: worker.wake,
      }),
      removeKey: async (teamId) => {
        await keys.remove(teamId);
        await database.eraseFreed();
      },
      showHome,
    }),
    tryAgain: createTryAgain({ find: requests.find, openForm, sealResponseUrl }),
    showHome,
  });

  const httpReceiver =
    transport.kind === 'http'
      ? createHttpReceiver({
          signingSecret: transport.signingSecret,
          now,
          onUnanswered: () => log.error('A request of Slack was not acknowledged in time'),
        })
      : undefined;
  const receiver =
    httpReceiver ??
    createSocketReceiver({
      appToken: transport.kind === 'socket' ? transport.appToken : '',
      slackApiUrl: apiUrl,
      fetch,
      logger: sdkLogger,
      onConnectionChange: (connected) => {
        readiness.set('socket', connected ? undefined : 'the connection to Slack is down');
        log.info(connected ? 'Connected to Slack' : 'The connection to Slack is down');
      },
      onError: noteError('An event of Slack could not be handled'),
    });

  const http = createHttpServer(
    {
      'GET /healthz': (_request, response) => sendText(response, 200, 'alive'),
      'GET /readyz': async (_request, response) => {
        const reasons = readiness.reasons();
        await database.check().catch(() => reasons.push('the database can not be written'));
        sendText(response, reasons.length === 0 ? 200 : 503, reasons.length === 0 ? 'ready' : reasons.join('; '));
      },
      'GET /metrics': async (_request, response) => {
        const { contentType, text } = await metrics.render();
        response.writeHead(200, { 'content-type': contentType }).end(text);
      },
      ...(httpReceiver && { 'POST /slack/events': httpReceiver.route }),
    },
    noteError('A request could not be answered'),
  );
  const port = await http.listen(config.port, config.host);

  const self = await identifyBot(api, sleep);
  createBoltApp({
    receiver,
    listeners,
    authorize: async (teamId) => {
      if (teamId !== self.teamId) throw new Error('the bot is not installed in this workspace');
      return { teamId: self.teamId, botToken, botId: self.botId, botUserId: self.botUserId };
    },
    apiOf,
    fetch,
    slackApiUrl: apiUrl,
    logger: sdkLogger,
    onFailure: (listener, error) => {
      const reference = newRequestId();
      log.error('A listener failed', { ...describeError(error), method: listener, request: reference });
      return reference;
    },
    onAck: metrics.acknowledged,
  });
  await receiver.start();
  worker.start();
  readiness.set('slack', undefined);
  log.info('Ready', { port, mode: transport.kind });

  return {
    port,
    stop: async () => {
      readiness.set('stopping', 'the bot is stopping');
      await receiver.stop();
      await worker.stop(STOP_WITHIN_MS);
      await http.close();
      await Promise.allSettled([coldsend.close(), slackFetch.close()]);
      await database.close();
    },
  };
}
