import { randomBytes } from 'node:crypto';
import { createChooseKey } from '../add-inbox/keys/choose-key.ts';
import { createStoreKey } from '../add-inbox/keys/store-key.ts';
import { AUDIT_KEPT_MS } from '../add-inbox/people/audit.ts';
import { createDoStep } from '../add-inbox/request/do-step.ts';
import type { AddInboxRequest } from '../add-inbox/request/request.ts';
import { createRequestId } from '../add-inbox/request/request-id.ts';
import { createSubmit } from '../add-inbox/request/submit.ts';
import { createWorker } from '../add-inbox/worker/worker.ts';
import { createColdsendClient } from '../coldsend/client.ts';
import type { Config } from '../config.ts';
import { createHealthRoutes } from '../operations/health-routes.ts';
import { FINISHED_KEPT_MS, startHousekeeping } from '../operations/housekeeping.ts';
import { describeError, type ProcessLog } from '../operations/log/log.ts';
import { createNoteCalls } from '../operations/log/note-calls.ts';
import { createNoteUnreadable } from '../operations/log/note-unreadable.ts';
import { createNoteRefused } from '../operations/log/refused-requests.ts';
import { createMetrics } from '../operations/metrics.ts';
import { createMonotonicClock } from '../operations/monotonic-clock.ts';
import { createReadiness } from '../operations/readiness.ts';
import { createBoltApp } from '../slack/bolt/bolt-app.ts';
import { createHttpReceiver } from '../slack/bolt/http-receiver.ts';
import { createAddInboxCommand } from '../slack/form/add-inbox-command.ts';
import { createFormPages } from '../slack/form/form-listeners.ts';
import { createOpenForm } from '../slack/form/open-form.ts';
import { createTryAgain } from '../slack/form/try-again.ts';
import { createAuditPages } from '../slack/home/audit/audit-listeners.ts';
import { createShowHome } from '../slack/home/home-listeners.ts';
import { createClientPages } from '../slack/home/keys/client-listeners.ts';
import { createKeyPages } from '../slack/home/keys/key-listeners.ts';
import { createSettingsPages } from '../slack/home/settings/settings-listeners.ts';
import { createListeners } from '../slack/listeners.ts';
import { createCheckRight } from '../slack/permissions/check-before-sending.ts';
import { createPeople } from '../slack/permissions/people.ts';
import { createRights } from '../slack/permissions/permissions.ts';
import { createUserGroups } from '../slack/permissions/user-groups.ts';
import { createDelivery } from '../slack/thread/delivery.ts';
import { cannotPostText } from '../slack/thread/ephemeral.ts';
import { createResponseUrls } from '../slack/web-api/response-url.ts';
import { createSdkLogger } from '../slack/web-api/sdk-logger.ts';
import { createSlackApis } from '../slack/web-api/slack-api.ts';
import { isTokenRefused, isViewOutdated } from '../slack/web-api/slack-errors.ts';
import { createSlackFetch } from '../slack/web-api/slack-fetch.ts';
import { keyFingerprint } from '../storage/sealing/key-fingerprint.ts';
import { createHttpServer } from '../web/http-server.ts';
import { openStores } from './stores.ts';
import { createWorkspaces } from './workspaces.ts';

/** Each mostly waits for ColdSend, which may take a minute: 100 requests a minute to each of several keys need many at once. */
const MOST_REQUESTS_AT_ONCE = 200;

