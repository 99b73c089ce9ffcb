import { createFindEchoes, type Range } from './echoes.ts';

const MAX_LENGTH = 1000;

/** What is looked at of a text, so that what begins before the cut is recognised by what follows behind it. */
const MAX_READ = 2 * MAX_LENGTH;

const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

/** Makes text of ColdSend's fit to be kept and shown. */
export type CleanText = (text: string) => string;

/**
 * A server may echo what it was sent. The function that comes back replaces every echo of a secret of 3 or more characters by
 * "•••", in whatever encoding and also in pieces (see echoes.ts), control characters and lone surrogates by something harmless,
 * and cuts to 1,000 characters.
 *
 * @param shown what was sent and may be shown: a text that is one of these stays whole, even where a password is a word of it
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
