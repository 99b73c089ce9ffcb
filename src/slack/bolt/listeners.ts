import type { createBatchButtons } from '../batches/batch-listeners.ts';
import type { FixRows } from '../batches/fix-rows.ts';
import type { createManyPages } from '../batches/form/many-listeners.ts';
import type { createOpenManyForm } from '../batches/form/open-many-form.ts';
import type { createFormPages } from '../form/form-listeners.ts';
import type { createCancelRequest } from '../form/password/cancel-request.ts';
import type { createEnterPassword } from '../form/password/enter-password.ts';
import type { createCodeButtons } from '../form/password/matching-code.ts';
import type { createAddInboxCommand } from '../form/ways-in/add-inbox-command.ts';
import type { createAddAnother, createTryAgain } from '../form/ways-in/try-again.ts';
import type { createAccessPages } from '../home/access/access-listeners.ts';
import type { createAuditPages } from '../home/audit/audit-listeners.ts';
import type { createHomePages } from '../home/home-listeners.ts';
import type { createClientPages } from '../home/keys/client-listeners.ts';
import type { createKeyPages } from '../home/keys/key-listeners.ts';
import type { createPresetsPages } from '../home/keys/presets-listeners.ts';
import type { createRememberedPages } from '../home/keys/remembered-listeners.ts';
import type { createRemoveClient } from '../home/keys/remove-client.ts';
import type { createSettingsPages } from '../home/settings/settings-listeners.ts';
import { ACTIONS, CALLBACKS, COMMAND, EVENTS } from '../ids.ts';
import type { UninstallEvent } from '../install/uninstall.ts';
import type { SubmissionAnswer } from '../modals/submission-answer.ts';
import type { createInboxButtons } from '../thread/actions/action-listeners.ts';
import type { CommandUse, InModal, Interaction, Press } from './interaction.ts';

/** Everything the bot listens to. A test compares it with manifest.yml. */
export type Listeners = {
  commands: Record<string, (use: CommandUse) => Promise<void>>;
  /** An answer of undefined closes the form. */
  submissions: Record<string, (submission: InModal) => Promise<SubmissionAnswer | undefined>>;
  /** Runs after the result of a submission has been shown. */
  afterSubmission: Record<string, (submission: InModal, answer: SubmissionAnswer | undefined) => Promise<void>>;
  /** A person closed one of our modals that asks Slack to report it. */
  closings: Record<string, (closing: InModal) => Promise<void>>;
  /** Buttons and boxes inside one of our modals. */
  viewActions: Record<string, (press: InModal<Press>) => Promise<void>>;
  /** Buttons in messages and in the Home, and those that do nothing in Slack itself. */
  actions: Record<string, (press: Press) => Promise<void>>;
  events: Record<string, (interaction: Interaction) => Promise<void>>;
  /** Events about the app itself. The workspace may already have revoked its token. */
  lifecycle: Record<string, (event: UninstallEvent) => Promise<void>>;
};

