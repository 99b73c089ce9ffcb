import type { LostPermission } from '../../add-inbox/people/person.ts';
import type { ExpiredWhy, Outcome, TroubleKind, UnknownWhy } from '../../add-inbox/request/outcome.ts';
import { BUTTONS, type State, whoCanStore } from './common.ts';

/** The place of a button that a sentence names: below the reply in the thread, or, for a page, in the thread. */
const BUTTON_PLACES = { thread: 'below', page: 'in the thread' } as const;

export type ShownIn = keyof typeof BUTTON_PLACES;

type NextStep = (shownIn: ShownIn) => string;

export const OUTCOME_STATES: Record<Outcome['kind'], State> = {
  added: { emoji: '✅', title: 'Inbox added' },
  exists: { emoji: 'ℹ️', title: 'Inbox not added: ColdSend already has it' },
  refused: { emoji: '❌', title: 'Inbox not added: ColdSend refused it' },
  key_refused: { emoji: '🔑', title: 'Inbox not added: ColdSend refused the API key' },
  unknown: { emoji: '❓', title: "We don't know if the inbox was added" },
  expired: { emoji: '⌛', title: "Inbox not added: we couldn't send it within 24 hours" },
  stopped: { emoji: '⏹️', title: 'Inbox not added: somebody stopped it' },
};

/** Refused by the bot and never sent; see LOST_PERMISSIONS. */
export const NOT_ALLOWED_ANY_MORE: State = { emoji: '⛔', title: 'Inbox not added: no longer allowed' };

/** Why a person who asked for an inbox may no longer add it. */
export const LOST_PERMISSION_WHYS: Record<LostPermission, string> = {
  other_workspace: 'The person who asked has left this workspace.',
  deactivated: 'The account of the person who asked is deactivated.',
  guest: "The person who asked is now a guest, and guests can't add inboxes.",
  admins_only: 'An admin changed the settings: now only admins and owners may add inboxes.',
  not_chosen: 'The person who asked may no longer add inboxes.',
};

export const NEXT_AFTER_LOST_PERMISSION: NextStep = (at) =>
  `We sent nothing to ColdSend and deleted the passwords. A person with permission to add inboxes can press “${BUTTONS.tryOnceMore}” ${BUTTON_PLACES[at]}.`;

/** Refused by the bot's own check before sending, where the workspace wants one. */
export const HELD_BACK: State = { emoji: '✋', title: "Inbox not added: its login doesn't work" };

export const NEXT_AFTER_HELD_BACK: NextStep = (at) =>
  `We sent nothing to ColdSend and deleted the passwords. Press “${BUTTONS.fixAndTryAgain}” or “${BUTTONS.sendAnyway}” ${BUTTON_PLACES[at]} and enter them again. The next try goes to ColdSend without our check.`;

/** A person cancelled it while it waited for its password. */
export const CANCELLED: State = { emoji: '⏹️', title: 'Inbox not added: cancelled' };

export const CANCELLED_BY = (who: string) => `Cancelled by ${who}`;

export const NEXT_AFTER_CANCELLED: NextStep = (at) =>
  `Nobody entered its password, and we sent nothing to ColdSend. To add it after all, press “${BUTTONS.tryOnceMore}” ${BUTTON_PLACES[at]}.`;

/** Expired for these reasons: see `Outcome`. */
export const EXPIRED_STATES: Record<ExpiredWhy, State> = {
  passwords_unreadable: { emoji: '🔒', title: "Inbox not added: I can't read its passwords any more" },
  no_password: { emoji: '⌛', title: 'Inbox not added: nobody entered the password within 24 hours' },
};

export const NEXT_AFTER_EXPIRED: Record<ExpiredWhy, NextStep> = {
  passwords_unreadable: (at) =>
    `We sent nothing to ColdSend this time. Press “${BUTTONS.tryOnceMore}” ${BUTTON_PLACES[at]} and enter the passwords again.`,
  no_password: (at) => `We sent nothing to ColdSend. Press “${BUTTONS.tryOnceMore}” ${BUTTON_PLACES[at]}.`,
};

export const TROUBLE_STATES: Record<TroubleKind, State> = {
  wrong_address: { emoji: '🔧', title: 'Inbox not added: the ColdSend address is wrong' },
  proxy_login: { emoji: '🔧', title: 'Inbox not added: a proxy asks for a login' },
  too_large: { emoji: '🔧', title: 'Inbox not added: a size limit is too small' },
  not_coldsend: { emoji: '❌', title: 'Inbox not added: it was refused on the way to ColdSend' },
};

