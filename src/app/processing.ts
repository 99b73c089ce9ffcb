import { createInboxActions, type InboxActions } from '../add-inbox/actions/inbox-actions.ts';
import { type BatchWorker, createBatchWorker } from '../add-inbox/batch/batch-worker.ts';
import { type BatchDelivery, createDoBatchStep } from '../add-inbox/batch/do-batch-step.ts';
import { withoutRows } from '../add-inbox/request/deliver.ts';
import { createDoStep } from '../add-inbox/request/do-step.ts';
import type { AddInboxRequest } from '../add-inbox/request/request.ts';
import { createWorker, type Worker } from '../add-inbox/worker/worker.ts';
import type { ColdsendClient } from '../coldsend/client.ts';
import { aboutBatch, aboutRequest, describeError, type Log } from '../operations/log/log.ts';
import type { Metrics } from '../operations/metrics.ts';
import { createBatchDelivery } from '../slack/batches/batch-delivery.ts';
import { createCheckPermission } from '../slack/permissions/check-before-sending.ts';
import type { Permissions } from '../slack/permissions/permissions.ts';
import { createReportAction } from '../slack/thread/actions/action-delivery.ts';
import { createDelivery } from '../slack/thread/delivery.ts';
import { cannotPostText } from '../slack/thread/ephemeral.ts';
import type { ResponseUrls } from '../slack/web-api/response-url.ts';
import type { SlackApi } from '../slack/web-api/slack-api.ts';
import { createDomainAdvice, withAdvice } from './domain-advice.ts';
import type { Mailbox } from './mailbox.ts';
import type { Stores } from './stores.ts';

/**
 * A request mostly waits for ColdSend, which may take a minute. At 100 requests per minute for each of several keys, many run at
 * once.
 */
const MAX_REQUESTS_AT_ONCE = 200;

/** Everything after a request or a batch is accepted: the workers, their steps and messages. The workers are returned unstarted. */
export function createProcessing(deps: {
  stores: Stores;
  addSenderAccount: ColdsendClient['addSenderAccount'];
  callInbox: ColdsendClient['callInbox'];
  /** Undefined where the bot does nothing with mailboxes itself. */
  mailbox: Mailbox | undefined;
  permissions: Permissions;
  /** Throws if the workspace has no usable token. */
  apiOfTeam(teamId: string): Promise<SlackApi>;
  responseUrls: ResponseUrls;
  metrics: Pick<Metrics, 'settled'>;
  log: Log;
  now(): number;
  monotonicNow(): number;
}): { worker: Worker; batchWorker: BatchWorker; batchDelivery: BatchDelivery; inboxActions: InboxActions } {
  const { apiOfTeam, mailbox, log, monotonicNow, now } = deps;
  const { batches, keys, leaseMs, requests, settings, slots } = deps.stores;
  const onIgnored = (request: AddInboxRequest, error: unknown) =>
    log.error('A message could not be posted in Slack', { ...describeError(error), ...aboutRequest(request) });
  const delivery = createDelivery({
    apiOf: apiOfTeam,
    explainDm: async (request, isStillOurs) => {
      const responseUrl = await requests.openResponseUrl(request);
      if (responseUrl !== undefined) {
        await deps.responseUrls.respond(responseUrl, cannotPostText(request), isStillOurs);
      }
    },
    onIgnored,
  });
  const domainAdvice =
    mailbox &&
    createDomainAdvice({
      judgeDomain: mailbox.judgeDomain,
      apiOf: apiOfTeam,
      onError: (request, error) =>
        log.warn('Advice about a domain could not be shown', { ...describeError(error), ...aboutRequest(request) }),
      now,
    });
  const onError = (request: AddInboxRequest | undefined, error: unknown) =>
    log.error('A step of a request failed', { ...describeError(error), ...(request && aboutRequest(request)) });
  const worker = createWorker({
    requests,
    claimQueued: slots.claimQueued,
    createSteps: (isStillOurs) =>
      createDoStep({
        requests,
        keys,
        checkPermission: createCheckPermission(deps.permissions, apiOfTeam, { findSettings: settings.find }),
        slots,
        delivery: domainAdvice ? withAdvice(withoutRows(delivery), domainAdvice.advise) : withoutRows(delivery),
        addSenderAccount: deps.addSenderAccount,
        checkLogin: mailbox?.checkLogin,
        isStillOurs,
        onStep: (request, step) =>
          log.info(step === 'reported' ? 'Reported' : 'Next step', {
            ...aboutRequest(request),
            state: request.state,
            step,
          }),
        onSettled: deps.metrics.settled,
        onError,
        now,
        random: Math.random,
      }),
    onError,
    now,
    monotonicNow,
    random: Math.random,
    maxAtOnce: MAX_REQUESTS_AT_ONCE,
    leaseMs,
  });
  const batchDelivery = createBatchDelivery({
    apiOf: apiOfTeam,
    onIgnored: (batch, error) =>
      log.error('A message of a batch could not be posted in Slack', { ...describeError(error), ...aboutBatch(batch) }),
    now,
  });
  const batchWorker = createBatchWorker({
    batches,
    createStep: (isStillOurs) =>
      createDoBatchStep({
        batches,
        keys,
        estimateEnd: slots.estimateEnd,
        delivery: batchDelivery,
        judgeDomains: domainAdvice?.judgeDomains,
        isStillOurs,
        onStarted: worker.wake,
        onStep: (batch, step) => log.info('Next step of a batch', { ...aboutBatch(batch), state: batch.state, step }),
        now,
        random: Math.random,
      }),
    onError: (batch, error) =>
      log.error('A step of a batch failed', { ...describeError(error), ...(batch && aboutBatch(batch)) }),
    now,
    monotonicNow,
    random: Math.random,
    leaseMs,
  });
  const inboxActions = createInboxActions({
    findRequest: requests.find,
    keys,
    actions: deps.stores.inboxActions,
    slots: { reserve: slots.reserveForKeyCheck, block: slots.block },
    call: deps.callInbox,
    report: createReportAction({ apiOf: apiOfTeam, onIgnored }),
    onError: (action, error) =>
      log.error('A test email or a removal went wrong', {
        ...describeError(error),
        ...(action && { request: action.id, team: action.teamId }),
      }),
    monotonicNow,
  });
  return { worker, batchWorker, batchDelivery, inboxActions };
}