/** The table of everything that Slack may send, by command, callback, action or event. */
export function createListeners(deps: {
  addInboxCommand: ReturnType<typeof createAddInboxCommand>;
  formPages: ReturnType<typeof createFormPages>;
  keyPages: ReturnType<typeof createKeyPages>;
  clientPages: ReturnType<typeof createClientPages>;
  presetsPages: ReturnType<typeof createPresetsPages>;
  rememberedPages: ReturnType<typeof createRememberedPages>;
  removeClient: ReturnType<typeof createRemoveClient>;
  settingsPages: ReturnType<typeof createSettingsPages>;
  auditPages: ReturnType<typeof createAuditPages>;
  accessPages: ReturnType<typeof createAccessPages>;
  manyPages: ReturnType<typeof createManyPages>;
  openManyForm: ReturnType<typeof createOpenManyForm>;
  tryAgain: ReturnType<typeof createTryAgain>;
  addAnother: ReturnType<typeof createAddAnother>;
  inboxButtons: ReturnType<typeof createInboxButtons>;
  fixRows: FixRows;
  enterPassword: ReturnType<typeof createEnterPassword>;
  codeButtons: ReturnType<typeof createCodeButtons>;
  cancelRequest: ReturnType<typeof createCancelRequest>;
  batchButtons: ReturnType<typeof createBatchButtons>;
  homePages: ReturnType<typeof createHomePages>;
  uninstall(event: UninstallEvent): Promise<void>;
}): Listeners {
  const { formPages, keyPages, clientPages, settingsPages, auditPages } = deps;
  const { manyPages, openManyForm, batchButtons, inboxButtons, accessPages } = deps;
  const { turnInboxes } = deps.homePages;
  const showHome = (interaction: Interaction) => deps.homePages.showHome(interaction);
  return {
    commands: { [COMMAND]: deps.addInboxCommand },
    submissions: {
      [CALLBACKS.who]: formPages.submitWho,
      [CALLBACKS.how]: formPages.submitHow,
      [CALLBACKS.storeKey]: keyPages.submitKey,
      [CALLBACKS.clientKey]: clientPages.submit,
      [CALLBACKS.presets]: deps.presetsPages.submit,
      [CALLBACKS.remembered]: deps.rememberedPages.search,
      [CALLBACKS.settings]: settingsPages.submit,
      [CALLBACKS.manyForm]: manyPages.submitForm,
      [CALLBACKS.preview]: manyPages.submitPreview,
      [CALLBACKS.testEmail]: inboxButtons.submitTestEmail,
      [CALLBACKS.removeInbox]: inboxButtons.submitRemoval,
    },
    afterSubmission: {
      [CALLBACKS.who]: formPages.fillIn,
      [CALLBACKS.storeKey]: showHome,
      [CALLBACKS.clientKey]: showHome,
      [CALLBACKS.settings]: showHome,
      [CALLBACKS.manyForm]: manyPages.readGiven,
    },
    closings: { [CALLBACKS.preview]: manyPages.closePreview },
    viewActions: {
      [ACTIONS.backToWho]: formPages.goBack,
      [ACTIONS.editServers]: formPages.editServers,
      [ACTIONS.sameLogin]: formPages.toggleSameLogin,
      [ACTIONS.skipRow]: formPages.skipRow,
      [ACTIONS.addAnother]: deps.addAnother.open,
      [ACTIONS.addMany]: openManyForm.openFromForm,
      [ACTIONS.backToMany]: manyPages.backToForm,
      [ACTIONS.olderAudit]: auditPages.turn,
      [ACTIONS.newerAudit]: auditPages.turn,
      [ACTIONS.auditPerson]: auditPages.turn,
      [ACTIONS.auditTopic]: auditPages.turn,
      [ACTIONS.auditPeriod]: auditPages.turn,
      [ACTIONS.auditAll]: auditPages.turn,
      [ACTIONS.exportAudit]: auditPages.exportAll,
      [ACTIONS.previousRemembered]: deps.rememberedPages.turn,
      [ACTIONS.moreRemembered]: deps.rememberedPages.turn,
      [ACTIONS.forgetDomain]: deps.rememberedPages.forgetDomain,
      [ACTIONS.forgetOwner]: deps.rememberedPages.forgetOwner,
      [ACTIONS.forgetEverything]: deps.rememberedPages.forgetEverything,
      [ACTIONS.requestAccess]: accessPages.request,
    },
    actions: {
      [ACTIONS.tryAgain]: deps.tryAgain,
      [ACTIONS.sendAnyway]: deps.tryAgain,
      [ACTIONS.testEmail]: inboxButtons.openTestEmail,
      [ACTIONS.removeInbox]: inboxButtons.remove,
      [ACTIONS.inboxMenu]: inboxButtons.openFromMenu,
      [ACTIONS.filterOwner]: turnInboxes,
      [ACTIONS.filterOutcome]: turnInboxes,
      [ACTIONS.olderInboxes]: turnInboxes,
      [ACTIONS.newerInboxes]: turnInboxes,
      [ACTIONS.fixBatch]: deps.fixRows.open,
      [ACTIONS.enterPassword]: deps.enterPassword,
      [ACTIONS.openSecurePage]: openedOutsideSlack,
      [ACTIONS.confirmCode]: deps.codeButtons.confirm,
      [ACTIONS.denyCode]: deps.codeButtons.deny,
      [ACTIONS.cancelRequest]: deps.cancelRequest,
      [ACTIONS.fixBatchByFile]: deps.fixRows.openFile,
      [ACTIONS.sendRowsAnyway]: deps.fixRows.openHeldBack,
      [ACTIONS.stopBatch]: batchButtons.stop,
      [ACTIONS.batchResults]: batchButtons.postResults,
      [ACTIONS.addFromHome]: deps.addAnother.openEmpty,
      [ACTIONS.addManyFromHome]: openManyForm.openFromHome,
      [ACTIONS.storeKey]: keyPages.openKeyForm,
      [ACTIONS.removeKey]: keyPages.removeKey,
      [ACTIONS.addClient]: clientPages.openAdd,
      [ACTIONS.changeClient]: clientPages.openChange,
      [ACTIONS.openPresets]: deps.presetsPages.open,
      [ACTIONS.openRemembered]: deps.rememberedPages.open,
      [ACTIONS.removeClient]: deps.removeClient,
      [ACTIONS.previousClients]: clientPages.turnPage,
      [ACTIONS.moreClients]: clientPages.turnPage,
      [ACTIONS.openSettings]: settingsPages.open,
      [ACTIONS.openAudit]: auditPages.open,
      [ACTIONS.approveAccess]: accessPages.approve,
      [ACTIONS.declineAccess]: accessPages.decline,
    },
    events: { [EVENTS.homeOpened]: showHome },
    lifecycle: { [EVENTS.uninstalled]: deps.uninstall, [EVENTS.revoked]: deps.uninstall },
  };
}

/** Slack also reports a press on a button that opens a URL. */
async function openedOutsideSlack(): Promise<void> {}
