/** Line breaks, other control characters, and characters that change the direction of the text after them. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu;

const ELLIPSIS = '…';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Slack has no escape for these in the top-level text, so each is replaced with a similar character. */
const LOOK_ALIKES: Record<string, string> = { '*': '∗', '~': '∼', '`': 'ˋ', _: 'ˍ' };

const ZERO_WIDTH_SPACE = '\u200B';

/** An underscore inside a word is not markup, and many addresses contain one. */
const MARKUP = /[*~`]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;

/** Text that Slack's clients make into emoji, mentions, channels or links. A whole address stays: it only links to itself. */
const AUTOMATIC = /[\w.+'-]+@[\w.-]+\w|:(?=[^\s:]+:|\/\/)|(?<!\w)[@#](?=\w)|\.(?=[\p{L}\p{N}])/gu;

/** Foreign text as one line, so that it can't look like a line of the bot's own. */
export function oneLine(text: string): string {
  return text.replace(UNSEEN, ' ').trim();
}

/**
 * At most `limit` UTF-16 units of `text` (the strictest way to count characters), ending in "…" where something was cut
 * off. A surrogate pair is never cut in two.
 */
export function truncate(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const kept = text.slice(0, Math.max(0, limit - ELLIPSIS.length));
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}${ELLIPSIS}`;
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping: `&`, `<` and `>` as entities. */
export function escapeMrkdwn(text: string): string {
  return text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
}

/**
 * Foreign text for the top-level `text` of a message, which is always mrkdwn: one line without mentions, formatting, emoji or
 * links, as far as Slack allows.
 */
export function escapeTopLevel(text: string): string {
  const unmarked = oneLine(text).replace(MARKUP, (character) => LOOK_ALIKES[character] ?? character);
  const inert = unmarked.replace(AUTOMATIC, (match) => (match.length > 1 ? match : `${match}${ZERO_WIDTH_SPACE}`));
  return escapeMrkdwn(inert);
}
