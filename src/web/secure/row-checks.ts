import type { Warning } from '../../add-inbox/account/find-warnings.ts';
import type { FieldErrors } from '../../add-inbox/account/sender-account.ts';
import { type CheckedRow, fillIn, type Row, type RowDefaults } from '../../add-inbox/batch/check-rows.ts';
import type { Inspected } from '../../add-inbox/batch/drafts.ts';
import type { RowCheck, RowFields } from './browser/contract.ts';

/** Rows that are described between two pauses. */
const ROWS_AT_A_TIME = 200;

const WHYS: Partial<Record<CheckedRow['kind'], string>> = {
  held: 'Microsoft 365 refuses most passwords. Connect this inbox in the ColdSend dashboard, or add it anyway.',
  twice: 'This inbox is in the list already. We add it once.',
  differs: 'Another row has the same address and other values. We use the first one.',
  waiting: 'We are adding this address already.',
  not_failed: 'This address did not fail, or somebody fixed it since. We add only those that failed.',
};

/** What the page shows of its rows, in the same order. */
export async function checksOf(
  deps: { describeWarning(warning: Warning): string; pause(): Promise<void> },
  { rows: found, checked }: Inspected,
  given: readonly Row[],
  defaults: RowDefaults,
): Promise<RowCheck[]> {
  const checks: RowCheck[] = [];
  for (const [index, row] of checked.entries()) {
    const { account } = given[index] ?? { account: {} };
    const filled = found[index]?.account ?? account;
    checks.push({
      ...toCheck(row),
      filled: listFilled(account, fillIn(filled, defaults)),
      isFoundByDomain: filled !== account,
    });
    if (index % ROWS_AT_A_TIME === ROWS_AT_A_TIME - 1) await deps.pause();
  }
  return checks;

  function toCheck(row: CheckedRow) {
    const why = WHYS[row.kind];
    return {
      line: row.line,
      kind: row.kind === 'login_refused' ? ('held' as const) : row.kind,
      errors: row.kind === 'to_fix' ? withoutTwins(row.errors) : {},
      warnings: 'warnings' in row ? [...new Set(row.warnings.map(deps.describeWarning))] : [],
      ...(why !== undefined && { why }),
      ...('firstLine' in row && { firstLine: row.firstLine }),
    };
  }
}

/** What is in a column, like “15 numbers from 20 to 50”. */
export function describeValues({ count, numbers }: { count: number; numbers?: { from: number; to: number } }): string {
  if (count === 0) return 'empty';
  if (numbers === undefined) return count === 1 ? '1 value' : `${count} values`;
  if (count === 1) return '1 number';
  const { from, to } = numbers;
  return from === to ? `${count} times the same number` : `${count} numbers from ${from} to ${to}`;
}

/** A row with one login has the errors of its password and user name only once. */
function withoutTwins({ imap_password, imap_username, ...errors }: FieldErrors): FieldErrors {
  return {
    ...errors,
    ...(imap_password !== undefined && errors.smtp_password === undefined && { imap_password }),
    ...(imap_username !== undefined && errors.smtp_username === undefined && { imap_username }),
  };
}

/** The values that the row leaves out. Passwords are never among them. */
function listFilled(given: Row['account'], all: ReturnType<typeof fillIn>): RowFields {
  const { smtp_password, imap_password, email_address, ...rest } = all;
  const left = Object.entries(rest).filter(([field, value]) => value !== undefined && !Object.hasOwn(given, field));
  return Object.fromEntries(left);
}
