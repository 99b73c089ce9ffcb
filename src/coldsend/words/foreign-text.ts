import { createFindEchoes, type Range } from './echoes.ts';

const MAX_LENGTH = 1000;

/** The part of a text that is searched. It is longer than the part kept, so that an echo across the cut is recognized. */
const MAX_READ = 2 * MAX_LENGTH;

const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

/** Makes ColdSend's text fit to be stored and shown. */
export type CleanText = (text: string) => string;

/**
 * A server may echo the request. The returned function replaces every echo of a secret of 3 or more characters with "•••", in any
 * encoding and also in pieces (see echoes.ts). It replaces control characters and lone surrogates with harmless ones, and cuts to
 * 1,000 characters.
 *
 * @param shown sent values that may be shown; a text that equals one of them stays whole, even if a password is a word of it
 */
export function createForeignText(secrets: string[], shown: string[] = []): CleanText {
  const findEchoes = createFindEchoes(secrets, shown);
  return (text) => {
    if (shown.includes(text)) return text;
    const start = text.slice(0, MAX_READ);
    return cut(mask(start, findEchoes(start)).replace(INVISIBLE, ' ').trim()).toWellFormed();
  };
}

function mask(text: string, echoes: Range[]): string {
  let masked = '';
  let at = 0;
  for (const { from, to } of echoes.sort((a, b) => a.from - b.from)) {
    if (from > MAX_LENGTH) break;
    if (from > at || at === 0) masked += `${text.slice(at, from)}•••`;
    at = Math.max(at, to);
  }
  const end = MAX_LENGTH + 1;
  return masked + text.slice(at, end) + (text.length > end ? '…' : '');
}

function cut(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
}
