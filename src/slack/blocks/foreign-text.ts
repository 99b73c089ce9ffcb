/** Line breaks and other control characters, and those that turn the direction of what follows them. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu;

/** Foreign text as one line, so that it can't pass for a line of ours. */
export function oneLine(text: string): string {
  return text.replace(UNSEEN, ' ').trim();
}
