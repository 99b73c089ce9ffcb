import type { FindServers } from '../add-inbox/account/detection.ts';
import type { InboxActions } from '../add-inbox/actions/inbox-actions.ts';
import type { BatchWorker } from '../add-inbox/batch/batch-worker.ts';
import type { BatchDelivery } from '../add-inbox/batch/do-batch-step.ts';
import { createChooseKey } from '../add-inbox/keys/choose-key.ts';
import { createStoreKey } from '../add-inbox/keys/store-key.ts';
import { createSubmit } from '../add-inbox/request/submit.ts';
import type { Worker } from '../add-inbox/worker/worker.ts';
import type { ColdsendClient } from '../coldsend/client.ts';
import { aboutRequest, describeError, type Log } from '../operations/log/log.ts';
import { createBatchButtons } from '../slack/batches/batch-listeners.ts';
import { createFixRows } from '../slack/batches/fix-rows.ts';
import { createManyPages } from '../slack/batches/form/many-listeners.ts';
import { createOfferManyForm } from '../slack/batches/form/offer-page.ts';
import { createOpenManyForm } from '../slack/batches/form/open-many-form.ts';
import { createListeners, type Listeners } from '../slack/bolt/listeners.ts';
import { createFormPages } from '../slack/form/form-listeners.ts';
import { createOpenForm } from '../slack/form/open-form.ts';
import { createCancelRequest } from '../slack/form/password/cancel-request.ts';
import { createEnterPassword } from '../slack/form/password/enter-password.ts';
import { createCodeButtons } from '../slack/form/password/matching-code.ts';
import { createAddInboxCommand } from '../slack/form/ways-in/add-inbox-command.ts';
import { createAddAnother, createTryAgain } from '../slack/form/ways-in/try-again.ts';
import { createAccessPages } from '../slack/home/access/access-listeners.ts';
import { createAuditPages } from '../slack/home/audit/audit-listeners.ts';
import { createHomePages } from '../slack/home/home-listeners.ts';
import { createClientPages } from '../slack/home/keys/client-listeners.ts';
import { createKeyPages } from '../slack/home/keys/key-listeners.ts';
import { createPresetsPages } from '../slack/home/keys/presets-listeners.ts';
import { createRememberedPages } from '../slack/home/keys/remembered-listeners.ts';
import { createRemoveClient } from '../slack/home/keys/remove-client.ts';
import { createSettingsPages } from '../slack/home/settings/settings-listeners.ts';
import { createFindTarget } from '../slack/permissions/find-target.ts';
import type { Permissions } from '../slack/permissions/permissions.ts';
import { createInboxButtons } from '../slack/thread/actions/action-listeners.ts';
import type { ResponseUrls } from '../slack/web-api/response-url.ts';
import { keyFingerprint } from '../storage/sealing/key-fingerprint.ts';
import type { Drafts } from './batches/drafts.ts';
import type { createFindFormDefaults } from './form-defaults.ts';
import type { Mailbox } from './mailbox.ts';
import type { SecureLinks } from './secure-links.ts';
import type { Stores } from './stores.ts';
import type { Workspaces } from './workspaces.ts';

const ACCEPTED = { accepted: 'Accepted', repeated: 'Accepted before', superseded: 'Not tried again' } as const;

