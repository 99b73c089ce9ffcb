import { MAX_CLIENT_NAME } from '../../../add-inbox/keys/coldsend-key.ts';
import type { KeyNotStored } from '../../../add-inbox/keys/store-key.ts';
import { oneLine, truncate } from '../../blocks/foreign-text.ts';
import { API_KEY_FIELD, CLIENT_FIELDS } from '../../ids.ts';
import { placeErrors } from '../../modals/submission-answer.ts';
import { readView } from '../../modals/view-state.ts';
import { KEY_ERRORS } from '../../sentences/keys.ts';

/** `outdated` belongs to no field and has its own notice. */
export type KeyMistake = Exclude<KeyNotStored, { kind: 'outdated' }>;

/**
 * The answer to a submission of `view` whose key was not stored: `block_id` → sentence. The sentence is shown at the field it
 * is about, if the view has that field. Throws UnreadableViewError.
 */
export function toKeyErrors(why: KeyMistake, view: unknown): Record<string, string> {
  return placeErrors({ [fieldOf(why)]: sayWhy(why) }, readView(view), API_KEY_FIELD);
}

function fieldOf({ kind }: KeyMistake): string {
  switch (kind) {
    case 'not_a_label':
    case 'label_taken':
      return CLIENT_FIELDS.label;
    case 'no_channel':
    case 'channel_taken':
    case 'cannot_post':
    case 'slack_silent':
      return CLIENT_FIELDS.channels;
    default:
      return API_KEY_FIELD;
  }
}

function sayWhy(why: KeyMistake): string {
  switch (why.kind) {
    case 'not_a_key':
      return KEY_ERRORS.malformed;
    case 'refused':
      return KEY_ERRORS.refused;
    case 'missing_scopes':
      return why.missingScopes.length === 0
        ? KEY_ERRORS.forbidden
        : KEY_ERRORS.missingScopes(truncate(oneLine(why.missingScopes.join(', ')), 500));
    case 'wrong_address':
      return KEY_ERRORS.wrongAddress;
    case 'proxy_login':
      return KEY_ERRORS.proxyLogin;
    case 'not_a_label':
      return KEY_ERRORS.notALabel(MAX_CLIENT_NAME);
    case 'label_taken':
      return KEY_ERRORS.labelTaken;
    case 'no_channel':
      return KEY_ERRORS.noChannel;
    case 'channel_taken':
      return KEY_ERRORS.channelTaken(why.by);
    case 'cannot_post':
      return KEY_ERRORS.cannotPost;
    case 'slack_silent':
      return KEY_ERRORS.slackSilent;
    case 'key_unreadable':
      return KEY_ERRORS.unreadable;
  }
}
