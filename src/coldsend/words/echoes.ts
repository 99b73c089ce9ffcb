import { decodeBase64, decodeHex, type Spelling, spell, unescapeOnce } from './spelling.ts';

/** A range of a text, from one index up to another. */
export type Range = { from: number; to: number };

/** A secret in the form used for comparison: without case, accents, blanks and escape characters. */
type Needle = {
  secret: string;
  folded: string;
  blanks: number;
  /** How many characters before and after `folded` belong to the secret, but are ignored in comparisons. */
  before: number;
  after: number;
  /** Its pieces of PIECE characters, or the whole secret if it is not longer. */
  pieces: Set<string>;
};

/** Shorter secrets would black out half of an ordinary sentence. */
const MIN_SECRET = 3;

/** This many consecutive characters of a secret count as an echo, whatever surrounds them. */
const PIECE = 6;

/** This many of its first characters count as an echo if the text ends after them. */
const MIN_START = 4;

/** A chance match in ordinary text is shorter or consists only of letters. */
const CERTAIN = 9;

/** Escapes may be escaped themselves. */
const MAX_ESCAPES = 3;

/** Base64 within base64. */
const MAX_DEPTH = 2;

const IGNORED = /[\p{M}\p{Cc}\p{Cf}\p{Cs}\s+\\"'`\ufffd]/gu;

const IGNORED_START = new RegExp(`^(?:${IGNORED.source})*`, 'u');
const IGNORED_END = new RegExp(`(?:${IGNORED.source})*$`, 'u');

const BROKEN_OFF = /^\s*(?:\.\.|…|\*\*|•|["'`&]|$)/;

/** Not secret by themselves. A password that contains one of these must not remove them from a sentence. */
const ORDINARY =
  'password username address account mailbox server connection connected authentication credentials invalid coldsend cs_live_ ' +
  'google workspace microsoft outlook office365 smtp imap admin login email mail user host port error failed welcome ' +
  'active pending paused disabled sender';

const ORDINARY_WORDS = new Set(ORDINARY.split(' '));

function isWord(run: string): boolean {
  return ORDINARY_WORDS.has(run.toLowerCase());
}

/**
 * Finds the places where a text echoes one of the secrets or a revealing piece of it. The echo may be escaped, in base64 or hex from
 * any offset, in another case, or with differently written accents. The time is bounded by the text's length.
 *
 * @param shown texts whose pieces are ignored because they are shown anyway: the address, the name
 */
export function createFindEchoes(secrets: string[], shown: string[]): (text: string) => Range[] {
  const long = [...new Set(secrets)].filter((secret) => secret.length >= MIN_SECRET);
  const ordinary = [FOLDED_ORDINARY, ...shown.map((text) => fold(text, ' ').text)].join('\n');
  const needles = long.flatMap(spellings).flatMap((secret) => toNeedles(secret, ordinary));
  const charsets = long.every((secret) => /^[\0-\x7f]*$/.test(secret)) ? ASCII : ANY;
  return (text) => [...findExact(text, long), ...findIn(spell(text), 0)];

  function findIn(spelling: Spelling, depth: number): Range[] {
    return unescapings(spelling).flatMap((each) => {
      const folded = fold(each.text);
      return [
        ...needles.flatMap((needle) => findNeedle(each, folded, needle, ordinary)),
        ...(depth === MAX_DEPTH ? [] : decodings(each, depth).flatMap((decoded) => findIn(decoded, depth + 1))),
      ];
    });
  }

  function decodings(spelling: Spelling, depth: number): Spelling[] {
    // Bytes that are not text form short runs by chance.
    const shortest = depth === 0 ? 4 : 10;
    return charsets
      .flatMap((charset) => [
        ...[0, 1, 2, 3].map((offset) => decodeBase64(spelling, { shortest, offset, charset, isWord })),
        ...[0, 1].map((offset) => decodeHex(spelling, offset, charset)),
      ])
      .filter(({ text }) => /[^\n]/.test(text));
  }
}

/** For secrets that consist only of ignored characters. */
function findExact(text: string, secrets: string[]): Range[] {
  return secrets.flatMap((secret) => {
    const found: Range[] = [];
    for (let from = text.indexOf(secret); from !== -1; from = text.indexOf(secret, from + secret.length)) {
      found.push({ from, to: from + secret.length });
    }
    return found;
  });
}

/** @param folded the text of `spelling` in the form used for comparison */
function findNeedle(spelling: Spelling, folded: Spelling, needle: Needle, ordinary: string): Range[] {
  const found: Range[] = [];
  for (let start = 0; start < folded.text.length; start += 1) {
    const end = start + matchAt(folded.text, start, needle);
    if (end === start) continue;
    const range = { from: folded.from[start] ?? 0, to: folded.to[end - 1] ?? 0 };
    if (tells(spelling.text, range, folded.text.slice(start, end), needle, ordinary)) {
      const isWhole = end - start === needle.folded.length;
      const { from, to } = isWhole ? withIgnored(spelling.text, range, needle) : wordAround(spelling.text, range);
      found.push({ from: spelling.from[from] ?? 0, to: spelling.to[to - 1] ?? 0 });
      start = end - 1;
    }
  }
  return found;
}

/** The number of characters of the secret from `start` on; 0 if there are too few. */
function matchAt(text: string, start: number, { folded, pieces }: Needle): number {
  if (text.startsWith(folded, start)) return folded.length;
  let end = start;
  while (pieces.has(text.slice(end, end + PIECE))) end += 1;
  if (end > start) return end - start + PIECE - 1;
  if (!text.startsWith(folded.slice(0, MIN_START), start)) return 0;
  let length = MIN_START;
  while (length < folded.length && text[start + length] === folded[length]) length += 1;
  return length < PIECE && length < folded.length ? length : 0;
}

/** Whether this piece is too long or too unusual to match by chance. */
function tells(text: string, { from, to }: Range, piece: string, needle: Needle, ordinary: string): boolean {
  const isStart = piece.length < Math.min(PIECE, needle.folded.length);
  if (isStart) {
    const isWord = !/[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, from - 2), from));
    return isWord && BROKEN_OFF.test(text.slice(to, to + 10)) && !ordinary.includes(piece);
  }
  const written = text.slice(from, to);
  if (ordinary.includes(piece) && written.toLowerCase() === piece) return written === needle.secret;
  const blanks = written.match(/\s/g)?.length ?? 0;
  return blanks <= needle.blanks || piece.length >= CERTAIN || (piece.length >= PIECE && /[^\p{L}]/u.test(piece));
}

/** A backslash at either end of a secret is ignored in comparisons, but not shown. */
function withIgnored(text: string, { from, to }: Range, { before, after }: Needle): Range {
  const start = IGNORED_END.exec(text.slice(Math.max(0, from - before), from))?.[0].length ?? 0;
  const end = IGNORED_START.exec(text.slice(to, to + after))?.[0].length ?? 0;
  return { from: from - start, to: to + end };
}

/** The adjacent characters without a break may be part of the secret too. */
function wordAround(text: string, { from, to }: Range): Range {
  const before = /[^\s"'`<>()[\]{},;=&]*$/.exec(text.slice(0, from))?.[0].length ?? 0;
  const after = /^[^\s"'`<>()[\]{},;=&]*/.exec(text.slice(to))?.[0].length ?? 0;
  return { from: from - before, to: to + after };
}

function toNeedles(secret: string, ordinary: string): Needle[] {
  const folded = fold(secret).text;
  if (folded.length < MIN_SECRET) return [];
  const starts = folded.length <= PIECE ? [] : Array.from({ length: folded.length - PIECE + 1 }, (_each, at) => at);
  const pieces = starts.map((at) => folded.slice(at, at + PIECE)).filter((piece) => !ordinary.includes(piece));
  return [
    {
      secret,
      folded,
      blanks: secret.match(/[\s+]/g)?.length ?? 0,
      before: IGNORED_START.exec(secret)?.[0].length ?? 0,
      after: IGNORED_END.exec(secret)?.[0].length ?? 0,
      pieces: new Set(pieces),
    },
  ];
}

/** A secret may look like an escape sequence. */
function spellings(secret: string): string[] {
  return [...new Set(unescapings(spell(secret)).map(({ text }) => text))];
}

function unescapings(spelling: Spelling): Spelling[] {
  const all = [spelling];
  let last = spelling;
  for (let times = 0; times < MAX_ESCAPES; times += 1) {
    const next = unescapeOnce(last);
    if (next.text === last.text) break;
    all.push(next);
    last = next;
  }
  return all;
}

/** Positions are those in `text`. */
function fold(text: string, blank = ''): Spelling {
  const folded: Spelling = { text: '', from: [], to: [] };
  let index = 0;
  for (const character of text) {
    const kept = character === ' ' ? blank : foldOne(character);
    folded.text += kept;
    for (let unit = 0; unit < kept.length; unit += 1) {
      folded.from.push(index);
      folded.to.push(index + character.length);
    }
    index += character.length;
  }
  return folded;
}

function foldOne(character: string): string {
  return FOLDED[character.charCodeAt(0)] ?? foldAny(character);
}

function foldAny(character: string): string {
  const plain = character.normalize('NFKD').replace(IGNORED, '');
  return plain.toUpperCase().toLowerCase().normalize('NFKD').replace(IGNORED, '');
}

/** For the first 256 characters, of which most texts consist. */
const FOLDED = Array.from({ length: 256 }, (_each, code) => foldAny(String.fromCharCode(code)));

const FOLDED_ORDINARY = fold(ORDINARY, ' ').text;

const ASCII = ['latin1'] as const;
const ANY = ['utf8', 'latin1', 'utf16le'] as const;
