/** Decoded text, with the position in the original for each of its UTF-16 units. */
export type Spelling = { text: string; from: number[]; to: number[] };

/** Decodes sequences of bytes together, because a character may have several bytes. */
const ESCAPE = new RegExp(
  [
    '(?:%[0-9a-fA-F]{2})+',
    '%u[0-9a-fA-F]{4}',
    '&#[xX][0-9a-fA-F]{1,6};?',
    '&#\\d{1,7};?',
    '&[a-zA-Z]{2,8};',
    '\\\\\\\\',
    '(?:\\\\x[0-9a-fA-F]{2})+',
    '\\\\u[0-9a-fA-F]{4}',
    '\\\\u\\{[0-9a-fA-F]{1,6}\\}',
    '\\\\U[0-9a-fA-F]{8}',
    '(?:\\\\[0-7]{3})+',
    '\\\\[0abfnrtv]',
  ].join('|'),
  'g',
);

/** Six digits, or three bytes with something between them. */
const HEX =
  /[0-9a-fA-F]{6,}|(?<![0-9a-zA-Z])(?:0x)?[0-9a-fA-F]{2}(?:[ :,-]{1,2}(?:0x)?[0-9a-fA-F]{2}){2,}(?![0-9a-zA-Z])/g;

const NAMED = new Map(
  (
    'amp& lt< gt> quot" apos\' excl! num# dollar$ percnt% lpar( rpar) ast* plus+ comma, period. sol/ colon: semi; equals= quest? ' +
    'commat@ lsqb[ lbrack[ bsol\\ rsqb] rbrack] Hat^ lowbar_ grave` lcub{ lbrace{ verbar| vert| rcub} rbrace} hyphen- ' +
    'szligß euro€ pound£ yen¥ cent¢ sect§ para¶ deg° micro\u00b5 copy© reg® AEligÆ aeligæ Oslash\u00d8 oslash\u00f8 eth\u00f0 thorn\u00fe'
  )
    .split(' ')
    .map((entry): [string, string] => [entry.replace(/[^a-zA-Z]+$/, ''), entry.replace(/^[a-zA-Z]+/, '')]),
);

type Charset = 'utf8' | 'latin1' | 'utf16le';

/** Text without decoding: each unit has its own position. */
export function spell(text: string): Spelling {
  const from = Array.from({ length: text.length }, (_each, index) => index);
  return { text, from, to: from.map((index) => index + 1) };
}

/** Decodes the escapes of HTML, URLs and the strings of programming languages once. */
export function unescapeOnce(spelling: Spelling): Spelling {
  return /[%&\\]/.test(spelling.text) ? decodeRuns(spelling, ESCAPE, readEscape, { keepsRest: true }) : spelling;
}

/** Replaces a run that is not decoded. Comparisons do not continue across it. */
const NOT_DECODED = '\u2588';

/**
 * Decodes every run of base64 or base64url with at least `shortest` characters, from its character `offset` on.
 *
 * @param isWord whether a run is a word of ordinary text, which would decode to random bytes
 */
export function decodeBase64(
  spelling: Spelling,
  {
    shortest,
    offset,
    charset,
    isWord,
  }: { shortest: number; offset: number; charset: Charset; isWord(run: string): boolean },
): Spelling {
  const run = new RegExp(`[A-Za-z0-9+/_-]{${shortest},}={0,2}`, 'g');
  return decodeRuns(spelling, run, (text) =>
    isWord(text) ? NOT_DECODED : Buffer.from(text.slice(offset), 'base64').toString(charset),
  );
}

/** Decodes every run of hexadecimal bytes, also with separators, from its digit `offset` on. */
export function decodeHex(spelling: Spelling, offset: number, charset: Charset): Spelling {
  const digits = (text: string): string => text.replace(/0x|[^0-9a-fA-F]/g, '').slice(offset);
  return decodeRuns(spelling, HEX, (text) => Buffer.from(digits(text), 'hex').toString(charset));
}

/** Replaces each run with its decoded text. The text between runs is kept or becomes a line break. */
function decodeRuns(
  { text, from, to }: Spelling,
  run: RegExp,
  decode: (run: string) => string,
  { keepsRest = false } = {},
): Spelling {
  const decoded: Spelling = { text: '', from: [], to: [] };
  const add = (said: string, start: number, end: number): void => {
    decoded.text += said;
    for (let unit = 0; unit < said.length; unit += 1) {
      decoded.from.push(start);
      decoded.to.push(end);
    }
  };
  const keep = (start: number, end: number): void => {
    if (!keepsRest) add('\n', from[start] ?? 0, from[start] ?? 0);
    else for (let at = start; at < end; at += 1) add(text[at] ?? '', from[at] ?? 0, to[at] ?? 0);
  };
  let at = 0;
  for (const match of text.matchAll(run)) {
    const end = match.index + match[0].length;
    keep(at, match.index);
    add(decode(match[0]), from[match.index] ?? 0, to[end - 1] ?? 0);
    at = end;
  }
  keep(at, text.length);
  return decoded;
}

function readEscape(written: string): string {
  if (written === '\\\\') return '\\';
  if (/^\\[abfnrtv0]$/.test(written)) return ' ';
  if (/^&[a-zA-Z]/.test(written)) return fromName(written.slice(1, -1)) ?? written;
  if (/^(?:&#\d)/.test(written)) return fromCodePoint(Number.parseInt(written.slice(2), 10));
  if (/^(?:&#|%u|\\u|\\U)/.test(written))
    return fromCodePoint(Number.parseInt(written.replace(/^[^0-9a-fA-F]+/, ''), 16));
  const isOctal = /^\\[0-7]/.test(written);
  const bytes = written.split(isOctal ? '\\' : /%|\\x/).slice(1);
  return fromBytes(Buffer.from(bytes.map((byte) => Number.parseInt(byte, isOctal ? 8 : 16))));
}

/** `&ouml;` becomes an o, because comparison ignores accents. */
function fromName(name: string): string | undefined {
  return NAMED.get(name) ?? /^([a-zA-Z])(?:uml|acute|grave|circ|tilde|cedil|ring|caron)$/.exec(name)?.[1];
}

function fromCodePoint(point: number): string {
  return point <= 0x10ffff ? String.fromCodePoint(point) : '';
}

function fromBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? bytes.toString('latin1') : text;
}
