import type { InboxType } from '../add-inbox/account/providers.ts';
import type { TypedAccount } from '../add-inbox/account/sender-account.ts';

/** The values in a row for its inbox, as written. Missing values are filled in later. */
export type RowAccount = { inbox_type?: InboxType | undefined } & {
  [Field in keyof Omit<TypedAccount, 'inbox_type'>]?: TypedAccount[Field] | undefined;
};

/** A warning that a person should check before this row is sent. */
export type RowFlag =
  /** A password that a spreadsheet seems to have changed. */
  | 'changed_by_spreadsheet'
  /** A port or limit that a spreadsheet wrote as `5.87E+02`. */
  | 'number_by_spreadsheet'
  /** The password begins or ends with a space. */
  | 'blank_around_password'
  /** Encryption is off for a port where this can't mean STARTTLS. */
  | 'no_encryption'
  /** The row has fewer or more cells than the header. */
  | 'short_row'
  | 'long_row'
  /** The line has more than an address and a password. */
  | 'too_much_on_the_line'
  /** Two password columns have different values, and it is unclear which is right. */
  | 'two_passwords';

export type ReadRow = { line: number; account: RowAccount; flags: RowFlag[] };