/** Registers everything that people can do in Slack. */
export function createSlackListeners(deps: {
  stores: Stores;
  checkKey: ColdsendClient['checkKey'];
  /** Undefined where the bot does nothing with mailboxes itself. */
  mailbox: Pick<Mailbox, 'checkLogins'> | undefined;
  drafts: Drafts;
  findServers: FindServers;
  findDefaults: ReturnType<typeof createFindFormDefaults>;
  permissions: Permissions;
  responseUrls: ResponseUrls;
  worker: Pick<Worker, 'take' | 'wake'>;
  batchWorker: Pick<BatchWorker, 'wake'>;
  batchDelivery: Pick<BatchDelivery, 'postResults'>;
  inboxActions: Pick<InboxActions, 'accept'>;
  uninstall: Workspaces['uninstall'];
  secureLinks: SecureLinks;
  newReference(): string;
  log: Log;
  now(): number;
  monotonicNow(): number;
}): Listeners {
  const { log, responseUrls, permissions, worker } = deps;
  const { adminChanges, audit, batches, keys, presets, remembered, requests, responseUrlSeal, settings, slots } =
    deps.stores;
  const { keyStamp, removeKey } = adminChanges;
  const findSettings = settings.find;
  const listKeys = keys.list;
  const chooseKey = createChooseKey(keys);
  const { drafts, findServers, findDefaults } = deps;
  const findsServers = deps.mailbox !== undefined;
  const { hasSecurePage, createLink, createBatchLink } = deps.secureLinks;
  const findTarget = createFindTarget({ findSettings, chooseKey });
  const offerManyForm = createOfferManyForm({ findTarget, createBatchLink });
  const openForm = createOpenForm({
    ...{ permissions, findsServers, findSettings, chooseKey, hasSecurePage, offerManyForm, keyStamp, findDefaults },
  });
  const homePages = createHomePages({
    permissions,
    hasSecurePage,
    listKeys,
    findSettings,
    latest: requests.latest,
    latestBatches: batches.latest,
    findThreads: requests.findThreads,
  });
  const { showHome } = homePages;
  const refreshHome = (...to: Parameters<typeof showHome>) =>
    showHome(...to).catch((error: unknown) => log.error('The Home tab could not be updated', describeError(error)));
  const storeKey = createStoreKey({
    reserveSlot: (apiKey) => slots.reserveForKeyCheck(keyFingerprint(apiKey)),
    checkKey: deps.checkKey,
    list: listKeys,
    keyStamp,
    save: adminChanges.saveKey,
    wake: worker.wake,
  });
  const sealResponseUrl = (teamId: string, responseUrl: string): string | undefined =>
    responseUrls.accept(responseUrl) && responseUrlSeal.sealResponseUrl(teamId, responseUrl);
  const openManyForm = createOpenManyForm(openForm);
  const addAnother = createAddAnother({ find: requests.find, findLastOf: requests.findLastOf, openForm });
  const fixRows = createFixRows({
    find: batches.find,
    listFailed: batches.listFailed,
    findRequest: requests.find,
    openForm,
    openManyForm: openManyForm.open,
    findsServers,
    isOnlyOnPage: async (teamId) => hasSecurePage && (await findSettings(teamId)).passwordsIn === 'secure_page',
    permissions,
  });
  const submit = createSubmit({
    requests,
    take: worker.take,
    monotonicNow: deps.monotonicNow,
    onAccepted: ({ kind, request }) => log.info(ACCEPTED[kind], { ...aboutRequest(request), user: request.userId }),
  });

  return createListeners({
    addInboxCommand: createAddInboxCommand({
      openForm,
      draftLast: addAnother.draftLast,
      openManyForm: openManyForm.open,
      sealResponseUrl,
    }),
    formPages: createFormPages({
      permissions,
      findByView: requests.findByView,
      findSettings,
      chooseKey,
      findServers,
      findsServers,
      submit,
      isStopping: batches.isStopping,
      listPresets: presets.list,
      nextRow: fixRows.next,
      openResponseUrl: responseUrlSeal.openResponseUrl,
      hasSecurePage,
      createLink,
      respond: responseUrls.respond,
      newReference: deps.newReference,
      onNotAccepted: (request, error) =>
        log.error('A submission could not be committed', { ...describeError(error), request }),
    }),
    openManyForm,
    manyPages: createManyPages({
      permissions,
      findSettings,
      chooseKey,
      drafts,
      checkLogins: deps.mailbox?.checkLogins,
      openForm,
      newReference: deps.newReference,
      monotonicNow: deps.monotonicNow,
      onNotAccepted: (request, error) =>
        log.error('Many inboxes could not be read or committed', { ...describeError(error), request }),
    }),
    keyPages: createKeyPages({
      permissions,
      findsServers,
      offerManyForm,
      listKeys,
      keyStamp,
      storeKey,
      removeKey,
      refreshHome,
    }),
    clientPages: createClientPages({
      permissions,
      listKeys,
      keyStamp,
      storeKey,
      rebindKey: adminChanges.rebindKey,
      showHome,
    }),
    presetsPages: createPresetsPages({
      permissions,
      findStamped: presets.findStamped,
      savePresets: adminChanges.savePresets,
    }),
    rememberedPages: createRememberedPages({ permissions, page: remembered.page, forget: adminChanges.forget }),
    removeClient: createRemoveClient({
      permissions,
      listKeys,
      ...deps.stores.clientRemoval,
      wake: () => {
        worker.wake();
        deps.batchWorker.wake();
      },
      refreshHome,
      now: deps.now,
    }),
    settingsPages: createSettingsPages({
      permissions,
      hasSecurePage,
      findStamped: settings.findStamped,
      saveSettings: adminChanges.saveSettings,
    }),
    auditPages: createAuditPages({
      permissions,
      page: audit.page,
      findThreads: requests.findThreads,
      note: audit.add,
      now: deps.now,
    }),
    addAnother,
    accessPages: createAccessPages({
      permissions,
      findSettings,
      requests: deps.stores.accessRequests,
      newReference: deps.newReference,
    }),
    tryAgain: createTryAgain({
      find: requests.find,
      findSuccessor: requests.findSuccessor,
      openForm,
      sealResponseUrl,
    }),
    inboxButtons: createInboxButtons({
      permissions,
      find: requests.find,
      accept: deps.inboxActions.accept,
      newReference: deps.newReference,
    }),
    fixRows,
    enterPassword: createEnterPassword({ permissions, find: requests.find, createLink }),
    codeButtons: createCodeButtons({
      permissions,
      links: deps.stores.secureLinks,
      replace: responseUrls.replace,
      onDenied: ({ teamId: team, userId: user }) =>
        log.warn('A person did not recognize a page that opened their link', { team, user }),
    }),
    cancelRequest: createCancelRequest({
      permissions,
      find: requests.find,
      cancel: deps.stores.secureLinks.cancelRequest,
      wake: worker.wake,
    }),
    batchButtons: createBatchButtons({
      permissions,
      batches,
      postResults: deps.batchDelivery.postResults,
      wake: deps.batchWorker.wake,
    }),
    homePages,
    uninstall: deps.uninstall,
  });
}
