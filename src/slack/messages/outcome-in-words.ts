import type { AddedAccount, FieldRefusal, Outcome } from '../../add-inbox/outcome.ts';
import { oneLine } from '../one-line.ts';
import { FACTS, FIELD_LABELS, LOST_RIGHT_WHYS, PROVIDER_PHRASES, RESTORED, UNKNOWN_WHYS } from '../sentences.ts';
import { truncate } from '../truncate.ts';
import { describeStatus } from './describe-status.ts';

/** As many as ColdSend has fields. */
const FIELDS_SHOWN = 14;

/** What is known of an outcome, line by line. Foreign text, each line short enough for all of them to fit into one block. */
export function listFacts(outcome: Outcome): string[] {
  switch (outcome.kind) {
    case 'added':
      return listAccount(outcome.account);
    case 'exists':
      return quote(outcome.reason);
    case 'refused':
      if (outcome.lostRight !== undefined) return [LOST_RIGHT_WHYS[outcome.lostRight]];
      return outcome.fields.length === 0 ? quote(outcome.reason) : listFields(outcome.fields);
    case 'key_refused':
      return [...quote(outcome.reason), ...listScopes(outcome.missingScopes)];
    case 'unknown':
      return outcome.restored ? RESTORED : [UNKNOWN_WHYS[outcome.why]];
    case 'expired':
      return [];
  }
}

function listAccount(account: AddedAccount): string[] {
  return [
    describeStatus(account.overall_status),
    fact(FACTS.email_address, account.email_address),
    fact(FACTS.display_name, account.display_name),
    fact(FACTS.inbox_type, lookUp(PROVIDER_PHRASES, account.inbox_type)),
    fact(FACTS.daily_limit, FACTS.perDay(account.daily_limit)),
    fact(FACTS.inbox_id, account.inbox_id),
  ];
}

function listFields(fields: FieldRefusal[]): string[] {
  const listed = fields
    .slice(0, FIELDS_SHOWN)
    .map(({ field, reason }) =>
      fact(truncate(oneLine(lookUp(FIELD_LABELS, field)), 40), truncate(oneLine(reason), 150)),
    );
  return fields.length > FIELDS_SHOWN ? [...listed, FACTS.more(fields.length - FIELDS_SHOWN)] : listed;
}

function listScopes(scopes: string[]): string[] {
  return scopes.length === 0 ? [] : [fact(FACTS.missingScopes, scopes.join(', '))];
}

function quote(reason: string): string[] {
  return oneLine(reason) === '' ? [] : [fact(FACTS.coldsendSaid, reason)];
}

function fact(label: string, value: string): string {
  return `${label}: ${truncate(oneLine(value), 1_000)}`;
}

/** Foreign keys may be called `constructor`. */
function lookUp(record: Partial<Record<string, string>>, key: string): string {
  return (Object.hasOwn(record, key) ? record[key] : undefined) ?? key;
}
