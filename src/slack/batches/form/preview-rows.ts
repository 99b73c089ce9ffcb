import type { Warning } from '../../../add-inbox/account/find-warnings.ts';
import type { FieldErrors } from '../../../add-inbox/account/sender-account.ts';
import type { CheckedRow } from '../../../add-inbox/batch/check-rows.ts';
import type { AddableRow } from '../../../add-inbox/batch/drafts.ts';
import type { ReadRow, RowFlag } from '../../../csv/row.ts';
import { oneLine, truncate } from '../../blocks/foreign-text.ts';
import { BATCH_FORM_FLAGS, BATCH_FORM_PREVIEW } from '../../sentences/batches.ts';
import { PROVIDER_PHRASES } from '../../sentences/common.ts';
import { FIELD_LABELS } from '../../sentences/fields.ts';
import { FACTS } from '../../sentences/thread.ts';

export type RowOfKind<Kind extends CheckedRow['kind']> = Extract<CheckedRow, { kind: Kind }>;

/** Characters of one line. */
export const MAX_LINE = 400;

type Flag = keyof typeof BATCH_FORM_FLAGS;

/** Characters of one foreign text in a line, so that one long text does not hide all other rows. */
const MAX_SHOWN = 80;

const FLAG_OF: Record<Warning, Flag> = {
  smtp_port_encrypted: 'no_encryption',
  smtp_password_blank: 'blank_around_password',
  smtp_password_quotes: 'curly_quotes',
  imap_port_encrypted: 'no_encryption',
  imap_password_blank: 'blank_around_password',
  imap_password_quotes: 'curly_quotes',
  above_maximum: 'above_maximum',
  other_domain: 'other_domain',
};

/** A warning about a value of a row, in words. */
export function describeWarning(warning: Warning): string {
  return BATCH_FORM_FLAGS[FLAG_OF[warning]];
}

export function rowsOf<Kind extends CheckedRow['kind']>(checked: readonly CheckedRow[], ...kinds: Kind[]) {
  const isOfKind = (row: CheckedRow): row is RowOfKind<Kind> => kinds.some((kind) => kind === row.kind);
  return checked.filter(isOfKind);
}

/** A row as it will be sent, without its passwords. */
export function describeRow({ line, account }: AddableRow): string {
  const { email_address, display_name, inbox_type, smtp_username, daily_limit } = account;
  return [
    BATCH_FORM_PREVIEW.line(line),
    shown(email_address),
    shown(display_name),
    PROVIDER_PHRASES[inbox_type],
    `SMTP ${shown(account.smtp_host)}:${account.smtp_port}`,
    `IMAP ${shown(account.imap_host)}:${account.imap_port}`,
    ...(smtp_username === email_address ? [] : [`${FIELD_LABELS.smtp_username} ${shown(smtp_username)}`]),
    FACTS.perDay(daily_limit),
  ].join(' · ');
}

/** The errors of a row, field by field. */
export function describeErrors({ line, address, errors }: RowOfKind<'to_fix'>): string {
  return truncate(describeAddress({ line, address }, describeFields(errors)), MAX_LINE);
}

/** A row with its address, and more about it. */
export function describeAddress({ line, address }: Pick<CheckedRow, 'line' | 'address'>, ...more: string[]): string {
  return [BATCH_FORM_PREVIEW.line(line), shownAddress(address), ...more].join(' · ');
}

/** The rows of each flag, among those that can be added. */
export function findFlags(
  read: readonly ReadRow[],
  addable: readonly AddableRow[],
): { flag: Flag; rows: AddableRow[] }[] {
  const flagsAt = new Map<number, RowFlag[]>(read.map(({ line, flags }) => [line, flags]));
  const flagsOf = ({ line, warnings }: AddableRow) =>
    new Set<Flag>([...(flagsAt.get(line) ?? []), ...warnings.map((warning) => FLAG_OF[warning])]);
  const pairs = addable.flatMap((row) => [...flagsOf(row)].map((flag) => ({ flag, row })));
  const byFlag = Map.groupBy(pairs, ({ flag }) => flag);
  return [...byFlag].map(([flag, found]) => ({ flag, rows: found.map(({ row }) => row) }));
}

/** Foreign text as a short part of a line. */
export function shown(text: string): string {
  return truncate(oneLine(text), MAX_SHOWN);
}

/** What separates an address from a password. */
const PLAIN_ADDRESS = /^[^\s@:;,|<>()"]+@[^\s@:;,|<>()"]+\.[^\s@:;,|<>()"]+$/;

/** A text of another shape may have a password in it, or be one in the wrong column. */
function shownAddress(address: string): string {
  return PLAIN_ADDRESS.test(address) ? shown(address) : BATCH_FORM_PREVIEW.noAddress;
}

/** A row with one login has the errors of its password and user name only once. */
function describeFields(errors: FieldErrors): string {
  const twins = { imap_password: errors.smtp_password, imap_username: errors.smtp_username };
  const once: Partial<Record<string, string>> = { ...errors };
  for (const [field, twin] of Object.entries(twins)) if (twin !== undefined) delete once[field];
  return Object.entries(FIELD_LABELS)
    .flatMap(([field, label]) => (once[field] === undefined ? [] : [`${label}: ${once[field]}`]))
    .join(' ');
}
