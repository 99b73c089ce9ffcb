/** The reason that a file or a pasted text can't be read. */
export type FileProblemKind =
  | 'empty'
  | 'too_large'
  | 'too_many_rows'
  | 'excel'
  | 'zip'
  | 'pdf'
  | 'rich_text'
  | 'web_page'
  | 'json'
  | 'binary'
  | 'unclosed_quote'
  | 'broken_row'
  | 'no_address'
  | 'google_sign_in_passwords'
  | 'login_sheet';

/** The file or the text can't be used as it is. The message is a sentence for the person; it contains nothing from the file. */
export class FileProblem extends Error {
  readonly code = 'file_problem';
  readonly kind: FileProblemKind;
  /** The line, counted from 1 as in an editor. */
  readonly line: number | undefined;

  constructor(kind: FileProblemKind, line?: number) {
    super(`${line === undefined ? '' : `Line ${line}: `}${FILE_PROBLEMS[kind]}`);
    this.name = 'FileProblem';
    this.kind = kind;
    this.line = line;
  }
}

/** The maximum size of a file or a pasted text, in bytes. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** The maximum number of rows in one batch. */
export const MAX_ROWS = 5_000;

const SAVE_AS_CSV = 'Save it as CSV (UTF-8) and use that file.';

const FILE_PROBLEMS: Record<FileProblemKind, string> = {
  empty: 'There are no rows in it. Check that you have the right file.',
  too_large: 'This is larger than 4 MB. Split it into several files and add them one after the other.',
  too_many_rows: 'This has more than 5,000 rows. Split it into several files and add them one after the other.',
  excel: `This is a spreadsheet, like an Excel workbook. ${SAVE_AS_CSV}`,
  zip: 'This is a ZIP archive. Open it and use the CSV file inside.',
  pdf: 'This is a PDF. Export the inboxes as CSV and use that file.',
  rich_text: 'This text has formatting (RTF). Save it as plain text and use that file.',
  web_page: 'This is a web page, not a CSV file. Download the CSV file again and use that.',
  json: 'This is JSON. Export the inboxes as CSV and use that file.',
  binary: `This is not a text file. ${SAVE_AS_CSV}`,
  unclosed_quote: 'A quotation mark opens here and never closes. Close it or remove it, then try again.',
  broken_row: 'This row can’t be read. Check its quotation marks and separators, then try again.',
  no_address: 'I can’t find the column with the addresses. Name it “Email” in the first line, then try again.',
  google_sign_in_passwords:
    'These are Google sign-in passwords from the Admin console. ColdSend needs an app password for each inbox.',
  login_sheet: 'This sheet has sign-in passwords. Use the sheet with the app passwords instead.',
};
