import { toAsciiAddress } from '../../add-inbox/account/email-address.ts';
import type { AccountToAdd } from '../../add-inbox/account/sender-account.ts';
import type { AddedAccount, FieldError, Outcome } from '../../add-inbox/request/outcome.ts';
import { oneLine, truncate } from '../blocks/foreign-text.ts';
import { PROVIDER_PHRASES } from '../sentences/common.ts';
import { FIELD_LABELS } from '../sentences/fields.ts';
import { LOGIN_CHECK } from '../sentences/logins.ts';
import { LOST_PERMISSION_WHYS, RESTORED, TROUBLE_WHYS, UNKNOWN_WHYS, unknownBetween } from '../sentences/outcomes.ts';
import { FACTS } from '../sentences/thread.ts';
import { describeLogin } from './checks/describe-login.ts';
import { explainStatus } from './describe-state.ts';

/** ColdSend's sender account has 14 fields. */
const FIELDS_SHOWN = 14;

/** A sentence of ours has no label. */
export type Fact = { label: string; value: string };

/** Facts about an inbox that was added, at most five. Foreign values. */
export function listAccount(account: AddedAccount, asked: AccountToAdd): Fact[] {
  const { email_address, display_name, inbox_type } = account;
  // The message already names the inbox, so address, name and provider only where ColdSend's differ from the request's.
  return [
    { label: FACTS.overall_status, value: explainStatus(account.overall_status) },
    ...given(FACTS.email_address, email_address === toAsciiAddress(asked.email_address) ? '' : email_address),
    ...given(FACTS.display_name, display_name === asked.display_name ? '' : display_name),
    ...given(FACTS.inbox_type, inbox_type === asked.inbox_type ? '' : lookUp(PROVIDER_PHRASES, inbox_type)),
    ...given(FACTS.daily_limit, account.daily_limit === 0 ? '' : FACTS.perDay(account.daily_limit)),
  ];
}

/** Why an outcome is what it is. Foreign text, cut so that all of it fits into one block, one reason on each line. */
export function listReasons(outcome: Outcome): Fact[] {
  switch (outcome.kind) {
    case 'exists':
      return quote(outcome.reason);
    case 'refused':
      return listRefusal(outcome);
    case 'key_refused':
      return [...quote(outcome.reason), ...listScopes(outcome.missingScopes)];
    case 'unknown':
      if (outcome.restored) return RESTORED.map(toSentence);
      return [toSentence(outcome.status === undefined ? UNKNOWN_WHYS[outcome.why] : unknownBetween(outcome.status))];
    case 'added':
    case 'expired':
    case 'stopped':
      return [];
  }
}

function listRefusal({ reason, fields, lostPermission, trouble }: Extract<Outcome, { kind: 'refused' }>): Fact[] {
  if (lostPermission !== undefined) return [toSentence(LOST_PERMISSION_WHYS[lostPermission])];
  const short = fields.length === 0 ? reason : truncate(oneLine(reason), 250);
  if (trouble === undefined) return [...quote(short), ...listFields(fields)];
  const label = trouble.isColdsends ? FACTS.coldsendSaid : FACTS.answerSaid;
  // Where ColdSend gave no reason, `reason` is the HTTP status, which the sentence already has.
  const said = reason === `HTTP ${trouble.status}` ? '' : short;
  return [toSentence(TROUBLE_WHYS[trouble.kind](trouble.status)), ...given(label, said), ...listFields(fields)];
}

/** The bot's own check of the login, whose name is the first label; none where there was no check. */
export function listLogin(outcome: Outcome, asked: AccountToAdd): Fact[] {
  const login = outcome.kind === 'refused' ? outcome.login : undefined;
  if (login === undefined) return [];
  const halves = [login.smtp, login.imap];
  if (halves.every((half) => half.kind === 'unknown' && half.reason === 'not_tested_here'))
    return [{ label: LOGIN_CHECK.title, value: LOGIN_CHECK.notTested }];
  const bothWork = halves.every(({ kind }) => kind === 'works');
  const said = [...describeLogin(login, asked), ...(bothWork ? [LOGIN_CHECK.bothWork] : [])];
  return [{ label: LOGIN_CHECK.title, value: '' }, ...said.map(toSentence)];
}

function listFields(fields: FieldError[]): Fact[] {
  const listed = fields
    .slice(0, FIELDS_SHOWN)
    .map(({ field, reason }) => ({
      label: truncate(oneLine(lookUp(FIELD_LABELS, field)), 40),
      value: truncate(oneLine(reason), 150),
    }))
    // Slack refuses a block without text, and with it the whole reply.
    .filter((fact) => toLine(fact) !== '');
  return fields.length > FIELDS_SHOWN ? [...listed, toSentence(FACTS.more(fields.length - FIELDS_SHOWN))] : listed;
}

function listScopes(scopes: string[]): Fact[] {
  return given(FACTS.missingScopes, scopes.join(', '));
}

function quote(reason: string): Fact[] {
  return given(FACTS.coldsendSaid, reason);
}

/** The fact, or nothing where the value is empty. */
export function given(label: string, value: string): Fact[] {
  return oneLine(value) === '' ? [] : [{ label, value: truncate(oneLine(value), 1_000) }];
}

export function toLine({ label, value }: Fact): string {
  return label === '' ? value : `${label}: ${value}`.trimEnd();
}

function toSentence(value: string): Fact {
  return { label: '', value };
}

/** Only own properties count: a foreign key may be named `constructor`. */
function lookUp(record: Partial<Record<string, string>>, key: string): string {
  return (Object.hasOwn(record, key) ? record[key] : undefined) ?? key;
}
