import type { Outcome, Refusal } from './outcome.ts';

/** The fields of a sender account that its two logins use. */
const LOGIN_FIELD = /^(?:smtp|imap)_/;

/**
 * ColdSend documents "Connection failed" for a login that fails, and calls the login a validation. Its other words are not
 * documented, so this looks for those of mail servers and logins.
 */
const LOGIN_WORDS =
  /connect|log ?-?in|sign ?-?in|logged|auth(?!or)|credential|password|user ?name|smtp|imap|mailbox|\b(?:tls|ssl)\b|starttls|certificate|time[d-]? ?out|\bhost\b|hostname|\bservers?\b|\bport\b|verif|validat/i;

/**
 * Whether ColdSend refused an inbox because of its servers or its login, as far as its words tell. The bot's own check would
 * explain no other refusal: not one of a daily limit, and not one by somebody between the bot and ColdSend.
 */
export function isAboutLogin(outcome: Outcome | undefined): outcome is Refusal {
  if (outcome?.kind !== 'refused' || (outcome.lostPermission ?? outcome.trouble) !== undefined) return false;
  const { reason, fields } = outcome;
  return LOGIN_WORDS.test(reason) || fields.some(({ field }) => LOGIN_FIELD.test(field));
}
