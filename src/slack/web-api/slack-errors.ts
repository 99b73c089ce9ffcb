/*
 * Every error code of Slack's Web API that the bot acts on. What else Slack may answer is an open list: a code that is not here
 * says no more than "not now", and what must not get lost is tried again later.
 */

/** The token will never work again. */
export const isTokenDead = oneOf('invalid_auth', 'not_authed', 'account_inactive', 'token_revoked', 'token_expired');

const isGrantRefused = oneOf(
  ...['not_allowed_token_type', 'missing_scope', 'user_removed_from_team', 'team_disabled', 'team_access_not_granted'],
);

/** An operator has to change the token, or what it was granted. */
export function isTokenRefused(code: string): boolean {
  return isTokenDead(code) || isGrantRefused(code);
}

/** The app was removed or its token revoked, and nothing of ours is wrong. */
export const isAppRemoved = oneOf('account_inactive', 'token_revoked');

const isPlaceNamed = oneOf(
  ...['not_in_channel', 'channel_not_found', 'is_archived', 'is_inactive', 'ekm_access_denied'],
  ...['cannot_reply_to_message', 'thread_not_found', 'messages_tab_disabled'],
);

/** The bot can't post in this place; another one may do. */
export function isPostingRefused(code: string): boolean {
  return isPlaceNamed(code) || code.startsWith('restricted_action');
}

/** What `chat.getPermalink` says of a message that is not there, in a channel that the bot can see. */
export const isChannelSeen = oneOf('message_not_found', 'not_in_channel');

/** The message that a thread hangs on was deleted; the thread can start anew in the same place. */
export const isThreadGone = oneOf('thread_not_found');

const isMessageFixed = oneOf('message_not_found', 'cant_update_message', 'edit_window_closed');

/** A message can't be changed any more, or by nobody who has this token. */
export function isEditRefused(code: string): boolean {
  return isMessageFixed(code) || isPostingRefused(code) || isTokenDead(code);
}

/** The person has closed the view. */
export const isViewGone = oneOf('not_found');

/** The view is closed, or can be changed by nobody who has this token. */
export function isViewLost(code: string): boolean {
  return isViewGone(code) || isTokenDead(code);
}

/** The view is closed, or shows something newer by now. */
export const isViewOutdated = oneOf('not_found', 'hash_conflict');

/** A copy of the command or press has opened what there is to open. */
export const isTriggerUsed = oneOf('exchanged_trigger_id');

/** Somebody who has nothing to do with the workspace. */
export const isPersonUnknown = oneOf('user_not_found', 'user_not_visible');

/** The user group is gone, or the bot may not read it. */
export const isGroupGone = oneOf(
  'no_such_subteam',
  'missing_scope',
  'permission_denied',
  'paid_teams_only',
  'plan_upgrade_required',
);

/** Slack is in trouble itself, and may have done what it was asked for all the same. */
export const isInTrouble = oneOf('internal_error', 'fatal_error', 'service_unavailable', 'request_timeout');

function oneOf(...codes: string[]): (code: string) => boolean {
  const all = new Set(codes);
  return (code) => all.has(code);
}