export const TROUBLE_WHYS: Record<TroubleKind, (status: number) => string> = {
  wrong_address: (status) => `The address set for ColdSend does not add inboxes (HTTP ${status}).`,
  proxy_login: (status) => `A proxy between this bot and ColdSend asks for a login (HTTP ${status}).`,
  too_large: (status) => `The request is larger than a server on the way to ColdSend allows (HTTP ${status}).`,
  not_coldsend: (status) =>
    `The refusal (HTTP ${status}) does not look like ColdSend's. A firewall or proxy may have sent it.`,
};

export const NEXT_AFTER_TROUBLE: Record<TroubleKind, NextStep> = {
  wrong_address: (at) =>
    `Ask the person who runs this bot to check COLDSEND_API_URL and COLDSEND_ADD_PATH. Then press “${BUTTONS.tryOnceMore}” ${BUTTON_PLACES[at]}.`,
  proxy_login: (at) =>
    `Ask the person who runs this bot to set the user name and password of the proxy. Then press “${BUTTONS.tryOnceMore}” ${BUTTON_PLACES[at]}.`,
  too_large: (at) =>
    `Ask the person who runs this bot to raise the size limit of the proxy. Then press “${BUTTONS.tryOnceMore}” ${BUTTON_PLACES[at]}.`,
  not_coldsend: (at) =>
    `The API key did not change. Press “${BUTTONS.tryOnceMore}” ${BUTTON_PLACES[at]}. If this keeps happening, ask the person who runs this bot to check the firewall or proxy.`,
};

/** Added, but with a status that may need attention. */
export const ADDED_BUT: State = { emoji: '⚠️', title: 'Inbox added' };

/** Added by the request, and removed since. */
export const REMOVED: State = { emoji: '🗑️', title: 'Inbox removed from ColdSend' };

export const NEXT_AFTER_REMOVED: NextStep = () =>
  'It was added and later removed. The mailbox itself still exists at its provider.';

/** An inbox with one of these statuses needs no action. */
export const GOOD_STATUSES: readonly string[] = ['PENDING', 'ACTIVE'];

/** The documented values of `overall_status`; others are shown without an explanation. */
export const STATUS_WORDS: Record<string, string> = {
  PENDING: 'ColdSend is still validating it',
  ACTIVE: 'ready to use',
  PAUSED: 'temporarily disabled',
  DISABLED: "can't be used",
};

export const NEXT_STEPS: Record<Outcome['kind'], NextStep> = {
  added: () => 'From now on, check its status in the ColdSend dashboard.',
  exists: () =>
    'We changed nothing. Look for it in the ColdSend dashboard. If an earlier try ended without a clear answer, that try worked.',
  refused: (at) =>
    `Press “${BUTTONS.fixAndTryAgain}” ${BUTTON_PLACES[at]}. The form keeps your answers; enter only the passwords again.`,
  key_refused: (at) => `${whoCanStore('another')} After that, press “${BUTTONS.fixAndTryAgain}” ${BUTTON_PLACES[at]}.`,
  unknown: (at) =>
    `Look in the ColdSend dashboard, or press “${BUTTONS.tryOnceMore}” ${BUTTON_PLACES[at]}. If ColdSend says the address already exists, the first try worked.`,
  expired: (at) =>
    `We deleted the passwords. Press “${BUTTONS.tryOnceMore}” ${BUTTON_PLACES[at]} and enter them again.`,
  stopped: () => 'We sent nothing to ColdSend and deleted the passwords.',
};

/** The button under an outcome. After `added` and `exists`, there is nothing to try again. */
export const TRY_AGAIN: Record<Outcome['kind'], string | undefined> = {
  added: undefined,
  exists: undefined,
  refused: BUTTONS.fixAndTryAgain,
  key_refused: BUTTONS.fixAndTryAgain,
  unknown: BUTTONS.tryOnceMore,
  expired: BUTTONS.tryOnceMore,
  stopped: BUTTONS.tryOnceMore,
};

export const UNKNOWN_WHYS: Record<UnknownWhy, string> = {
  answer_lost: 'The connection to ColdSend broke before it answered.',
  server_error: 'ColdSend had a server error.',
  unexpected_answer: "I don't understand ColdSend's answer.",
  interrupted: "I restarted before I got ColdSend's answer.",
};

/** Why the outcome of a request restored from a backup is unknown. */
export const RESTORED = [
  "I was restored from a backup, so I don't know what happened to this request.",
  'If another reply in this thread shows a result, that one is right.',
];

/** A 502, 503 or 504 that is not from ColdSend itself: ColdSend may still have added the inbox. */
export const unknownBetween = (status: number): string =>
  `A server between this bot and ColdSend answered in its place (HTTP ${status}).`;
