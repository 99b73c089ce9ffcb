import { createListeners } from '../../src/slack/listeners.ts';

/** The table of listeners, with nothing behind it: for what is to be known of every one of them. */
export function listStubbedListeners() {
  const nothing = async () => undefined;
  return createListeners({
    addInboxCommand: nothing as never,
    formPages: {
      submitWho: nothing,
      submitHow: nothing,
      goBack: nothing,
      editServers: nothing,
      toggleSameLogin: nothing,
    } as never,
    keyPages: { submitKey: nothing, openKeyForm: nothing, removeKey: nothing } as never,
    clientPages: {
      openAdd: nothing,
      openChange: nothing,
      remove: nothing,
      turnPage: nothing,
      submit: nothing,
    } as never,
    settingsPages: { open: nothing, submit: nothing } as never,
    auditPages: { open: nothing, turn: nothing, exportAll: nothing } as never,
    tryAgain: nothing as never,
    showHome: nothing as never,
    uninstall: nothing as never,
  });
}
