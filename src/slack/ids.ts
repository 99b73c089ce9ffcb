import type { AccountField } from '../add-inbox/account/sender-account.ts';

/** The slash command, as in manifest.yml. */
export const COMMAND = '/add-inbox';

/** The bot user's name, as in manifest.yml. People type it after /invite. */
export const BOT_NAME = 'inbox-bot';

/** The OAuth scopes of the bot, as in manifest.yml, which gives the reasons. */
export const BOT_SCOPES = [
  'commands',
  'chat:write',
  'chat:write.public',
  'users:read',
  'usergroups:read',
  'files:write',
  'files:read',
] as const;

/** Those of them that an installation may lack. What needs one is not offered without it. */
export const OPTIONAL_SCOPES = ['files:read'] as const satisfies (typeof BOT_SCOPES)[number][];

/** `callback_id` of each modal. */
export const CALLBACKS = {
  who: 'add_inbox_who',
  how: 'add_inbox_how',
  storeKey: 'store_key',
  clientKey: 'client_key',
  presets: 'client_presets',
  remembered: 'remembered',
  settings: 'settings',
  audit: 'audit_trail',
  notice: 'notice',
  manyForm: 'batch_form',
  reading: 'batch_reading',
  preview: 'batch_preview',
  testEmail: 'test_email',
  removeInbox: 'remove_inbox',
} as const;

/** `action_id` of each element that sends an interaction when it is clicked. */
export const ACTIONS = {
  editServers: 'edit_servers',
  backToWho: 'back_to_who',
  sameLogin: 'same_login',
  addMany: 'add_many',
  backToMany: 'batch_back',
  tryAgain: 'try_again',
  addAnother: 'add_another',
  enterPassword: 'enter_password',
  openSecurePage: 'open_secure_page',
  confirmCode: 'confirm_code',
  denyCode: 'deny_code',
  cancelRequest: 'cancel_request',
  sendAnyway: 'send_anyway',
  testEmail: 'inbox_test_email',
  removeInbox: 'inbox_remove',
  requestAccess: 'access_request',
  approveAccess: 'access_approve',
  declineAccess: 'access_decline',
  fixBatch: 'batch_fix',
  fixBatchByFile: 'batch_fix_by_file',
  sendRowsAnyway: 'batch_send_anyway',
  skipRow: 'batch_skip_row',
  storeKey: 'home_store_key',
  removeKey: 'home_remove_key',
  addClient: 'home_add_client',
  changeClient: 'home_change_client',
  openPresets: 'home_presets',
  openRemembered: 'home_remembered',
  previousRemembered: 'remembered_previous',
  moreRemembered: 'remembered_more',
  forgetDomain: 'remembered_forget_domain',
  forgetOwner: 'remembered_forget_owner',
  forgetEverything: 'remembered_forget_everything',
  removeClient: 'home_remove_client',
  previousClients: 'home_previous_clients',
  moreClients: 'home_more_clients',
  openSettings: 'home_settings',
  openAudit: 'home_audit',
  olderAudit: 'audit_older',
  newerAudit: 'audit_newer',
  exportAudit: 'audit_export',
  auditPerson: 'audit_person',
  auditTopic: 'audit_topic',
  auditPeriod: 'audit_period',
  auditAll: 'audit_all',
  stopBatch: 'batch_stop',
  batchResults: 'batch_results',
  addManyFromHome: 'home_add_many',
  addFromHome: 'home_add',
  filterOwner: 'home_filter_client',
  filterOutcome: 'home_filter_outcome',
  olderInboxes: 'home_older_inboxes',
  newerInboxes: 'home_newer_inboxes',
  inboxMenu: 'home_inbox_menu',
} as const;

/** Events the app subscribes to, as in manifest.yml. */
export const EVENTS = {
  homeOpened: 'app_home_opened',
  uninstalled: 'app_uninstalled',
  revoked: 'tokens_revoked',
} as const;

/** The inputs of the form's two pages; each name is also the input's `action_id`. */
export type FormField = AccountField | typeof ACTIONS.sameLogin;

/** The block with the warnings that a person has seen. Its `block_id` lists them, as in `warned.a.b`. */
export const WARNED_BLOCK = 'warned';

/** The box that a person ticks where password logins are off. */
export const SEND_ANYWAY_FIELD = 'send_with_password';

/** The input for a ColdSend API key. */
export const API_KEY_FIELD = 'api_key';

/** The other inputs of the form for a client's key. */
export const CLIENT_FIELDS = { label: 'client_label', channels: 'client_channels' } as const;

/** The inputs of the form for a client's presets. */
export const PRESET_FIELDS = {
  dailyLimit: 'preset_daily_limit',
  name: 'preset_name',
  domains: 'preset_domains',
} as const;

/** The input that filters the remembered domains. */
export const REMEMBERED_FIELD = 'remembered_domain';

/** The input for the recipient of a test email. */
export const RECIPIENT_FIELD = 'recipient';

/** The inputs of the form for many inboxes, and of its preview. */
export const BATCH_FIELDS = {
  rows: 'rows',
  file: 'file',
  provider: 'default_provider',
  dailyLimit: 'default_daily_limit',
  name: 'default_name',
  addHeld: 'add_held',
  addRefused: 'add_refused',
} as const;

/**
 * Slack's client keeps a person's input over an update wherever `block_id` and `action_id` stay the same. A new generation
 * makes the field show its rendered value.
 */
export function blockId(field: string, generation: number): string {
  return `${field}.${generation}`;
}
