/*
 * Invisible characters come along when people copy from mails, documents and web pages. Joiners and selectors belong to emoji and
 * to words in scripts like Arabic and Devanagari. Anywhere else they are as invisible as the rest.
 */

/** Zero-width spaces, direction marks, word joiners, soft hyphens, byte order marks, blank letters. */
const INVISIBLE =
  /[[\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFB]--[\u200C\u200D\uFE00-\uFE0F\u{E0020}-\u{E007F}]]/gv;

/** Joiners, variation selectors and tags after a character they can't change, and joiners with nothing to join after them. */
const DANGLING =
  /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\p{M}[\p{L}--[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]]])[\u200C\u200D\uFE00-\uFE0F\u{E0020}-\u{E007F}]+|[\u200C\u200D]+(?=\s|$)/gv;

const BLANK = /[\s\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFB]/v;

const BLANKS = new RegExp(BLANK, 'gv');

/** Removes invisible characters, and spaces at the ends, from a person's input. Never use it for a password. */
export function cleanText(text: string): string {
  return text.replace(INVISIBLE, '').replace(DANGLING, '').trim();
}

/** Removes all spaces and invisible characters. */
export function withoutBlanks(text: string): string {
  return text.replace(BLANKS, '');
}

/** Whether the text begins or ends with a space or an invisible character. */
export function hasBlankEnds(text: string): boolean {
  const characters = [...text];
  return [characters.at(0), characters.at(-1)].some((each) => BLANK.test(each ?? ''));
}
