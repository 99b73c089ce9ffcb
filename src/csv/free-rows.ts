import { type Columns, isHeader } from './columns.ts';
import { readCells } from './read-cells.ts';
import type { ReadRow } from './row.ts';
import { MAX_ROW_CHARACTERS } from './split-cells.ts';

/** An address, a separator, and the rest, which is the password. People also write `address - password` and `address = password`. */
const FREE_LINE =
  /^\s*(?:mailto:)?([^\s@,;|:<>"]+@[^\s@,;|:<>"]+)(?:\t\s?|[^\S\t]*[:|;,]\s?|[^\S\t]+(?:[-=]>?|[–—→/])[^\S\t]+|\s+|$)(.*)$/;

const ADDRESS_AND_PASSWORD = addressAndPassword(0);

/** A line of a table has this many separators of one kind. A password seldom does. */
const CELLS_OF_A_TABLE = 3;

/** After the address and a separator, a cell in quotation marks, as programs write it. */
const QUOTED_CELL = /^[^\s,;|"]+([,;|\t])"(?:[^"]|"")*"(?:\1|\s*$)/;

/** The first line may name the parts of the others, like `email:password`. With another separator, it is the header of a table. */
const PARTS = /^\s*([^\s:@,;|]+)[\s:][^@,;|\t]*$/;

/** The columns without a header: an address, followed by its password. */
export function addressAndPassword(position: number): Columns {
  const byField: Columns['byField'] = new Map([
    ['email_address', [position]],
    ['smtp_password', [position + 1]],
  ]);
  return { byField, headers: [], unknown: [], dropped: [] };
}

/** Whether the text is not a table but lines that each begin with an address, like `jane@acme.com abcd efgh`. */
export function isFreeText(text: string): boolean {
  const lines = linesOf(text);
  return (
    lines.length > 0 &&
    lines.every(({ text: line }) => line.length <= MAX_ROW_CHARACTERS && FREE_LINE.test(line)) &&
    !isTable(lines.map((each) => each.text))
  );
}

/** The rows of such a text. */
export function readFreeRows(text: string): ReadRow[] {
  return linesOf(text).map(({ line, text: content }) => {
    const [, address = '', rest = ''] = FREE_LINE.exec(content) ?? [];
    const password = findPassword(rest);
    const row = readCells({ line, cells: [address, password] }, ADDRESS_AND_PASSWORD);
    return password === rest ? row : { ...row, flags: ['too_much_on_the_line'] };
  });
}

/**
 * Sellers write `password : recovery address : 2FA secret : country : app password`. Of these, only a password is read: the app
 * password, which has 16 letters, or the one in front.
 */
function findPassword(rest: string): string {
  const [, front = ''] = /^(.*?)[\s:|;,][^\s:|;,@]+@[^\s:|;,@]+\.[^\s:|;,@]/.exec(rest) ?? [];
  const [password] = /^.*[^\s:|;,]/.exec(front) ?? [];
  if (password === undefined) return rest;
  const [, appPassword] = /[\s:|;,]((?:[a-z]{4} ?){3}[a-z]{4})\s*$/.exec(rest) ?? [];
  return appPassword ?? password;
}

/** The address is a cell of its own. Where another separator follows it, the rest is the password, whatever that contains. */
function isTable(lines: string[]): boolean {
  if (lines.some((line) => QUOTED_CELL.test(line))) return true;
  return [',', ';', '\t', '|'].some((separator) => {
    const rows = lines.map((line) => line.split(separator));
    return rows.every(
      ({ length, 0: first = '' }, index) =>
        length >= CELLS_OF_A_TABLE &&
        length === rows[0]?.length &&
        first.trim().endsWith(FREE_LINE.exec(lines[index] ?? '')?.[1] ?? ''),
    );
  });
}

function linesOf(text: string): { line: number; text: string }[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((content, index) => ({ line: index + 1, text: content }))
    .filter(({ text: content }) => content.trim() !== '');
  const [first, ...others] = lines;
  const [, word] = PARTS.exec(first?.text ?? '') ?? [];
  const isNamed = word !== undefined && isHeader([word]) && !isHeader([first?.text ?? '']);
  return isNamed && others.length > 0 ? others : lines;
}
