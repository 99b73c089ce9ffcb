import type { Row } from '../add-inbox/batch/check-rows.ts';

/** A reason for a person to look at the row before it is sent. */
export type RowFlag =
  /** A password that a spreadsheet seems to have turned into something else. */
  | 'changed_by_spreadsheet'
  /** A port or limit that a spreadsheet wrote as `5.87E+02`. */
  | 'number_by_spreadsheet'
  /** The password begins or ends with a space. */
  | 'blank_around_password'
  /** The password begins and ends with a quotation mark, which the file has probably put there. */
  | 'quotes_around_password'
  /** The password looks like an address, so it may be the next inbox of a list. */
  | 'address_as_password'
  /** Encryption is switched off for a port where that can't be STARTTLS. */
  | 'no_encryption'
  /** Fewer or more cells than the header has. */
  | 'short_row'
  | 'long_row'
  /** More than an address and a password on one line. */
  | 'too_much_on_the_line'
  /** Two columns for the password, with different ones, and no telling which is right. */
  | 'two_passwords';

export type ReadRow = Row & { flags: RowFlag[] };
