/*
 * Every error code of Slack's Web API that the bot acts on. Slack's list is open: any other code only means "not now", and a
 * call that must not get lost is tried again later.
 */

/** The token will never work again. */
export const isTokenDead = oneOf('invalid_auth', 'not_authed', 'account_inactive', 'token_revoked', 'token_expired');

const isGrantRefused = oneOf(
  ...['not_allowed_token_type', 'missing_scope', 'user_removed_from_team', 'team_disabled', 'team_access_not_granted'],
);

/** An operator has to change the token or its scopes. */
export function isTokenRefused(code: string): boolean {
  return isTokenDead(code) || isGrantRefused(code);
}

/** The app was removed or its token revoked. */
export const isAppRemoved = oneOf('account_inactive', 'token_revoked');

const isPlaceNamed = oneOf(
  ...['not_in_channel', 'channel_not_found', 'is_archived', 'is_inactive', 'ekm_access_denied'],
  ...['cannot_reply_to_message', 'thread_not_found', 'messages_tab_disabled'],
);

/** The bot can't post in this conversation but may be able to post in another. */
export function isPostingRefused(code: string): boolean {
  return isPlaceNamed(code) || code.startsWith('restricted_action');
}

/** `chat.getPermalink` answers this for a missing message in a channel that the bot can see. */
export const isChannelSeen = oneOf('message_not_found', 'not_in_channel');

/** The first message of a thread was deleted; a new thread can start in the same conversation. */
export const isThreadGone = oneOf('thread_not_found');

const isMessageFixed = oneOf('message_not_found', 'cant_update_message', 'edit_window_closed');

/** The message can no longer be changed, or not with this token. */
export function isEditRefused(code: string): boolean {
  return isMessageFixed(code) || isPostingRefused(code) || isTokenDead(code);
}

/** Slack does not know one of the message's blocks: it gives newer ones to some workspaces first. */
export const areBlocksRefused = oneOf('invalid_blocks');

/** The file is gone already. */
export const isFileGone = oneOf('file_deleted', 'file_not_found');

/** The token may not read files. */
export const isScopeMissing = oneOf('missing_scope', 'not_allowed_token_type');

/** The person has closed the view. */
export const isViewGone = oneOf('not_found');

/** The view is closed or can't be changed with this token. */
export function isViewLost(code: string): boolean {
  return isViewGone(code) || isTokenDead(code);
}

/** The view is closed or already shows something newer. */
export const isViewOutdated = oneOf('not_found', 'hash_conflict');

/** A copy of the command or press has already used the trigger. */
export const isTriggerUsed = oneOf('exchanged_trigger_id');

/** The person does not belong to the workspace. */
export const isPersonUnknown = oneOf('user_not_found', 'user_not_visible');

/** The user group is gone, or the bot may not read it. */
export const isGroupGone = oneOf(
  'no_such_subteam',
  'missing_scope',
  'permission_denied',
  'paid_teams_only',
  'plan_upgrade_required',
);

/** Slack had an internal failure and may still have carried out the call. */
export const isInTrouble = oneOf('internal_error', 'fatal_error', 'service_unavailable', 'request_timeout');

function oneOf(...codes: string[]): (code: string) => boolean {
  const all = new Set(codes);
  return (code) => all.has(code);
}
