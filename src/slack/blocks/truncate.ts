const ELLIPSIS = '…';

/**
 * At most `limit` UTF-16 units of `text` (the strictest way to count characters), ending in "…" where something was cut
 * off. A surrogate pair is never cut in two.
 */
export function truncate(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const kept = text.slice(0, Math.max(0, limit - ELLIPSIS.length));
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}${ELLIPSIS}`;
}
