import type { AccountField } from '../add-inbox/sender-account.ts';

/** The slash command, as in manifest.yml. */
export const COMMAND = '/add-inbox';

/** The bot user's name, as in manifest.yml: what people type after /invite. */
export const BOT_NAME = 'inbox-bot';

/** `callback_id` of each modal. */
export const CALLBACKS = {
  who: 'add_inbox_who',
  how: 'add_inbox_how',
  storeKey: 'store_key',
  notice: 'notice',
} as const;

/** `action_id` of everything that sends an interaction when it is clicked. */
export const ACTIONS = {
  editServers: 'edit_servers',
  backToWho: 'back_to_who',
  sameLogin: 'same_login',
  tryAgain: 'try_again',
  storeKey: 'home_store_key',
  removeKey: 'home_remove_key',
} as const;

/** Events the app subscribes to, as in manifest.yml. */
export const EVENTS = { homeOpened: 'app_home_opened' } as const;

/** What can be typed or ticked in the two pages of the form; also the `action_id` of each input. */
export type FormField = AccountField | typeof ACTIONS.sameLogin;

/** The only input of the key form. */
export const API_KEY_FIELD = 'api_key';

/**
 * Slack's client keeps what was typed wherever `block_id` and `action_id` stay the same over an update; a new generation
 * makes the field come back as it is rendered.
 */
export function blockId(field: FormField | typeof API_KEY_FIELD, generation: number): string {
  return `${field}.${generation}`;
}