const ACCEPTED = { accepted: 'Accepted', repeated: 'Accepted before', superseded: 'Not tried again' } as const;

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
export async function startApp(config: Config, log: ProcessLog): Promise<RunningApp> {
  const now = Date.now;
  const monotonicNow = createMonotonicClock({ monotonicNow: () => performance.now(), now });
  const { apiUrl, transport, workspaces: served } = config.slack;
  const readiness = createReadiness(served.kind === 'one' ? { slack: 'Slack has not answered auth.test yet' } : {});
  const noteError = (message: string) => (error: unknown) => log.error(message, describeError(error));

  const onUnreadable = createNoteUnreadable(log, (table) => metrics.unreadable(table));
  const stores = await openStores(config, log, now, onUnreadable);
  const { database, sealer, audited, requests, turns, keys, settings, audit } = stores;

  const { countByState: countUnfinished, countWaiting } = requests;
  const { countLeft } = turns;
  const { countDropped: countDroppedLines } = log;
  const metrics = createMetrics({ countUnfinished, countWaiting, countLeft, countDroppedLines }, now);

  const noteRefused = createNoteRefused({ count: metrics.refused, warn: log.warn, monotonicNow });

  const noteCalls = createNoteCalls(log, metrics, { isTokenRefused, isViewOutdated });
  const coldsend = createColdsendClient({
    baseUrl: config.coldsend.apiUrl,
    addPath: config.coldsend.addPath,
    timeoutMs: config.coldsend.timeoutMs,
    now,
    onCall: noteCalls.coldsend,
  });

  const slackFetch = createSlackFetch();
  const { fetch } = slackFetch;
  const responseUrls = createResponseUrls({ fetch, apiUrl });
  const sdkLogger = createSdkLogger(log);
  const apiOf = createSlackApis({
    apiUrl,
    fetch,
    logger: sdkLogger,
    onCall: noteCalls.slack,
    renewToken: (token) => workspaces.installations.renew(token),
  });
  const newRequestId = () => createRequestId(randomBytes);
  const workspaces = createWorkspaces({
    slack: config.slack,
    database,
    sealer,
    fetch,
    logger: sdkLogger,
    apiOf,
    log,
    newReference: newRequestId,
    onRefused: noteRefused,
    onUnreadable,
    now,
  });
  const apiOfTeam = async (teamId: string) => apiOf((await workspaces.installations.get(teamId)).botToken);
  const findSettings = settings.find;
  const rights = createRights({
    people: createPeople(now),
    userGroups: createUserGroups(now),
    findSettings,
    onRefused: ({ teamId, userId }, { what }, why) => {
      const refused = {
        teamId,
        userId,
        action: 'refused_attempt',
        requestId: undefined,
        details: { attempt: what, why },
      } as const;
      audit.addRefused(refused).catch(noteError('A refused attempt could not be noted'));
    },
  });

  const delivery = createDelivery({
    apiOf: apiOfTeam,
    explainDm: async (request, isHeld) => {
      const responseUrl = await requests.openResponseUrl(request);
      if (responseUrl !== undefined) {
        await responseUrls.respond(responseUrl, cannotPostText(request), isHeld);
      }
    },
    onIgnored: (request, error) =>
      log.error('Slack did not take a message', { ...describeError(error), ...aboutRequest(request) }),
  });
  const onError = (request: AddInboxRequest | undefined, error: unknown) =>
    log.error('A step of a request failed', { ...describeError(error), ...(request && aboutRequest(request)) });
  const worker = createWorker({
    requests,
    claimTurns: turns.claimTurns,
    createSteps: (isHeld) =>
      createDoStep({
        requests,
        keys,
        checkRight: createCheckRight(rights, apiOfTeam),
        turns,
        delivery,
        addSenderAccount: coldsend.addSenderAccount,
        isHeld,
        onStep: (request, step) =>
          log.info(step === 'told' ? 'Told' : 'Next step', { ...aboutRequest(request), state: request.state, step }),
        onSettled: metrics.settled,
        onError,
        now,
        random: Math.random,
      }),
    onError,
    now,
    monotonicNow,
    random: Math.random,
    maxAtOnce: MOST_REQUESTS_AT_ONCE,
    leaseMs: stores.leaseMs,
  });

  const chooseKey = createChooseKey(keys);
  const openForm = createOpenForm({ rights, findSettings, chooseKey, keyStamp: audited.keyStamp });
  const showHome = createShowHome({ rights, listKeys: keys.list, findSettings, latest: requests.latest });
  const refreshHome = (...to: Parameters<typeof showHome>) =>
    showHome(...to).catch(noteError('The Home could not be shown as it is now'));
  const storeKey = createStoreKey({
    takeTurn: (apiKey) => turns.takeForTrial(keyFingerprint(apiKey)),
    tryKey: coldsend.tryKey,
    list: keys.list,
    keyStamp: audited.keyStamp,
    save: audited.saveKey,
    wake: worker.wake,
  });
  const { openResponseUrl } = stores.responseUrlSeal;
  const sealResponseUrl = (teamId: string, responseUrl: string): string | undefined =>
    responseUrls.accept(responseUrl) && stores.responseUrlSeal.sealResponseUrl(teamId, responseUrl);
  const listeners = createListeners({
    addInboxCommand: createAddInboxCommand({ openForm, sealResponseUrl }),
    formPages: createFormPages({
      rights,
      findByView: requests.findByView,
      findSettings,
      chooseKey,
      submit: createSubmit({
        requests,
        take: worker.take,
        monotonicNow,
        onAccepted: ({ kind, request }) =>
          log.info(ACCEPTED[kind], {
            ...aboutRequest(request),
            user: request.userId,
          }),
      }),
      openResponseUrl,
      newReference: newRequestId,
      onNotAccepted: (request, error) =>
        log.error('A submission could not be committed', { ...describeError(error), request }),
    }),
    keyPages: createKeyPages({
      rights,
      listKeys: keys.list,
      keyStamp: audited.keyStamp,
      storeKey,
      removeKey: audited.removeKey,
      refreshHome,
    }),
    clientPages: createClientPages({
      rights,
      listKeys: keys.list,
      keyStamp: audited.keyStamp,
      storeKey,
      rebindKey: audited.rebindKey,
      removeKey: audited.removeKey,
      showHome,
      refreshHome,
    }),
    settingsPages: createSettingsPages({
      rights,
      findStamped: settings.findStamped,
      saveSettings: audited.saveSettings,
    }),
    auditPages: createAuditPages({ rights, page: audit.page, note: audit.add, now }),
    tryAgain: createTryAgain({
      find: requests.find,
      findSuccessor: requests.findSuccessor,
      openForm,
      sealResponseUrl,
    }),
    showHome,
    uninstall: workspaces.uninstall,
  });

  const httpReceiver =
    transport.kind === 'http'
      ? createHttpReceiver({
          signingSecret: transport.signingSecret,
          now,
          onUnanswered: () => log.error('A request of Slack was not acknowledged in time'),
          onRefused: noteRefused,
        })
      : undefined;
  const receiver =
    httpReceiver ??
    (await import('../slack/bolt/socket-receiver.ts')).createSocketReceiver({
      appToken: transport.kind === 'socket' ? transport.appToken : '',
      slackApiUrl: apiUrl,
      fetch,
      logger: sdkLogger,
      onConnectionChange: (connected) => {
        readiness.set('socket', connected ? undefined : 'the connection to Slack is down');
        log.info(connected ? 'Connected to Slack' : 'The connection to Slack is down');
      },
      onOdd: (why) => log.warn('Slack sent something that is not taken', { code: why }),
      onError: noteError('An event of Slack could not be handled'),
    });

  const http = createHttpServer(
    {
      ...createHealthRoutes({ readiness, metrics, checkDatabase: database.check }),
      ...(httpReceiver && { 'POST /slack/events': httpReceiver.route }),
      ...(await workspaces.createRoutes()),
    },
    noteError('A request could not be answered'),
    noteRefused,
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
    logger: sdkLogger,
    onFailure: (listener, error) => {
      const reference = newRequestId();
      log.error('A listener failed', { ...describeError(error), method: listener, request: reference });
      return reference;
    },
    onStranger: () => log.info('Something came from a workspace where the bot is not installed'),
    onAck: metrics.acknowledged,
  });
  await receiver.start();
  readiness.set('slack', undefined);
  log.info('Ready', { port, mode: transport.kind });
  worker.start();
  const housekeeping = startHousekeeping({
    chores: {
      finished_requests: async () => (await requests.deleteFinishedBefore(now() - FINISHED_KEPT_MS)) > 0,
      set_aside_requests: () => stores.setAside.takeUp(),
      passwords_set_aside: () => stores.setAside.wipePasswords(),
      old_set_aside_requests: () => stores.setAside.deleteBefore(now() - FINISHED_KEPT_MS),
      old_turns: turns.deleteOld,
      audit_trail: async () => (await audit.deleteBefore(now() - AUDIT_KEPT_MS)) > 0,
    },
    onError: (step, error) => log.error('The housekeeping failed', { ...describeError(error), step }),
  });

  return {
    port,
    stop: async () => {
      readiness.set('stopping', 'the bot is stopping');
      await Promise.all([worker.stop(STOP_WITHIN_MS), receiver.stop()]);
      workspaces.stop();
      await housekeeping.stop();
      await http.close();
      await Promise.allSettled([coldsend.close(), slackFetch.close()]);
      await database.close();
    },
  };
}

function aboutRequest({ id, teamId }: AddInboxRequest) {
  return { request: id, team: teamId };
}
